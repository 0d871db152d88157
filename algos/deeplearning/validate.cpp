#include "algos/deeplearning/validate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <neve/base/java_number.hpp>

#include "algos/deeplearning/deeplearning_model.hpp"
#include "algos/deeplearning/pretraining.hpp"
#include "algos/families/trees/checkpoint.hpp"

namespace neve::algos::deeplearning {
namespace {

using model::add_error;
using model::Category;
using model::Messages;

bool has_dropout(const Parameters& p) {
  return p.activation == ActivationChoice::tanh_with_dropout ||
         p.activation == ActivationChoice::rectifier_with_dropout ||
         p.activation == ActivationChoice::maxout_with_dropout;
}

void check_layers(const Parameters& p, Messages& messages) {
  for (const std::int32_t units : p.hidden) {
    if (units > 0) continue;
    add_error(messages, "hidden",
              "Hidden layer size must be positive; hidden has " + std::to_string(units) +
                  ". Leave the list empty for a linear model");
    break;
  }
  if (!p.hidden_dropout_ratios) return;
  const std::vector<double>& ratios = *p.hidden_dropout_ratios;
  if (!has_dropout(p)) {
    add_error(messages, "hidden_dropout_ratios",
              "Cannot specify hidden_dropout_ratios with a non-dropout activation function. Use "
              "'RectifierWithDropout', 'TanhWithDropout' or 'MaxoutWithDropout'");
  }
  if (ratios.size() != p.hidden.size()) {
    add_error(messages, "hidden_dropout_ratios",
              "hidden_dropout_ratios has " + std::to_string(ratios.size()) +
                  " values; it must have as many as hidden: " + std::to_string(p.hidden.size()));
  }
  for (const double ratio : ratios) {
    if (ratio >= 0 && ratio < 1) continue;
    add_error(messages, "hidden_dropout_ratios",
              "Hidden dropout ratios must be >= 0 and <1, not " + java_double(ratio));
    break;
  }
}

/// What there is no work for.
void refuse_unbuilt(const Parameters& p, Messages& messages) {
  if (p.elastic_averaging) {
    model::add_warning(messages, "elastic_averaging",
                       "elastic_averaging has no effect: one network is trained, whatever the "
                       "number of nodes, and there is nothing to average.");
  }
  if (p.col_major) {
    add_error(messages, "col_major",
              "Deprecated: Column major data handling not supported anymore - not faster.");
  }
  const auto named = std::string(schema::enum_text(p.distribution));
  if (p.distribution == DistributionChoice::quasibinomial ||
      p.distribution == DistributionChoice::ordinal ||
      p.distribution == DistributionChoice::custom) {
    add_error(messages, "distribution",
              named +
                  " is not supported for deep learning. Use bernoulli or multinomial for a "
                  "categorical response, and one of the others for numbers");
  }
}

void check_sparsity(const Parameters& p, Messages& messages) {
  if (!(p.sparsity_beta > 0)) return;
  if (!p.autoencoder) {
    add_error(messages, "sparsity_beta", "Sparsity beta can only be used for autoencoder.");
    return;
  }
  const double mean = p.average_activation;
  if (activation_of(p) == Activation::tanh && !(mean > -1 && mean < 1)) {
    add_error(messages, "average_activation",
              "Tanh average activation must be in (-1,1), not " + java_double(mean));
  }
  if (activation_of(p) == Activation::rectifier && !(mean > 0)) {
    add_error(messages, "average_activation",
              "Rectifier average activation must be positive, not " + java_double(mean));
  }
}

/// What an autoencoder cannot have.
void check_autoencoder(const Parameters& p, Messages& messages) {
  const auto has_none = [&](const char* field, const schema::ColumnName& column) {
    if (column.empty()) return;
    add_error(messages, field,
              "An autoencoder learns its inputs and has no " + std::string(field) + ", which is " +
                  column.name + ": leave it out, and ignore the column if it is no input");
  };
  has_none("response_column", p.response_column);
  has_none("offset_column", p.offset_column);
  if (activation_of(p) == Activation::maxout)
    add_error(messages, "activation", "Maxout activation is not supported for auto-encoder.");
  if (p.loss == LossChoice::cross_entropy || p.loss == LossChoice::quantile) {
    add_error(messages, "loss",
              "The loss of an autoencoder is Automatic, Quadratic, Absolute or Huber, not " +
                  std::string(schema::enum_text(p.loss)));
  }
  if (p.distribution != DistributionChoice::automatic &&
      p.distribution != DistributionChoice::gaussian) {
    add_error(messages, "distribution",
              "The distribution of an autoencoder is AUTO or gaussian, not " +
                  std::string(schema::enum_text(p.distribution)));
  }
  if (p.balance_classes)
    add_error(messages, "balance_classes", "balance_classes requires classification.");
  const model::StoppingMetric metric = p.stopping_metric;
  if (metric != model::StoppingMetric::automatic && metric != model::StoppingMetric::mse) {
    add_error(messages, "stopping_metric",
              "Stopping metric must either be AUTO or MSE for autoencoder.");
  }
}

/// The loss that a distribution of numbers has.
LossChoice loss_of(DistributionChoice distribution) {
  switch (distribution) {
    case DistributionChoice::laplace:
      return LossChoice::absolute;
    case DistributionChoice::huber:
      return LossChoice::huber;
    case DistributionChoice::quantile:
      return LossChoice::quantile;
    case DistributionChoice::gaussian:
      return LossChoice::quadratic;
    default:
      return LossChoice::automatic;
  }
}

void check_loss(const Parameters& p, Category category, Messages& messages) {
  const auto named = std::string(schema::enum_text(p.loss));
  if (model::is_classifier(category)) {
    if (p.loss == LossChoice::quantile)
      add_error(messages, "loss", "Quantile loss needs a numeric response");
    return;
  }
  if (p.loss == LossChoice::cross_entropy) {
    add_error(messages, "loss", "For regression, cannot use CrossEntropy loss.");
    return;
  }
  if (p.distribution == DistributionChoice::automatic || p.loss == LossChoice::automatic) return;
  const LossChoice fits = loss_of(p.distribution);
  if (p.loss == fits) return;
  const auto distribution = std::string(schema::enum_text(p.distribution));
  const std::string allowed =
      fits == LossChoice::automatic
          ? "Only Automatic loss (deviance)"
          : "Only Automatic or " + std::string(schema::enum_text(fits)) + " loss";
  add_error(messages, "distribution",
            allowed + " is allowed for " + distribution + " distribution, not " + named + ".");
}

bool is_of_classes(DistributionChoice distribution) {
  return distribution == DistributionChoice::bernoulli ||
         distribution == DistributionChoice::multinomial;
}

}  // namespace

void validate(const Parameters& p, Messages& messages) {
  check_layers(p, messages);
  refuse_unbuilt(p, messages);
  check_sparsity(p, messages);
  check_pretraining(p, messages);
  if (p.autoencoder) check_autoencoder(p, messages);
  if (p.class_sampling_factors && !p.class_sampling_factors->empty() && !p.balance_classes) {
    add_error(messages, "class_sampling_factors",
              "class_sampling_factors requires balance_classes to be enabled.");
  }
}

Category category(const Parameters& p, const model::ColumnRoles& roles, Messages& messages) {
  if (p.autoencoder) return Category::auto_encoder;
  const std::int32_t classes = roles.response_domain ? roles.classes() : 0;
  const auto named = std::string(schema::enum_text(p.distribution));
  const std::string column = "column " + roles.response;
  Category made = Category::regression;
  if (classes > 0) made = classes == 2 ? Category::binomial : Category::multinomial;
  if (classes == 1) {
    add_error(messages, "response_column",
              "Column " + roles.response + " has one level only: there is nothing to tell apart");
  }
  if (classes == 0 && is_of_classes(p.distribution)) {
    add_error(
        messages, "distribution",
        named + " needs a categorical response, " + column + " is numeric; make it a factor first");
  }
  if (classes > 0 && p.distribution == DistributionChoice::bernoulli && classes != 2) {
    add_error(messages, "distribution",
              "bernoulli needs a categorical response of 2 levels, " + column + " has " +
                  std::to_string(classes));
  }
  if (classes > 0 && p.distribution != DistributionChoice::automatic &&
      !is_of_classes(p.distribution)) {
    add_error(messages, "distribution",
              named + " needs a numeric response, " + column + " is categorical");
  }
  if (classes > 0 && !p.offset_column.empty())
    add_error(messages, "offset_column", "Offset is only supported for regression.");
  if (classes == 0 && p.balance_classes)
    add_error(messages, "balance_classes", "balance_classes requires classification.");
  check_loss(p, made, messages);
  return made;
}

void check_response(const Parameters& p, const model::ColumnRange& response, Messages& messages) {
  const std::string column = "Column " + p.response_column.name;
  const bool any = response.low <= response.high;
  if (any && (std::isinf(response.low) || std::isinf(response.high))) {
    add_error(messages, "response_column",
              column + " has infinite values: replace them, or leave these rows out");
  }
  const Objective objective = objective_of(p, Category::regression);
  if (any && objective.has_log_link() && response.low < 0) {
    add_error(messages, "response_column",
              column + " has the value " + java_double(response.low) + ": " +
                  std::string(schema::enum_text(p.distribution)) + " needs values of at least 0");
  }
  if (any && objective.has_log_link() && response.high <= 0) {
    add_error(messages, "response_column",
              column + " is 0 in all rows: " + std::string(schema::enum_text(p.distribution)) +
                  " needs some values above 0");
  }
  const bool zero_one = response.integers && response.low == 0 && response.high == 1;
  if (!zero_one || p.distribution != DistributionChoice::automatic) return;
  // The clients know this text.
  model::add_warning(
      messages, "response_column",
      "We have detected that your response column has only 2 unique values (0/1). If you wish to "
      "train a binary model instead of a regression model, convert your target column to "
      "categorical before training.");
}

void check_checkpoint(const Parameters& p, const model::Model& checkpoint, Messages& messages) {
  const auto* model = dynamic_cast<const DeepLearningModel*>(&checkpoint);
  if (model == nullptr) {
    trees::refuse_checkpoint(checkpoint.header, "DeepLearning", messages);
    return;
  }
  Parameters was;
  schema::read_form(Parameters::schema(), &was, model->header.parameters);
  const auto compare = [&](const char* name, auto member) {
    if (p.*member != was.*member) trees::refuse_change(name, messages);
  };
  compare("autoencoder", &Parameters::autoencoder);
  compare("hidden", &Parameters::hidden);
  compare("activation", &Parameters::activation);
  compare("use_all_factor_levels", &Parameters::use_all_factor_levels);
  compare("standardize", &Parameters::standardize);
  compare("adaptive_rate", &Parameters::adaptive_rate);
  compare("rho", &Parameters::rho);
  compare("epsilon", &Parameters::epsilon);
  compare("rate", &Parameters::rate);
  compare("rate_annealing", &Parameters::rate_annealing);
  compare("rate_decay", &Parameters::rate_decay);
  compare("momentum_start", &Parameters::momentum_start);
  compare("momentum_ramp", &Parameters::momentum_ramp);
  compare("momentum_stable", &Parameters::momentum_stable);
  compare("nesterov_accelerated_gradient", &Parameters::nesterov_accelerated_gradient);
  compare("max_categorical_features", &Parameters::max_categorical_features);
  compare("distribution", &Parameters::distribution);
  compare("quantile_alpha", &Parameters::quantile_alpha);
  compare("huber_alpha", &Parameters::huber_alpha);
  compare("tweedie_power", &Parameters::tweedie_power);
  compare("balance_classes", &Parameters::balance_classes);
  compare("sparsity_beta", &Parameters::sparsity_beta);
  if (p.response_column.name != model->header.roles.response) {
    add_error(
        messages, "response_column",
        "Response column (" + p.response_column.name +
            ") is not the same as for the checkpointed model: " + model->header.roles.response);
  }
  if (p.epochs <= model->progress.epochs()) {
    add_error(messages, "epochs",
              "Total number of epochs must be larger than the number of epochs already trained for "
              "(" +
                  java_double(model->progress.epochs()) + "), not " + java_double(p.epochs));
  }
}

Settled settle(const Parameters& p, Category category) {
  Settled made;
  if (model::is_classifier(category)) {
    made.distribution = category == Category::binomial ? DistributionChoice::bernoulli
                                                       : DistributionChoice::multinomial;
    made.loss = p.loss == LossChoice::automatic ? LossChoice::cross_entropy : p.loss;
    return made;
  }
  made.distribution = p.distribution;
  if (p.distribution == DistributionChoice::automatic) {
    switch (p.loss) {
      case LossChoice::absolute:
        made.distribution = DistributionChoice::laplace;
        break;
      case LossChoice::huber:
        made.distribution = DistributionChoice::huber;
        break;
      case LossChoice::quantile:
        made.distribution = DistributionChoice::quantile;
        break;
      default:
        made.distribution = DistributionChoice::gaussian;
    }
  }
  made.loss = loss_of(made.distribution);
  return made;
}

Objective objective_of(const Parameters& p, Category category) {
  const Settled settled = settle(p, category);
  Objective made;
  made.tweedie_power = p.tweedie_power;
  made.quantile_alpha = p.quantile_alpha;
  if (model::is_classifier(category)) {
    made.family = Family::classes;
    if (settled.loss == LossChoice::absolute) made.class_loss = ClassLoss::absolute;
    // Errors of probabilities are below 1, where the loss of Huber is the quadratic one.
    if (settled.loss == LossChoice::quadratic || settled.loss == LossChoice::huber)
      made.class_loss = ClassLoss::quadratic;
    return made;
  }
  switch (settled.distribution) {
    case DistributionChoice::poisson:
      made.family = Family::poisson;
      break;
    case DistributionChoice::gamma:
      made.family = Family::gamma;
      break;
    case DistributionChoice::tweedie:
      made.family = Family::tweedie;
      break;
    case DistributionChoice::laplace:
      made.family = Family::laplace;
      break;
    case DistributionChoice::huber:
      made.family = Family::huber;
      break;
    case DistributionChoice::quantile:
      made.family = Family::quantile;
      break;
    default:
      made.family = Family::gaussian;
  }
  return made;
}

Activation activation_of(const Parameters& p) {
  switch (p.activation) {
    case ActivationChoice::tanh:
    case ActivationChoice::tanh_with_dropout:
      return Activation::tanh;
    case ActivationChoice::maxout:
    case ActivationChoice::maxout_with_dropout:
      return Activation::maxout;
    default:
      return Activation::rectifier;
  }
}

std::vector<double> hidden_dropout(const Parameters& p) {
  if (!has_dropout(p)) return {};
  constexpr double kDefault = 0.5;
  return p.hidden_dropout_ratios.value_or(std::vector<double>(p.hidden.size(), kDefault));
}

Sparsity sparsity_of(const Parameters& p) { return {p.sparsity_beta, p.average_activation}; }

StepRule step_rule(const Parameters& p) {
  StepRule made;
  made.adaptive = p.adaptive_rate;
  made.rho = p.rho;
  made.epsilon = p.epsilon;
  made.rate = p.rate;
  made.rate_annealing = p.rate_annealing;
  made.rate_decay = p.rate_decay;
  made.momentum_start = p.momentum_start;
  made.momentum_stable = p.momentum_stable;
  made.momentum_ramp = p.momentum_ramp;
  made.nesterov = p.nesterov_accelerated_gradient;
  made.l1 = p.l1;
  made.l2 = p.l2;
  const bool bounded = p.max_w2 < std::numeric_limits<float>::max();
  made.max_w2 = bounded ? static_cast<double>(p.max_w2) : 0;
  return made;
}

}  // namespace neve::algos::deeplearning

#include "algos/gbm/validate.hpp"

#include <neve/base/error.hpp>
#include <neve/base/java_number.hpp>

#include "algos/families/trees/stopping.hpp"

namespace neve::algos::gbm {
namespace {

using model::Category;
using model::Message;
using model::Messages;

void add_error(Messages& messages, std::string field, std::string text) {
  messages.push_back({Message::Kind::error, std::move(field), std::move(text)});
}

void refuse_text(const std::optional<std::string>& value, const char* field, Messages& messages) {
  if (value && !value->empty()) model::refuse(field, *value, messages);
}

void refuse_distributions(DistributionChoice choice, Messages& messages) {
  switch (choice) {
    case DistributionChoice::ordinal:
    case DistributionChoice::custom:
      model::refuse("distribution", std::string(schema::enum_text(choice)), messages);
      return;
    default:
      return;
  }
}

void check_class_rates(const Parameters& p, Messages& messages) {
  if (!p.sample_rate_per_class) return;
  for (const double rate : *p.sample_rate_per_class) {
    if (rate >= 0 && rate <= 1) continue;
    add_error(messages, "sample_rate_per_class",
              "sample_rate_per_class has " + java_double(rate) + ": rates are between 0 and 1");
    return;
  }
}

std::int32_t classes_of(const model::ColumnRoles& roles) {
  return roles.response_domain ? roles.classes() : 0;
}

Category category_by_distribution(const Parameters& p, const model::ColumnRoles& roles,
                                  Messages& messages) {
  const std::int32_t classes = classes_of(roles);
  const auto named = std::string(schema::enum_text(p.distribution));
  switch (p.distribution) {
    case DistributionChoice::automatic:
      if (classes == 0) return Category::regression;
      return classes == 2 ? Category::binomial : Category::multinomial;
    case DistributionChoice::bernoulli:
      if (classes != 2) {
        add_error(messages, "distribution",
                  "bernoulli needs a categorical response of 2 levels, column " + roles.response +
                      (classes == 0 ? " is numeric; make it a factor first"
                                    : " has " + std::to_string(classes)));
      }
      return Category::binomial;
    case DistributionChoice::multinomial:
      if (classes == 0) {
        add_error(
            messages, "distribution",
            "multinomial needs a categorical response, column " + roles.response + " is numeric");
      }
      return Category::multinomial;
    case DistributionChoice::quasibinomial:
      if (classes != 0) {
        add_error(messages, "distribution",
                  "Quasibinomial requires the response to be numeric, column " + roles.response +
                      " is categorical; bernoulli is for that");
      }
      return Category::binomial;
    default:
      if (classes != 0) {
        add_error(
            messages, "distribution",
            named + " needs a numeric response, column " + roles.response + " is categorical");
      }
      return Category::regression;
  }
}

/// Only losses whose leaves follow the means of residuals can be held to a direction.
void check_monotone(const Parameters& p, Family family, Messages& messages) {
  if (!p.monotone_constraints || p.monotone_constraints->empty()) return;
  switch (family) {
    case Family::gaussian:
    case Family::bernoulli:
    case Family::tweedie:
    case Family::quantile:
      return;
    default:
      add_error(messages, "monotone_constraints",
                "Monotone constraints are only supported for Gaussian, Bernoulli, Tweedie and "
                "Quantile distributions, your distribution: " +
                    std::string(schema::enum_text(choice_of(family))) + ".");
  }
}

}  // namespace

void validate(const Parameters& p, Messages& messages) {
  if (p.categorical_encoding == model::CategoricalEncoding::one_hot_internal) {
    add_error(messages, "categorical_encoding",
              "Cannot use OneHotInternal categorical encoding for tree methods; OneHotExplicit "
              "makes the same columns.");
  }
  refuse_distributions(p.distribution, messages);
  check_class_rates(p, messages);
  if (p.calibrate_model && p.calibration_frame.empty()) {
    add_error(messages, "calibrate_model", "Calibration frame was not specified.");
  }
  if (!p.calibrate_model && !p.calibration_frame.empty()) {
    messages.push_back({Message::Kind::warning, "calibration_frame",
                        "Calibration frame was specified but calibration was not requested."});
  }
  const bool has_groups = p.interaction_constraints && !p.interaction_constraints->empty();
  const auto encoding = p.categorical_encoding;
  if (has_groups && encoding != model::CategoricalEncoding::automatic &&
      encoding != model::CategoricalEncoding::one_hot_internal) {
    add_error(messages, "categorical_encoding",
              "Interaction constraints can be used when the categorical encoding is set to AUTO or "
              "OneHotInternal only, not to " +
                  std::string(schema::enum_text(encoding)));
  }
  refuse_text(p.custom_distribution_func, "custom_distribution_func", messages);
  refuse_text(p.in_training_checkpoints_dir, "in_training_checkpoints_dir", messages);
}

Category category(const Parameters& p, const model::ColumnRoles& roles, Messages& messages) {
  const Category made = category_by_distribution(p, roles, messages);
  if (p.calibrate_model && made != Category::binomial) {
    add_error(messages, "calibrate_model",
              "Model calibration is only currently supported for binomial models.");
  }
  check_monotone(p, settle_distribution(p, made).family, messages);
  if (p.stopping_rounds > 0 && !trees::can_decide(p, made)) {
    add_error(messages, "stopping_metric",
              "The value " + std::string(schema::enum_text(p.stopping_metric)) +
                  " of parameter stopping_metric is not measured for such a model (" +
                  std::string(schema::enum_text(made)) + "), so that it cannot end its training");
  }
  return made;
}

void check_response(const Parameters& p, const model::ColumnRange& response, Messages& messages) {
  const bool zero_one = response.low == 0 && response.high == 1;
  const bool ones = response.low == -1 && response.high == 1 && response.zeros == 0;
  if (p.distribution == DistributionChoice::quasibinomial && !(response.integers && zero_one)) {
    add_error(messages, "distribution",
              "Quasibinomial requires the response to be binary: the numbers 0 and 1, column " +
                  p.response_column.name + " ranges from " + java_double(response.low) + " to " +
                  java_double(response.high) + ". Other values are not supported yet");
  }
  const bool two = response.integers && (zero_one || ones);
  if (!two || p.distribution != DistributionChoice::automatic) return;
  // The clients know this text.
  messages.push_back(
      {Message::Kind::warning, "response_column",
       "We have detected that your response column has only 2 unique values (0/1). If you wish to "
       "train a binary model instead of a regression model, convert your target column to "
       "categorical before training."});
}

Distribution settle_distribution(const Parameters& p, Category category) {
  Distribution made;
  made.tweedie_power = p.tweedie_power;
  made.quantile_alpha = p.quantile_alpha;
  made.huber_alpha = p.huber_alpha;
  const bool quasi = p.distribution == DistributionChoice::quasibinomial;
  if (category == Category::binomial)
    made.family = quasi ? Family::quasibinomial : Family::bernoulli;
  if (category == Category::multinomial) made.family = Family::multinomial;
  if (category != Category::regression) return made;
  if (p.distribution == DistributionChoice::poisson) made.family = Family::poisson;
  if (p.distribution == DistributionChoice::gamma) made.family = Family::gamma;
  if (p.distribution == DistributionChoice::tweedie) made.family = Family::tweedie;
  if (p.distribution == DistributionChoice::laplace) made.family = Family::laplace;
  if (p.distribution == DistributionChoice::quantile) made.family = Family::quantile;
  if (p.distribution == DistributionChoice::huber) made.family = Family::huber;
  return made;
}

DistributionChoice choice_of(Family family) {
  switch (family) {
    case Family::gaussian:
      return DistributionChoice::gaussian;
    case Family::bernoulli:
      return DistributionChoice::bernoulli;
    case Family::multinomial:
      return DistributionChoice::multinomial;
    case Family::poisson:
      return DistributionChoice::poisson;
    case Family::gamma:
      return DistributionChoice::gamma;
    case Family::tweedie:
      return DistributionChoice::tweedie;
    case Family::quasibinomial:
      return DistributionChoice::quasibinomial;
    case Family::laplace:
      return DistributionChoice::laplace;
    case Family::quantile:
      return DistributionChoice::quantile;
    case Family::huber:
      return DistributionChoice::huber;
  }
  throw InternalError("unknown distribution");
}

}  // namespace neve::algos::gbm

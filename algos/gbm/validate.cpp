#include "algos/gbm/validate.hpp"

#include <neve/base/error.hpp>
#include <neve/base/java_number.hpp>

#include "algos/families/trees/checkpoint.hpp"
#include "algos/families/trees/tree_checks.hpp"
#include "algos/gbm/gbm_model.hpp"

namespace neve::algos::gbm {
namespace {

using model::Category;
using model::Messages;

/// Distributions that no tree here can be grown for.
void refuse_custom(const Parameters& p, Messages& messages) {
  constexpr std::string_view kInstead =
      ": distributions of one's own are not supported yet. Choose one of those that there are; "
      "tweedie, huber and quantile have parameters that shape them";
  const std::string named(schema::enum_text(p.distribution));
  if (p.distribution == DistributionChoice::ordinal) {
    add_error(messages, "distribution",
              named + " is not supported for GBM: use multinomial for a categorical response");
  }
  if (p.distribution == DistributionChoice::custom)
    add_error(messages, "distribution", named + std::string(kInstead));
  const std::string function = p.custom_distribution_func.value_or("");
  if (!function.empty())
    add_error(messages, "custom_distribution_func", function + std::string(kInstead));
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
  trees::check_parameters(p, messages);
  const bool has_groups = p.interaction_constraints && !p.interaction_constraints->empty();
  const auto encoding = p.categorical_encoding;
  if (has_groups && encoding != model::CategoricalEncoding::automatic &&
      encoding != model::CategoricalEncoding::one_hot_internal) {
    add_error(messages, "categorical_encoding",
              "Interaction constraints can be used when the categorical encoding is set to AUTO or "
              "OneHotInternal only, not to " +
                  std::string(schema::enum_text(encoding)));
  }
  refuse_custom(p, messages);
  if (p.max_leaves == 1) {
    add_error(messages, "max_leaves",
              "max_leaves is 1: a tree that splits has 2 at least; 0 is for no limit");
  }
}

Category category(const Parameters& p, const model::ColumnRoles& roles, Messages& messages) {
  const Category made = category_by_distribution(p, roles, messages);
  trees::check_category(p, made, messages);
  check_monotone(p, settle_distribution(p, made).family, messages);
  return made;
}

void check_response(const Parameters& p, const model::ColumnRange& response, Messages& messages) {
  const bool zero_one = response.low == 0 && response.high == 1;
  if (p.distribution == DistributionChoice::quasibinomial && !(response.integers && zero_one)) {
    add_error(messages, "distribution",
              "Quasibinomial requires the response to be binary: the numbers 0 and 1, column " +
                  p.response_column.name + " ranges from " + java_double(response.low) + " to " +
                  java_double(response.high) +
                  ". Other values are not supported yet: put 0 and 1 in their place");
  }
  trees::check_numeric_response(p, response, messages);
}

void check_checkpoint(const Parameters& p, const model::Model& checkpoint, Messages& messages) {
  const auto* model = dynamic_cast<const GbmModel*>(&checkpoint);
  if (model == nullptr) {
    trees::refuse_checkpoint(checkpoint.header, "GBM", messages);
    return;
  }
  Parameters was;
  schema::read_form(Parameters::schema(), &was, model->header.parameters);
  const auto trees = static_cast<std::int64_t>(model->iterations.size());
  trees::check_checkpoint(p, {model->header, was, trees}, messages);
  if (p.grow_policy != was.grow_policy) trees::refuse_change("grow_policy", messages);
  if (p.max_leaves != was.max_leaves) trees::refuse_change("max_leaves", messages);
  const Family family = settle_distribution(p, model->header.category).family;
  if (family == model->distribution.family) return;
  add_error(messages, "distribution",
            "Field _distribution cannot be modified if checkpoint is specified! The model's is " +
                std::string(schema::enum_text(choice_of(model->distribution.family))));
}

std::string snapshot_folder(const Parameters& p) {
  return p.in_training_checkpoints_dir.value_or("");
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

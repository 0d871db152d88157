#include "algos/glm/validate.hpp"

#include <algorithm>
#include <cmath>

#include <neve/base/java_number.hpp>

#include "algos/glm/implied.hpp"
#include "algos/glm/linear_constraints.hpp"

namespace neve::algos::glm {
namespace {

using linear::Family;
using linear::Link;
using model::Messages;

void check_penalty(const Parameters& p, Messages& messages) {
  const auto list = [](const std::optional<std::vector<double>>& values) {
    return values.value_or(std::vector<double>());
  };
  for (const double alpha : list(p.alpha)) {
    if (!(alpha >= 0 && alpha <= 1)) {
      model::add_error(messages, "alpha",
                       "alpha is " + java_double(alpha) + "; it must be between 0 and 1");
    }
  }
  for (const double lambda : list(p.lambda_)) {
    if (!(lambda >= 0) || std::isinf(lambda)) {
      model::add_error(messages, "lambda",
                       "lambda is " + java_double(lambda) + "; it must be a number of at least 0");
    }
  }
  const bool penalised = is_penalised(p);
  if (p.compute_p_values && penalised && p.dispersion_parameter_method == DispersionMethod::ml) {
    model::add_error(
        messages, "dispersion_parameter_method",
        "a dispersion by maximum likelihood needs a model without penalty; set lambda to 0, or the "
        "method to pearson or deviance");
  }
  if (p.remove_collinear_columns && (penalised || p.lambda_search)) {
    model::add_warning(
        messages, "remove_collinear_columns",
        std::string("remove_collinear_columns is meant for models without penalty. It is used "
                    "improperly here") +
            (p.lambda_search ? " with lambda_search; leave that out" : ".  Please set lambda=0") +
            " or leave remove_collinear_columns out.");
  }
}

void check_solver(const Parameters& p, Messages& messages) {
  const bool irls = p.solver == Solver::automatic || p.solver == Solver::irlsm;
  if (p.compute_p_values && !irls) {
    model::add_error(
        messages, "compute_p_values",
        "p-values need the solver IRLSM, not " + std::string(schema::enum_text(p.solver)));
  }
  if (p.compute_p_values && p.non_negative) {
    model::add_error(messages, "compute_p_values",
                     "p-values cannot be computed with bounds; set non_negative to false");
  }
  if (p.remove_collinear_columns && !p.intercept) {
    model::add_error(messages, "intercept",
                     "remove_collinear_columns needs an intercept; set intercept to true");
  }
  if (p.compute_p_values && !p.intercept) {
    model::add_error(messages, "intercept", "p-values need an intercept; set intercept to true");
  }
  if (p.max_iterations == 0) {
    model::add_warning(messages, "max_iterations",
                       "max_iterations is 0: the model holds its starting values only");
  }
  if (p.prior != -1 && !(p.prior > 0 && p.prior < 1)) {
    model::add_error(
        messages, "prior",
        "prior is " + java_double(p.prior) + "; it must lie between 0 and 1, or be -1");
  }
}

/// The links that go with a family, as text for people too.
struct Links {
  std::vector<LinkChoice> allowed;
  const char* text;
};

Links links_of(Family family) {
  switch (family) {
    case Family::gaussian:
      return {{LinkChoice::identity, LinkChoice::log, LinkChoice::inverse},
              "Only identity, log and inverse links are allowed for family=gaussian."};
    case Family::gamma:
      return {{LinkChoice::identity, LinkChoice::log, LinkChoice::inverse},
              "Only inverse, log and identity links are allowed for family=gamma."};
    case Family::poisson:
    case Family::negativebinomial:
      return {{LinkChoice::log, LinkChoice::identity},
              "Only log and identity links are allowed for family=poisson and "
              "family=negbinomimal."};
    case Family::tweedie:
      return {{LinkChoice::tweedie}, "Only tweedie link allowed for family=tweedie."};
    case Family::multinomial:
      return {{}, "Only multinomial link allowed for family=multinomial."};
    case Family::ordinal:
      return {{LinkChoice::ologit},
              "Only ologit, oprobit or ologlog links allowed for family=ordinal."};
    default:
      return {{LinkChoice::logit}, "Only logit is allowed for family=binomial."};
  }
}

void check_link(Family family, LinkChoice link, Messages& messages) {
  const Links links = links_of(family);
  const bool fits = link == LinkChoice::family_default ||
                    std::ranges::find(links.allowed, link) != links.allowed.end();
  if (fits) return;
  model::add_error(messages, "link",
                   std::string("Incompatible link function for selected family. ") + links.text);
}

Family settle_family(FamilyChoice choice, std::int32_t classes) {
  switch (choice) {
    case FamilyChoice::binomial:
      return Family::binomial;
    case FamilyChoice::fractionalbinomial:
      return Family::fractionalbinomial;
    case FamilyChoice::quasibinomial:
      return Family::quasibinomial;
    case FamilyChoice::ordinal:
      return Family::ordinal;
    case FamilyChoice::multinomial:
      return Family::multinomial;
    case FamilyChoice::poisson:
      return Family::poisson;
    case FamilyChoice::gamma:
      return Family::gamma;
    case FamilyChoice::tweedie:
      return Family::tweedie;
    case FamilyChoice::negativebinomial:
      return Family::negativebinomial;
    case FamilyChoice::automatic:
      if (classes > 2) return Family::multinomial;
      return classes == 2 ? Family::binomial : Family::gaussian;
    case FamilyChoice::gaussian:
      return Family::gaussian;
  }
  return Family::gaussian;
}

Link default_link(Family family) {
  switch (family) {
    case Family::gaussian:
      return Link::identity;
    case Family::poisson:
    case Family::negativebinomial:
      return Link::log;
    case Family::gamma:
      return Link::inverse;
    case Family::tweedie:
      return Link::tweedie;
    case Family::multinomial:
      return Link::multinomial;
    case Family::ordinal:
      return Link::ologit;
    default:
      return Link::logit;
  }
}

Link link_of(LinkChoice choice, Family family) {
  switch (choice) {
    case LinkChoice::identity:
      return Link::identity;
    case LinkChoice::logit:
      return Link::logit;
    case LinkChoice::log:
      return Link::log;
    case LinkChoice::inverse:
      return Link::inverse;
    default:
      return default_link(family);
  }
}

bool has_classes(Family family) {
  return family == Family::multinomial || family == Family::ordinal;
}

/// What H2O-3 says where the kind of response is not the family's.
void check_kind(Family family, const model::ColumnRoles& roles, Messages& messages) {
  const std::int32_t classes = roles.classes();
  const auto wrong = [&](const std::string& text) { model::add_error(messages, "family", text); };
  if (family == Family::multinomial || family == Family::ordinal) {
    if (classes > 2) return;
    wrong((family == Family::ordinal ? "Ordinal" : "Multinomial") +
          std::string(" requires a categorical response with at least 3 levels (for 2 class "
                      "problem use family=binomial)."));
  } else if (family == Family::binomial || family == Family::quasibinomial) {
    if (roles.response_domain == nullptr || classes == 2) return;
    wrong("Binomial requires the response to be a 2-class categorical or a binary column (0/1)");
  } else if (roles.response_domain != nullptr) {
    wrong("Regression requires numeric response, got categorical.");
  }
}

/// What does not go with responses of several classes.
void check_classes(const Parameters& p, Family family, Messages& messages) {
  const bool ordinal = family == Family::ordinal;
  const auto wrong = [&](const char* field, const std::string& text) {
    model::add_error(messages, field, text);
  };
  const bool descent =
      p.solver == Solver::gradient_descent_lh || p.solver == Solver::gradient_descent_sqerr;
  if (descent && !ordinal) {
    wrong("solver",
          "Solvers GRADIENT_DESCENT_LH and GRADIENT_DESCENT_SQERR are only supported for ordinal "
          "regression.  Do not choose them unless you specify your family to be ordinal");
  }
  if (!has_classes(family)) return;
  const std::string name = ordinal ? "ordinal" : "multinomial";
  if (p.compute_p_values) {
    wrong("compute_p_values",
          "P values are currently not supported for family=multinomial or ordinal");
  }
  if (p.non_negative) wrong("non_negative", "does not work with " + name + " family.");
  if (p.control_variables && !p.control_variables->empty()) {
    wrong("control_variables",
          "The " + name + " distribution is not supported with control variables.");
  }
  if (!p.linear_constraints.empty()) {
    wrong("linear_constraints",
          "Constrained GLM is not supported for multinomial and ordinal families.");
  }
  if (!p.beta_constraints.empty()) {
    wrong("beta_constraints", "does not work with " + name + " family.");
  }
  if (!p.offset_column.empty() && ordinal) {
    wrong("offset_column", "does not work with ordinal family right now.");
  } else if (!p.offset_column.empty()) {
    model::add_warning(messages, "offset_column",
                       "has no effect on multinomial and will be ignored.");
  }
  if (!ordinal) return;
  if (!p.intercept) wrong("intercept", "must have intercepts.  set _intercept to true.");
  if (p.lambda_search) wrong("lambda_search", "Ordinal regression do not support lambda search.");
  if (p.solver == Solver::gradient_descent_sqerr) {
    model::refuse("solver", "GRADIENT_DESCENT_SQERR", messages);
  } else if (p.solver != Solver::automatic && !descent) {
    wrong("solver",
          "Ordinal regression only supports gradient descend.  Do not set Solver or set Solver to "
          "auto, GRADIENT_DESCENT_LH or GRADIENT_DESCENT_SQERR.");
  }
}

}  // namespace

void validate(const Parameters& given, Messages& messages) {
  const Parameters parameters = implied(given);
  check_influence(parameters, messages);
  check_course(parameters, messages);
  check_penalty(parameters, messages);
  check_solver(parameters, messages);
  check_linear_constraints(parameters, messages);
  const bool plugs = parameters.missing_values_handling == MissingValues::plug_values;
  if (plugs && parameters.plug_values.empty()) {
    model::add_error(messages, "missing_values_handling",
                     "No plug values frame provided for Missing Values Handling = PlugValues.");
  }
  if (!plugs && !parameters.plug_values.empty()) {
    model::add_error(
        messages, "missing_values_handling",
        "When plug values are provided - Missing Values Handling needs to be explicitly set to "
        "PlugValues.");
  }
  if (parameters.family == FamilyChoice::negativebinomial && !(parameters.theta > 0)) {
    model::add_error(messages, "family",
                     "Illegal Negative Binomial theta value. Theta must be a positive number.");
  }
  if (parameters.lambda_search && parameters.lambda_ && !parameters.lambda_->empty()) {
    model::add_warning(messages, "lambda_search",
                       "disabled when user specified any lambda value(s).");
  }
  if (parameters.nlambdas != -1 && parameters.nlambdas < 1) {
    model::add_error(
        messages, "nlambdas",
        "nlambdas is " + std::to_string(parameters.nlambdas) + "; it must be at least 1, or -1");
  }
  const double ratio = parameters.lambda_min_ratio;
  if (ratio != -1 && !(ratio > 0 && ratio < 1)) {
    model::add_error(
        messages, "lambda_min_ratio",
        "lambda_min_ratio is " + java_double(ratio) + "; it must lie between 0 and 1, or be -1");
  }
}

namespace {

model::Category category_of(Family family) {
  if (family == Family::multinomial) return model::Category::multinomial;
  if (family == Family::ordinal) return model::Category::ordinal;
  const linear::Response response{.family = family};
  return response.is_share() ? model::Category::binomial : model::Category::regression;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> further_frames(const Parameters& parameters) {
  std::vector<std::pair<std::string, std::string>> frames;
  const auto add = [&](const char* field, const schema::FrameRef& frame) {
    if (!frame.empty()) frames.emplace_back(field, frame.name);
  };
  add("beta_constraints", parameters.beta_constraints);
  add("linear_constraints", parameters.linear_constraints);
  add("plug_values", parameters.plug_values);
  return frames;
}

model::Category category(const Parameters& given, const model::ColumnRoles& roles,
                         Messages& messages) {
  const Parameters parameters = implied(given);
  const Family family = settle_family(parameters.family, roles.classes());
  check_kind(family, roles, messages);
  check_link(family, parameters.link, messages);
  check_classes(parameters, family, messages);
  check_dispersion(parameters, family, messages);
  check_influence(parameters, family, messages);
  check_null_model(parameters, family, messages);
  check_offset_effects(parameters, family, messages);
  if (parameters.prior != -1 && family != Family::binomial) {
    model::add_error(messages, "prior", "Prior is only allowed with family = binomial.");
  }
  return category_of(family);
}

linear::Response settle_response(const Parameters& parameters, const model::ColumnRoles& roles) {
  const Family family = settle_family(parameters.family, roles.classes());
  linear::Response made{.family = family, .link = link_of(parameters.link, family)};
  if (family == Family::tweedie) {
    made.variance_power = parameters.tweedie_variance_power;
    made.link_power = parameters.tweedie_link_power;
  }
  if (family == Family::negativebinomial) made.theta = parameters.theta;
  return made;
}

void check_response(const Parameters& parameters, const model::ColumnRange& response,
                    model::Messages& messages) {
  const auto wrong = [&](const char* text) { model::add_error(messages, "family", text); };
  const bool counts = parameters.family == FamilyChoice::poisson ||
                      parameters.family == FamilyChoice::negativebinomial;
  const bool two_classes = parameters.family == FamilyChoice::binomial ||
                           parameters.family == FamilyChoice::quasibinomial;
  if (two_classes && !(response.integers && response.low >= 0 && response.high <= 1)) {
    wrong(
        "The families binomial and quasibinomial need a response of two classes: a categorical "
        "column of two levels, or numbers that are 0 or 1");
  }
  if (parameters.family == FamilyChoice::fractionalbinomial &&
      !(response.low >= 0 && response.high <= 1)) {
    wrong("The response must be between 0 and 1 for fractional_binomial family.");
  }
  if (counts && response.low < 0) wrong("Poisson and Negative Binomial require response >= 0");
  if (parameters.family == FamilyChoice::gamma && response.low <= 0) {
    wrong("Response value for gamma distribution must be greater than 0.");
  }
  if (counts && !response.integers) {
    model::add_warning(messages, "family",
                       "Poisson and Negative Binomial expect non-negative integer response, got "
                       "floats.");
  }
}

}  // namespace neve::algos::glm

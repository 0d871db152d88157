#include "algos/glm/validate.hpp"

#include <algorithm>
#include <cmath>
#include <neve/base/java_number.hpp>
#include <span>

namespace neve::algos::glm {
namespace {

using linear::Family;
using linear::Link;
using model::Message;
using model::Messages;

void add(Messages& messages, Message::Kind kind, std::string field, std::string text) {
  messages.push_back({kind, std::move(field), std::move(text)});
}

void refuse_flag(bool value, const char* field, Messages& messages) {
  if (value) model::refuse(field, "true", messages);
}

template <class E>
void refuse_values(E value, std::span<const E> refused, const char* field, Messages& messages) {
  if (std::ranges::find(refused, value) != refused.end()) {
    model::refuse(field, std::string(schema::enum_text(value)), messages);
  }
}

void refuse_unbuilt_choices(const Parameters& p, Messages& messages) {
  constexpr FamilyChoice kFamilies[] = {FamilyChoice::fractionalbinomial, FamilyChoice::ordinal,
                                        FamilyChoice::multinomial, FamilyChoice::tweedie,
                                        FamilyChoice::negativebinomial};
  constexpr Solver kSolvers[] = {Solver::coordinate_descent_naive, Solver::gradient_descent_lh,
                                 Solver::gradient_descent_sqerr};
  constexpr LinkChoice kLinks[] = {LinkChoice::tweedie, LinkChoice::ologit};
  constexpr MissingValues kMissing[] = {MissingValues::plug_values};
  constexpr DispersionMethod kMethods[] = {DispersionMethod::ml};
  refuse_values<FamilyChoice>(p.family, kFamilies, "family", messages);
  refuse_values<Solver>(p.solver, kSolvers, "solver", messages);
  refuse_values<LinkChoice>(p.link, kLinks, "link", messages);
  refuse_values<MissingValues>(p.missing_values_handling, kMissing, "missing_values_handling",
                               messages);
  refuse_values<DispersionMethod>(p.dispersion_parameter_method, kMethods,
                                  "dispersion_parameter_method", messages);
  if (p.influence) model::refuse("influence", "dfbetas", messages);
}

void refuse_unbuilt_parts(const Parameters& p, Messages& messages) {
  refuse_flag(p.calc_like, "calc_like", messages);
  refuse_flag(p.remove_offset_effects, "remove_offset_effects", messages);
  refuse_flag(p.generate_scoring_history, "generate_scoring_history", messages);
  refuse_flag(p.build_null_model, "build_null_model", messages);
  refuse_flag(p.fix_dispersion_parameter, "fix_dispersion_parameter", messages);
  refuse_flag(p.generate_variable_inflation_factors, "generate_variable_inflation_factors",
              messages);
  refuse_flag(p.init_optimal_glm, "init_optimal_glm", messages);
  refuse_flag(p.separate_linear_beta, "separate_linear_beta", messages);
  const auto refuse_frame = [&](const schema::FrameRef& frame, const char* field) {
    if (!frame.empty()) model::refuse(field, frame.name, messages);
  };
  refuse_frame(p.plug_values, "plug_values");
  refuse_frame(p.beta_constraints, "beta_constraints");
  refuse_frame(p.linear_constraints, "linear_constraints");
  const auto refuse_list = [&](const auto& list, const char* field) {
    if (!list || list->empty()) return;
    schema::JsonWriter text;
    schema::write_value(*list, text);
    model::refuse(field, text.take(), messages);
  };
  refuse_list(p.interactions, "interactions");
  refuse_list(p.interaction_pairs, "interaction_pairs");
  refuse_list(p.control_variables, "control_variables");
  if (p.max_active_predictors != -1) {
    model::refuse("max_active_predictors", std::to_string(p.max_active_predictors), messages);
  }
  if (p.stopping_rounds != 0) {
    model::refuse("stopping_rounds", std::to_string(p.stopping_rounds), messages);
  }
}

void check_penalty(const Parameters& p, Messages& messages) {
  const auto list = [](const std::optional<std::vector<double>>& values) {
    return values.value_or(std::vector<double>());
  };
  for (const double alpha : list(p.alpha)) {
    if (!(alpha >= 0 && alpha <= 1)) {
      add(messages, Message::Kind::error, "alpha",
          "alpha is " + java_double(alpha) + "; it must be between 0 and 1");
    }
  }
  bool penalised = !p.lambda_ || p.lambda_->empty();
  for (const double lambda : list(p.lambda_)) {
    if (!(lambda >= 0) || std::isinf(lambda)) {
      add(messages, Message::Kind::error, "lambda",
          "lambda is " + java_double(lambda) + "; it must be a number of at least 0");
    }
    penalised = penalised || lambda > 0;
  }
  if (p.compute_p_values && penalised) {
    add(messages, Message::Kind::error, "compute_p_values",
        "p-values need a model without penalty; set lambda to 0");
  }
  if (p.remove_collinear_columns && penalised) {
    add(messages, Message::Kind::warning, "remove_collinear_columns",
        "remove_collinear_columns is meant for models without penalty; set lambda to 0");
  }
}

void check_solver(const Parameters& p, Messages& messages) {
  const bool irls = p.solver == Solver::automatic || p.solver == Solver::irlsm;
  if (p.compute_p_values && !irls) {
    add(messages, Message::Kind::error, "compute_p_values",
        "p-values need the solver IRLSM, not " + std::string(schema::enum_text(p.solver)));
  }
  if (p.compute_p_values && p.non_negative) {
    add(messages, Message::Kind::error, "compute_p_values",
        "p-values cannot be computed with bounds; set non_negative to false");
  }
  if (p.remove_collinear_columns && !p.intercept) {
    add(messages, Message::Kind::error, "intercept",
        "remove_collinear_columns needs an intercept; set intercept to true");
  }
  if (p.compute_p_values && !p.intercept) {
    add(messages, Message::Kind::error, "intercept",
        "p-values need an intercept; set intercept to true");
  }
  if (p.max_iterations == 0) {
    add(messages, Message::Kind::warning, "max_iterations",
        "max_iterations is 0: the model holds its starting values only");
  }
  if (p.prior != -1 && !(p.prior > 0 && p.prior < 1)) {
    add(messages, Message::Kind::error, "prior",
        "prior is " + java_double(p.prior) + "; it must lie between 0 and 1, or be -1");
  }
}

/// The links that go with each family.
bool link_fits(Family family, LinkChoice link) {
  if (link == LinkChoice::family_default) return true;
  switch (family) {
    case Family::gaussian:
    case Family::gamma:
      return link == LinkChoice::identity || link == LinkChoice::log || link == LinkChoice::inverse;
    case Family::poisson:
      return link == LinkChoice::log || link == LinkChoice::identity;
    case Family::binomial:
    case Family::quasibinomial:
      return link == LinkChoice::logit;
  }
  return false;
}

Family settle_family(FamilyChoice choice, std::int32_t classes) {
  switch (choice) {
    case FamilyChoice::binomial:
      return Family::binomial;
    case FamilyChoice::quasibinomial:
      return Family::quasibinomial;
    case FamilyChoice::poisson:
      return Family::poisson;
    case FamilyChoice::gamma:
      return Family::gamma;
    case FamilyChoice::automatic:
      return classes == 2 ? Family::binomial : Family::gaussian;
    default:
      return Family::gaussian;
  }
}

Link default_link(Family family) {
  switch (family) {
    case Family::gaussian:
      return Link::identity;
    case Family::poisson:
      return Link::log;
    case Family::gamma:
      return Link::inverse;
    case Family::binomial:
    case Family::quasibinomial:
      return Link::logit;
  }
  return Link::identity;
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

bool is_logistic(Family family) {
  return family == Family::binomial || family == Family::quasibinomial;
}

}  // namespace

void validate(const Parameters& parameters, Messages& messages) {
  refuse_unbuilt_choices(parameters, messages);
  refuse_unbuilt_parts(parameters, messages);
  check_penalty(parameters, messages);
  check_solver(parameters, messages);
}

model::Category category(const Parameters& parameters, const model::ColumnRoles& roles,
                         Messages& messages) {
  const std::int32_t classes = roles.classes();
  const Family family = settle_family(parameters.family, classes);
  const std::string name(
      parameters.family == FamilyChoice::automatic ? "AUTO" : schema::enum_text(parameters.family));
  const bool categorical = roles.response_domain != nullptr;
  if (parameters.family == FamilyChoice::automatic && classes > 2) {
    model::refuse("family",
                  "AUTO with a response of " + std::to_string(classes) + " levels (multinomial)",
                  messages);
  } else if (is_logistic(family) && categorical && classes != 2) {
    add(messages, Message::Kind::error, "family",
        "The response has " + std::to_string(classes) + " levels; family " + name +
            " needs two, or a column of 0 and 1");
  } else if (!is_logistic(family) && categorical) {
    add(messages, Message::Kind::error, "family",
        "The response is categorical; family " + name + " needs numbers");
  }
  if (!link_fits(family, parameters.link)) {
    add(messages, Message::Kind::error, "link",
        "Link " + std::string(schema::enum_text(parameters.link)) + " does not go with family " +
            name);
  }
  return is_logistic(family) ? model::Category::binomial : model::Category::regression;
}

linear::Response settle_response(const Parameters& parameters, const model::ColumnRoles& roles) {
  const Family family = settle_family(parameters.family, roles.classes());
  return {.family = family, .link = link_of(parameters.link, family)};
}

void check_response(const Parameters& parameters, const model::ColumnRange& response,
                    model::Messages& messages) {
  const bool two_classes = parameters.family == FamilyChoice::binomial ||
                           parameters.family == FamilyChoice::quasibinomial;
  if (!two_classes || (response.integers && response.low >= 0 && response.high <= 1)) return;
  messages.push_back({model::Message::Kind::error, "family",
                      "The families binomial and quasibinomial need a response of two classes: a "
                      "categorical column of two levels, or numbers that are 0 or 1"});
}

}  // namespace neve::algos::glm

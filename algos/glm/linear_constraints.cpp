#include "algos/glm/linear_constraints.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>

#include <neve/base/error.hpp>
#include <neve/base/java_number.hpp>

namespace neve::algos::glm {
namespace {

const char* kind_of(bool equality, bool bound) {
  if (bound) return equality ? "Beta equality constraint: " : "Beta inequality constraint: ";
  return equality ? "Linear equality constraint: " : "Linear inequality constraint: ";
}

bool is_equality(const GivenTable& table, std::string type) {
  std::ranges::transform(type, type.begin(), [](unsigned char c) { return std::tolower(c); });
  if (type == "equal") return true;
  if (type != "lessthanequal") {
    table.refuse("Type of linear constraints can only be Equal or LessThanEqual, not '" + type +
                 "'");
  }
  return false;
}

/// "2.0*x1-1.0*g.b+0.5"
std::string text_of(const Constraint& constraint, const std::vector<std::string>& names) {
  std::string text;
  const auto add = [&](double value) {
    if (value >= 0 && !text.empty()) text += "+";
    text += java_double(value);
  };
  for (const auto& [at, value] : constraint.terms) {
    add(value);
    text += "*" + names[at];
  }
  if (constraint.constant != 0) add(constraint.constant);
  return text;
}

/// A constraint on one coefficient.
Constraint bound(std::size_t at, double sign, double limit, bool equality) {
  return {.kind = kind_of(equality, true),
          .terms = {{at, sign}},
          .constant = -sign * limit,
          .equality = equality};
}

std::vector<Constraint> bounds_of(const BetaConstraints& bounds, const linear::Design& design) {
  std::vector<Constraint> equalities;
  std::vector<Constraint> others;
  for (std::size_t j = 0; j < static_cast<std::size_t>(design.slopes()); ++j) {
    const double low = bounds.low(j);
    const double high = bounds.high(j);
    if (low == high) {
      equalities.push_back(bound(j, 1, low, true));
      continue;
    }
    if (std::isfinite(low)) others.push_back(bound(j, -1, low, false));
    if (std::isfinite(high)) others.push_back(bound(j, 1, high, false));
  }
  equalities.insert(equalities.end(), others.begin(), others.end());
  return equalities;
}

}  // namespace

void check_linear_constraints(const Parameters& p, model::Messages& messages) {
  if (p.linear_constraints.empty()) return;
  const auto wrong = [&](const char* field, const char* text) {
    model::add_error(messages, field, text);
  };
  if (p.solver != Solver::irlsm) {
    wrong("solver",
          "constrained GLM is only available for IRLSM.  Please set solver to IRLSM/irlsm "
          "explicitly.");
  }
  if (!(p.constraint_eta0 > 0)) wrong("constraint_eta0", "must be > 0.");
  if (!(p.constraint_tau > 1)) wrong("constraint_tau", "must be > 1.");
  if (!(p.constraint_c0 > 0)) wrong("constraint_c0", "must be > 0.");
  if (!(p.constraint_alpha > 0)) wrong("constraint_alpha", "must be > 0.");
  if (!(p.constraint_beta > 0)) wrong("constraint_beta", "must be > 0.");
  if (!p.intercept) {
    wrong("intercept", "constrained GLM is only supported with when intercept=true.");
  }
  const auto lambdas = p.lambda_.value_or(std::vector<double>());
  if (p.lambda_search || std::ranges::any_of(lambdas, [](double l) { return l != 0; })) {
    wrong("lambda or lambda_search",
          "Regularization is not allowed for constrained GLM.  Set lambda to 0.0.");
  }
  if (p.dispersion_parameter_method == DispersionMethod::ml) {
    wrong("dispersion_parameter_method",
          "Only pearson and deviance is supported for dispersion parameter calculation.");
  }
}

std::vector<Constraint> read_linear_constraints(const GivenTable& table,
                                                const linear::Design& design) {
  const auto names = table.texts("names");
  const auto types = table.texts("types");
  const auto values = table.numbers("values");
  const auto numbers = table.numbers("constraint_numbers");
  const auto coefficients = design.coefficient_names();
  std::map<std::string, std::size_t> places;
  for (std::size_t j = 0; j < static_cast<std::size_t>(design.slopes()); ++j) {
    places[coefficients[j]] = j;
  }
  std::vector<Constraint> made;
  std::map<double, std::size_t> of_number;
  for (std::size_t row = 0; row < names.size(); ++row) {
    if (!std::isfinite(values[row]) || !std::isfinite(numbers[row])) {
      table.refuse("Row " + std::to_string(row + 1) +
                   " needs a number in values and constraint_numbers");
    }
    const bool equality = is_equality(table, types[row]);
    const auto [at, fresh] = of_number.try_emplace(numbers[row], made.size());
    if (fresh)
      made.push_back({.kind = kind_of(equality, false), .terms = {}, .equality = equality});
    Constraint& constraint = made[at->second];
    if (constraint.equality != equality) {
      table.refuse(
          "Constraint type of the same constraint must be the same but is not, as in row " +
          std::to_string(row + 1));
    }
    if (names[row] == "constant") {
      constraint.constant += values[row];
      continue;
    }
    const auto place = places.find(names[row]);
    if (place == places.end()) {
      table.refuse("Coefficient name " + names[row] +
                   " is not a valid coefficient name.  It must be a valid coefficient name or it "
                   "can be constant");
    }
    const auto same = [&](const auto& term) { return term.first == place->second; };
    if (std::ranges::any_of(constraint.terms, same)) {
      table.refuse("Coefficient " + names[row] + " is named twice in the same constraint");
    }
    constraint.terms.emplace_back(place->second, values[row]);
  }
  for (const Constraint& constraint : made) {
    if (constraint.terms.size() >= 2) continue;
    table.refuse(
        "Linear constraint must have at least two coefficients.  For constraints on just one "
        "coefficient: " +
        text_of(constraint, coefficients) + ", use betaConstraints instead");
  }
  return made;
}

linear::LinearConstraints scaled(const std::vector<Constraint>& constraints,
                                 const linear::Design& design) {
  linear::LinearConstraints made;
  std::vector<const Constraint*> order;
  for (const bool equality : {true, false}) {
    for (const Constraint& constraint : constraints) {
      if (constraint.equality != equality) continue;
      order.push_back(&constraint);
      made.rows.emplace_back(static_cast<std::size_t>(design.size()), 0.0);
      for (const auto& [at, value] : constraint.terms) {
        made.rows.back()[at] = value / design.scale_of(at);
      }
      made.limits.push_back(-constraint.constant);
    }
    if (equality) made.equalities = made.rows.size();
  }
  const auto extra = linear::redundant(made);
  if (extra.empty()) return made;
  std::string text;
  for (const std::size_t at : extra) {
    text += "This constraint is redundant " + text_of(*order[at], design.coefficient_names()) +
            (order[at]->equality ? " == 0. " : " <= 0. ");
  }
  throw InputError::illegal_argument(text + "Please remove it from your beta/linear constraints.");
}

std::unique_ptr<linear::Optimiser> make_constrained(linear::Surface& surface,
                                                    const linear::Penalty& penalty,
                                                    const linear::Tolerance& tolerance,
                                                    const std::vector<Constraint>& constraints,
                                                    const Parameters& parameters) {
  const linear::Augmentation augmentation{.c0 = parameters.constraint_c0,
                                          .tau = parameters.constraint_tau,
                                          .eta0 = parameters.constraint_eta0,
                                          .alpha = parameters.constraint_alpha,
                                          .beta = parameters.constraint_beta};
  auto made = std::make_unique<linear::ConstrainedIrls>(
      surface, penalty, tolerance, scaled(constraints, surface.whole_design()), augmentation);
  if (parameters.init_optimal_glm && !parameters.startval) made->start_from_optimum();
  return made;
}

std::vector<ConstraintState> states_of(const BetaConstraints& bounds,
                                       const std::vector<Constraint>& constraints,
                                       const linear::Design& design,
                                       const std::vector<double>& coefficients) {
  // Far above rounding, far below what a reader would call off.
  constexpr double kSlack = 1e-10;
  std::vector<Constraint> all = bounds_of(bounds, design);
  for (const bool equality : {true, false}) {
    for (const Constraint& constraint : constraints) {
      if (constraint.equality == equality) all.push_back(constraint);
    }
  }
  const auto names = design.coefficient_names();
  std::vector<ConstraintState> states;
  for (const Constraint& constraint : all) {
    double value = constraint.constant;
    double size = std::fabs(constraint.constant);
    for (const auto& [at, factor] : constraint.terms) {
      value += factor * coefficients[at];
      size += std::fabs(factor * coefficients[at]);
    }
    const double off = constraint.equality ? std::fabs(value) : value;
    states.push_back({.text = constraint.kind + text_of(constraint, names),
                      .value = value,
                      .equality = constraint.equality,
                      .satisfied = off <= kSlack * std::max(1.0, size)});
  }
  return states;
}

}  // namespace neve::algos::glm

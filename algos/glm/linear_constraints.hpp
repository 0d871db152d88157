#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <neve/model/algorithm.hpp>

#include "algos/families/linear/constrained_irls.hpp"
#include "algos/glm/beta_constraints.hpp"
#include "algos/glm/given_table.hpp"
#include "algos/glm/parameters.hpp"

namespace neve::algos::glm {

/// How a model meets a constraint.
struct ConstraintState {
  std::string text;  ///< "Linear inequality constraint: 2.0*x1-1.0*g.b+0.5"
  double value = 0;  ///< of what is to be 0, or at most 0
  bool equality = false;
  bool satisfied = false;
  template <class Archive>
  void fields(Archive& archive) {
    archive(text, value, equality, satisfied);
  }
};

/// A sum of raw coefficients and a constant that is to be 0, or at most 0.
struct Constraint {
  std::string kind;  ///< "Linear equality constraint: "
  std::vector<std::pair<std::size_t, double>> terms;
  double constant = 0;
  bool equality = false;
};

/// Checks that need no data.
void check_linear_constraints(const Parameters& parameters, model::Messages& messages);

/// What a frame of linear constraints says, in its columns names (of coefficients, or "constant"),
/// values, types (Equal or LessThanEqual) and constraint_numbers, which tell what belongs together.
/// Throws InputError for other names and types, and constraints of fewer than two coefficients.
std::vector<Constraint> read_linear_constraints(const GivenTable& table,
                                                const linear::Design& design);

/// The same for coefficients of centred and scaled columns. Throws InputError where one follows
/// from others.
linear::LinearConstraints scaled(const std::vector<Constraint>& constraints,
                                 const linear::Design& design);

/// What fits under the constraints. Surface and penalty outlive it.
std::unique_ptr<linear::Optimiser> make_constrained(linear::Surface& surface,
                                                    const linear::Penalty& penalty,
                                                    const linear::Tolerance& tolerance,
                                                    const std::vector<Constraint>& constraints,
                                                    const Parameters& parameters);

/// How raw coefficients (intercept last) meet the bounds and the constraints.
std::vector<ConstraintState> states_of(const BetaConstraints& bounds,
                                       const std::vector<Constraint>& constraints,
                                       const linear::Design& design,
                                       const std::vector<double>& coefficients);

}  // namespace neve::algos::glm

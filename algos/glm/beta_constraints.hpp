#pragma once

#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <neve/model/algorithm.hpp>

#include "algos/families/linear/design.hpp"
#include "algos/families/linear/penalty.hpp"
#include "algos/families/linear/prepare.hpp"
#include "algos/glm/given_table.hpp"
#include "algos/glm/parameters.hpp"

namespace neve::algos::glm {

/// What the frame beta_constraints says of each coefficient of a design, as H2O-3 understands it:
/// bounds, pulls and starts are of raw columns, but for the intercept's bounds, which are of
/// standardised ones where the model standardises. Vectors are in the order of the design, or empty
/// where the frame does not say.
class BetaConstraints {
 public:
  BetaConstraints() = default;
  /// `dropped` names columns that training left out for what they hold; constraints on them have no
  /// effect. Throws InputError for unknown or repeated names, bounds that leave nothing, and
  /// numbers that make no sense.
  BetaConstraints(const GivenTable& table, const linear::Design& design,
                  const std::vector<std::string>& dropped);

  /// Centers and scales that the frame gives, and whether columns may be centred: where the
  /// intercept of raw columns is bounded or pulled, it has to be a coefficient of the fit.
  [[nodiscard]] linear::Given preparation(const Parameters& parameters) const;
  /// Adds bounds and pulls to the penalty on scaled coefficients, on top of bounds that are there.
  void add_to(const Parameters& parameters, const linear::Design& design,
              linear::Penalty& penalty) const;
  /// Scaled coefficients to start from; nothing where the frame gives none.
  [[nodiscard]] std::optional<std::vector<double>> start(const linear::Design& design) const;
  /// Bounds of raw coefficients, infinite where there are none.
  [[nodiscard]] double low(std::size_t j) const {
    return lower_.empty() ? -std::numeric_limits<double>::infinity() : lower_[j];
  }
  [[nodiscard]] double high(std::size_t j) const {
    return upper_.empty() ? std::numeric_limits<double>::infinity() : upper_[j];
  }
  [[nodiscard]] bool pulls() const { return !given_.empty() && !rho_.empty(); }

 private:
  void read_numbers(const GivenTable& table, const std::vector<std::vector<std::size_t>>& places);
  void check_bounds(const GivenTable& table, const std::vector<std::string>& names);

  bool intercept_ = false;  ///< whether the frame says something of it
  std::vector<double> lower_;
  std::vector<double> upper_;
  std::vector<double> given_;
  std::vector<double> start_;
  std::vector<double> rho_;
  std::map<std::string, double> means_;
  std::map<std::string, double> deviations_;
};

/// Those of the frame that the parameter names, if any, for training on these columns.
BetaConstraints read_beta_constraints(const model::TrainContext& context,
                                      const Parameters& parameters, const linear::Design& design);

/// Moves values into the penalty's bounds; true where that changed one.
bool clamp_into(const linear::Penalty& penalty, std::vector<double>& values);

}  // namespace neve::algos::glm

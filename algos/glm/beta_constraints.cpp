#include "algos/glm/beta_constraints.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include <neve/base/error.hpp>
#include <neve/base/java_number.hpp>

namespace neve::algos::glm {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Coefficients that a row of the frame is about.
class Names {
 public:
  Names(const linear::Design& design, const std::vector<std::string>& dropped)
      : dropped_(dropped.begin(), dropped.end()) {
    const auto names = design.coefficient_names();
    for (std::size_t j = 0; j < names.size(); ++j) places_[names[j]] = {j};
    for (const linear::CategoricalTerm& term : design.categoricals) {
      std::vector<std::size_t>& of_term = places_[term.name];
      for (std::int32_t k = 0; k < term.coefficients(); ++k) {
        of_term.push_back(static_cast<std::size_t>(term.offset + k));
      }
    }
    // Without an intercept in the model, what is said of it has no effect.
    places_.try_emplace("Intercept");
  }
  /// All levels of a categorical column that is named as a whole; none of a column that was left
  /// out of training.
  [[nodiscard]] std::vector<std::size_t> places_of(const GivenTable& table,
                                                   const std::string& name) const {
    if (name == "intercept") {
      table.refuse("Beta constraints cannot be applied to a row named 'intercept'");
    }
    if (const auto at = places_.find(name); at != places_.end()) return at->second;
    if (dropped_.contains(name)) return {};
    table.refuse("Unrecognized coefficient name in beta-constraint file, unknown name '" + name +
                 "'");
  }

 private:
  std::map<std::string, std::vector<std::size_t>> places_;
  std::set<std::string> dropped_;
};

void check_numbers(const GivenTable& table, const char* column, const std::vector<double>& values,
                   double least) {
  for (const double value : values) {
    if (std::isfinite(value) && value >= least) continue;
    table.refuse(std::string(column) + " holds " + java_double(value) +
                 (least == 0  ? "; it needs numbers of at least 0"
                  : least > 0 ? "; it needs numbers above 0"
                              : "; it needs numbers"));
  }
}

}  // namespace

BetaConstraints::BetaConstraints(const GivenTable& table, const linear::Design& design,
                                 const std::vector<std::string>& dropped) {
  table.allow_only({"names", "beta_given", "beta_start", "lower_bounds", "upper_bounds", "rho",
                    "mean", "std_dev"});
  const Names names(design, dropped);
  std::vector<std::vector<std::size_t>> places;
  std::vector<bool> taken(static_cast<std::size_t>(design.size()), false);
  const auto row_names = table.texts("names");
  for (const std::string& name : row_names) {
    places.push_back(names.places_of(table, name));
    for (const std::size_t at : places.back()) {
      if (taken[at]) {
        table.refuse("Illegal beta constraints file, got duplicate constraint for predictor '" +
                     name + "'");
      }
      taken[at] = true;
    }
  }
  intercept_ = design.intercept && taken.back();
  for (auto* values : {&lower_, &upper_, &given_, &start_, &rho_}) values->resize(taken.size());
  read_numbers(table, places);
  check_bounds(table, design.coefficient_names());
  const auto read_overrides = [&](const char* column, std::map<std::string, double>& made) {
    if (!table.has(column)) return;
    const auto numbers = table.numbers(column);
    for (std::size_t row = 0; row < numbers.size(); ++row) {
      if (!std::isnan(numbers[row])) made[row_names[row]] = numbers[row];
    }
  };
  read_overrides("mean", means_);
  read_overrides("std_dev", deviations_);
  for (const auto& [name, deviation] : deviations_) {
    check_numbers(table, "std_dev", {deviation}, std::numeric_limits<double>::min());
  }
}

void BetaConstraints::read_numbers(const GivenTable& table,
                                   const std::vector<std::vector<std::size_t>>& places) {
  const auto read = [&](const char* column, double neutral, std::vector<double>& values) {
    if (!table.has(column)) return values.clear();
    std::ranges::fill(values, neutral);
    const auto numbers = table.numbers(column);
    for (std::size_t row = 0; row < numbers.size(); ++row) {
      for (const std::size_t at : places[row]) values[at] = numbers[row];
    }
  };
  read("lower_bounds", -kInfinity, lower_);
  read("upper_bounds", kInfinity, upper_);
  read("beta_given", 0, given_);
  read("beta_start", 0, start_);
  read("rho", 0, rho_);
  check_numbers(table, "beta_given", given_, -kInfinity);
  check_numbers(table, "beta_start", start_, -kInfinity);
  check_numbers(table, "rho", rho_, 0);
}

/// A bound that is missing is none, where only one side has any.
void BetaConstraints::check_bounds(const GivenTable& table, const std::vector<std::string>& names) {
  for (std::size_t j = 0; j < lower_.size() && j < upper_.size(); ++j) {
    if (lower_[j] <= upper_[j] && lower_[j] < kInfinity && upper_[j] > -kInfinity) continue;
    table.refuse("lower bounds must be <= upper bounds, and numbers, but those of '" + names[j] +
                 "' are " + java_double(lower_[j]) + " and " + java_double(upper_[j]));
  }
  for (double& bound : lower_) bound = std::isnan(bound) ? -kInfinity : bound;
  for (double& bound : upper_) bound = std::isnan(bound) ? kInfinity : bound;
}

linear::Given BetaConstraints::preparation(const Parameters& parameters) const {
  linear::Given given;
  const bool held = !lower_.empty() || !upper_.empty() || pulls();
  given.centered = parameters.standardize || !(intercept_ && held);
  if (!parameters.standardize) return given;
  given.centers = means_;
  given.scales = deviations_;
  return given;
}

void BetaConstraints::add_to(const Parameters& parameters, const linear::Design& design,
                             linear::Penalty& penalty) const {
  const auto size = static_cast<std::size_t>(design.size());
  std::vector<double> scales;
  for (std::size_t j = 0; j < size; ++j) scales.push_back(design.scale_of(j));
  if (!lower_.empty() || !upper_.empty()) {
    if (!penalty.bounded()) {
      penalty.lower.assign(size, -kInfinity);
      penalty.upper.assign(size, kInfinity);
    }
    for (std::size_t j = 0; j < lower_.size(); ++j) {
      penalty.lower[j] = std::max(penalty.lower[j], lower_[j] * scales[j]);
    }
    for (std::size_t j = 0; j < upper_.size(); ++j) {
      penalty.upper[j] = std::min(penalty.upper[j], upper_[j] * scales[j]);
      if (penalty.lower[j] <= penalty.upper[j]) continue;
      throw InputError::illegal_argument("non_negative and the upper bound of '" +
                                         design.coefficient_names()[j] + "' in beta_constraints, " +
                                         java_double(upper_[j]) + ", leave no value for it.");
    }
  }
  if (!pulls()) return;
  std::vector<double> given = given_;
  if (!design.intercept) given.push_back(0);
  penalty.towards = linear::to_scaled(design, given);
  penalty.pull = rho_;
  for (std::size_t j = 0; j < size && !parameters.standardize; ++j) {
    penalty.pull[j] /= scales[j] * scales[j];
  }
}

std::optional<std::vector<double>> BetaConstraints::start(const linear::Design& design) const {
  std::vector<double> raw = start_.empty() ? given_ : start_;
  if (raw.empty()) return std::nullopt;
  if (!design.intercept) raw.push_back(0);
  return linear::to_scaled(design, raw);
}

namespace {

/// Columns of the training frame that were to be predictors, but for what they hold.
std::vector<std::string> dropped_columns(const model::TrainContext& context,
                                         const Parameters& parameters) {
  const model::ColumnRoles& roles = context.roles;
  std::set<std::string> known(roles.predictors.begin(), roles.predictors.end());
  known.insert({roles.response, roles.weights, roles.offset, parameters.fold_column.name});
  if (parameters.ignored_columns) {
    known.insert(parameters.ignored_columns->begin(), parameters.ignored_columns->end());
  }
  std::vector<std::string> dropped;
  for (const std::string& name : context.training.frame.names) {
    if (!known.contains(name)) dropped.push_back(name);
  }
  return dropped;
}

}  // namespace

BetaConstraints read_beta_constraints(const model::TrainContext& context,
                                      const Parameters& parameters, const linear::Design& design) {
  if (parameters.beta_constraints.empty()) return {};
  const GivenTable table(context.engine, context.further->at("beta_constraints"),
                         "beta_constraints");
  BetaConstraints made(table, design, dropped_columns(context, parameters));
  if (made.pulls() && parameters.compute_p_values) {
    throw InputError::illegal_argument(
        "P-values can not be computed for constrained problems with proximal penalty: give no "
        "beta_given and rho, or set compute_p_values to false.");
  }
  return made;
}

bool clamp_into(const linear::Penalty& penalty, std::vector<double>& values) {
  if (!penalty.bounded()) return false;
  bool changed = false;
  for (std::size_t j = 0; j < values.size(); ++j) {
    const double inside = std::clamp(values[j], penalty.low(j), penalty.high(j));
    changed = changed || inside != values[j];
    values[j] = inside;
  }
  return changed;
}

}  // namespace neve::algos::glm

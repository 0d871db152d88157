#include "algos/families/trees/calibration.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <neve/base/error.hpp>
#include <neve/base/math.hpp>
#include <neve/model/score.hpp>

namespace neve::algos::trees {
namespace {

struct Line {
  double intercept = 0;
  double slope = 0;
  [[nodiscard]] double at(double x) const { return intercept + slope * x; }
};

double log_likelihood(const CalibrationRows& rows, const Line& line) {
  double sum = 0;
  for (std::size_t i = 0; i < rows.actual.size(); ++i) {
    const double z = line.at(rows.probability[i]);
    const double log_of_both = std::max(z, 0.0) + math::log1p(math::exp(-std::abs(z)));
    sum += rows.weight[i] * (rows.actual[i] * z - log_of_both);
  }
  return sum;
}

/// Newton's step; nothing where the rows do not say which way to go.
Line newton_step(const CalibrationRows& rows, const Line& line) {
  double g0 = 0;
  double g1 = 0;
  double h00 = 0;
  double h01 = 0;
  double h11 = 0;
  for (std::size_t i = 0; i < rows.actual.size(); ++i) {
    const double x = rows.probability[i];
    const double p = math::logistic(line.at(x));
    const double error = rows.weight[i] * (rows.actual[i] - p);
    const double variance = rows.weight[i] * p * (1 - p);
    g0 += error;
    g1 += error * x;
    h00 += variance;
    h01 += variance * x;
    h11 += variance * x * x;
  }
  constexpr double kSingular = 1e-14;
  const double determinant = h00 * h11 - h01 * h01;
  if (!(determinant > kSingular * h00 * h11)) return {};
  return {(h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant};
}

/// Equal neighbours of a fit, in the order of the probabilities.
struct Pool {
  double first = 0;
  double last = 0;
  double weight = 0;
  double sum = 0;  ///< of weight · actual
  [[nodiscard]] double mean() const { return sum / weight; }
  void take(const Pool& next) {
    last = next.last;
    weight += next.weight;
    sum += next.sum;
  }
};

/// One pool per distinct probability, ascending.
std::vector<Pool> distinct_probabilities(const CalibrationRows& rows) {
  std::vector<std::size_t> order(rows.actual.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return rows.probability[i]; });
  std::vector<Pool> pools;
  for (const std::size_t i : order) {
    const double x = rows.probability[i];
    const Pool own{x, x, rows.weight[i], rows.weight[i] * rows.actual[i]};
    if (!pools.empty() && pools.back().last == x) {
      pools.back().take(own);
    } else {
      pools.push_back(own);
    }
  }
  return pools;
}

}  // namespace

double Calibration::apply(double probability) const {
  if (std::isnan(probability)) return probability;
  if (method == Method::platt) return math::logistic(intercept + slope * probability);
  const auto above = std::ranges::upper_bound(from, probability);
  if (above == from.begin()) return to.front();
  if (above == from.end()) return to.back();
  const auto i = static_cast<std::size_t>(above - from.begin());
  const double share = (probability - from[i - 1]) / (from[i] - from[i - 1]);
  return to[i - 1] + share * (to[i] - to[i - 1]);
}

std::vector<std::string> Calibration::outputs(const model::ColumnRoles& roles) const {
  std::vector<std::string> names;
  if (method == Method::none) return names;
  for (const std::string& level : *roles.response_domain)
    names.push_back("cal_" + model::class_column(level));
  return names;
}

void Calibration::fill(std::span<const double> second,
                       std::span<const std::span<double>> outputs) const {
  if (method == Method::none) return;
  for (std::size_t i = 0; i < second.size(); ++i) {
    outputs[1][i] = apply(second[i]);
    outputs[0][i] = 1 - outputs[1][i];
  }
}

bool Calibration::is_sound() const {
  if (method != Method::isotonic) return method == Method::none || method == Method::platt;
  return !from.empty() && from.size() == to.size() && std::ranges::is_sorted(from);
}

void CalibrationRows::add(double p, double y, double w) {
  if (std::isnan(p) || !(y == 0 || y == 1) || !(w > 0)) return;
  probability.push_back(p);
  actual.push_back(y);
  weight.push_back(w);
}

void CalibrationTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  const std::vector<double> probability = model::column_numbers(group, 0);
  const std::vector<double> actual = model::column_numbers(group, 1);
  const std::vector<double> weight =
      group.columns.size() > 2 ? model::column_numbers(group, 2) : std::vector<double>();
  for (std::size_t i = 0; i < actual.size(); ++i) {
    double y = actual[i];
    if (!state.response_levels.identity && y >= 0)
      y = state.response_levels.map(static_cast<std::int32_t>(y));
    partial.add(probability[i], y, weight.empty() ? 1 : weight[i]);
  }
}

void CalibrationTask::merge(Partial& left, const Partial& right) {
  const auto append = [](auto& to, const auto& from) {
    to.insert(to.end(), from.begin(), from.end());
  };
  append(left.probability, right.probability);
  append(left.actual, right.actual);
  append(left.weight, right.weight);
}

Calibration fit_platt(const CalibrationRows& rows) {
  double weight = 0;
  double positives = 0;
  for (std::size_t i = 0; i < rows.actual.size(); ++i) {
    weight += rows.weight[i];
    positives += rows.weight[i] * rows.actual[i];
  }
  if (!(positives > 0 && positives < weight)) {
    throw InputError::illegal_argument(
        "The rows of calibration_frame are all of one class: probabilities cannot be fitted to "
        "them. Give it rows of both classes.");
  }
  constexpr int kMostSteps = 50;
  constexpr int kMostHalvings = 20;
  constexpr double kSmallStep = 1e-12;
  constexpr double kRounding = 1e-12;  // near the maximum, sums differ by no more than this
  Line line{math::log(positives / (weight - positives)), 0};
  double likelihood = log_likelihood(rows, line);
  const auto is_no_worse = [&](double reached) {
    return reached >= likelihood - kRounding * std::abs(likelihood);
  };
  for (int step = 0; step < kMostSteps; ++step) {
    Line by = newton_step(rows, line);
    Line next = line;
    double reached = likelihood;
    for (int halving = 0; halving <= kMostHalvings; ++halving) {
      next = {line.intercept + by.intercept, line.slope + by.slope};
      reached = log_likelihood(rows, next);
      if (is_no_worse(reached)) break;
      by = {by.intercept / 2, by.slope / 2};
    }
    if (!is_no_worse(reached)) break;
    const double moved = std::abs(by.intercept) + std::abs(by.slope);
    line = next;
    likelihood = reached;
    if (moved <= kSmallStep * (1 + std::abs(line.intercept) + std::abs(line.slope))) break;
  }
  return {.method = Calibration::Method::platt,
          .intercept = line.intercept,
          .slope = line.slope,
          .from = {},
          .to = {}};
}

Calibration fit_isotonic(const CalibrationRows& rows) {
  std::vector<Pool> pools;
  for (const Pool& pool : distinct_probabilities(rows)) {
    pools.push_back(pool);
    while (pools.size() > 1 && pools[pools.size() - 2].mean() >= pools.back().mean()) {
      pools[pools.size() - 2].take(pools.back());
      pools.pop_back();
    }
  }
  if (pools.empty()) {
    throw InputError::illegal_argument(
        "calibration_frame has no row with a known response and a positive weight.");
  }
  Calibration made{.method = Calibration::Method::isotonic, .from = {}, .to = {}};
  for (const Pool& pool : pools) {
    made.from.push_back(pool.first);
    made.to.push_back(pool.mean());
    if (pool.last == pool.first) continue;
    made.from.push_back(pool.last);
    made.to.push_back(pool.mean());
  }
  return made;
}

Calibration fit_calibration(mr::Engine& engine, const model::Dataset& data, ColumnId probability,
                            Calibration::Method method, const job::TokenPtr& token) {
  mr::Inputs inputs{data.inputs.layout, {probability}};
  inputs.columns.push_back(data.inputs.columns[static_cast<std::size_t>(data.response)]);
  if (data.weights >= 0)
    inputs.columns.push_back(data.inputs.columns[static_cast<std::size_t>(data.weights)]);
  // Rows as they come and as they are merged.
  constexpr std::int64_t kRowBytes = 2 * 3 * sizeof(double);
  const Reservation memory =
      engine.budget().reserve(data.inputs.layout->rows() * kRowBytes, "Calibrating probabilities");
  mr::RunOptions options;
  options.token = token;
  const CalibrationRows rows = engine.run<CalibrationTask>(inputs, {data.response_levels}, options);
  return method == Calibration::Method::platt ? fit_platt(rows) : fit_isotonic(rows);
}

}  // namespace neve::algos::trees

#include "algos/glm/fold_errors.hpp"

#include <array>
#include <cmath>

#include <neve/base/math.hpp>

#include "algos/families/linear/lanes.hpp"
#include "algos/families/linear/part_reader.hpp"

namespace neve::algos::glm {
namespace {

constexpr std::size_t kRows = linear::BlockReader::kRows;

/// A block's rows, and how far a model is off.
struct Block {
  std::size_t rows = 0;
  std::array<double, kRows> log_y;
  std::array<double, kRows> weights;  ///< of the rows that count now
  std::array<double, kRows> eta;
  std::array<double, kRows> off;
  std::array<double, kRows> log_off;

  void take_response(std::span<const double> y) {
    rows = y.size();
    for (std::size_t i = 0; i < rows; ++i) log_y[i] = 1 + y[i];
    math::log(std::span(log_y).first(rows));
  }
  /// From the predictions in `eta`.
  void compare(std::span<const double> y) {
    for (std::size_t i = 0; i < rows; ++i) {
      off[i] = y[i] - eta[i];
      eta[i] += 1;
    }
    math::log(std::span(eta).first(rows));
    for (std::size_t i = 0; i < rows; ++i) log_off[i] = eta[i] - log_y[i];
  }
  void add_to(Errors& errors) const {
    using linear::detail::sum_lanes;
    errors.squared += sum_lanes(rows, [&](std::size_t i) { return weights[i] * off[i] * off[i]; });
    errors.absolute +=
        sum_lanes(rows, [&](std::size_t i) { return weights[i] * std::fabs(off[i]); });
    errors.squared_log += sum_lanes(rows, [&](std::size_t i) {
      return weights[i] == 0 ? 0.0 : weights[i] * log_off[i] * log_off[i];
    });
  }
};

}  // namespace

void Errors::add(const Errors& other) {
  squared += other.squared;
  absolute += other.absolute;
  squared_log += other.squared_log;
}

FoldErrorsTask::Partial FoldErrorsTask::zero(const State& state) {
  return {std::vector<Errors>(state.betas.size()), std::vector<Errors>(state.betas.size())};
}

std::int64_t FoldErrorsTask::partial_bytes(const State& state) {
  return static_cast<std::int64_t>(2 * state.betas.size() * sizeof(Errors));
}

void FoldErrorsTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  std::vector<linear::Predictor> predictors;
  for (const auto& beta : state.betas) predictors.emplace_back(state.parts.design, beta);
  linear::PartReader reader(group, state.parts.design);
  Block block;
  while (reader.next()) {
    const linear::BlockReader& rows = reader.block();
    const auto y = rows.response();
    const auto weights = rows.weights();
    const auto folds = reader.parts();
    block.take_response(y);
    for (std::size_t k = 0; k < predictors.size(); ++k) {
      predictors[k].predict(rows, std::span(block.eta).first(block.rows));
      block.compare(y);
      const auto own = static_cast<std::int32_t>(k);
      for (std::size_t i = 0; i < y.size(); ++i)
        block.weights[i] = folds[i] == own ? 0 : weights[i];
      block.add_to(partial.training[k]);
      for (std::size_t i = 0; i < y.size(); ++i)
        block.weights[i] = folds[i] == own ? weights[i] : 0;
      block.add_to(partial.holdout[k]);
    }
  }
}

void FoldErrorsTask::merge(Partial& left, const Partial& right) {
  for (std::size_t k = 0; k < left.training.size(); ++k) {
    left.training[k].add(right.training[k]);
    left.holdout[k].add(right.holdout[k]);
  }
}

}  // namespace neve::algos::glm

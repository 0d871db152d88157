#include "algos/glm/fold_errors.hpp"

#include <array>
#include <cmath>

#include <neve/base/math.hpp>

#include "algos/families/linear/lanes.hpp"
#include "algos/families/linear/part_reader.hpp"

namespace neve::algos::glm {
namespace {

constexpr std::size_t kRows = linear::BlockReader::kRows;

/// The rows of a block that count, those of a fold side by side, and how far a model is off.
class RowsByFold {
 public:
  explicit RowsByFold(std::size_t folds) : places_(folds) {}

  void read(const linear::PartReader& reader) {
    const auto weights = reader.block().weights();
    places_.find(reader);
    const auto y = reader.block().response();
    for (std::size_t i = 0; i < y.size(); ++i) {
      weights_[places_[i]] = weights[i];
      log_y_[places_[i]] = 1 + y[i];
    }
    math::log(std::span(log_y_).first(places_.count()));
  }
  void compare(std::span<const double> y, std::span<const double> predicted) {
    for (std::size_t i = 0; i < y.size(); ++i) {
      off_[places_[i]] = y[i] - predicted[i];
      log_off_[places_[i]] = 1 + predicted[i];
    }
    math::log(std::span(log_off_).first(places_.count()));
  }
  [[nodiscard]] Errors errors(std::size_t fold) const {
    const std::size_t first = places_.begin(fold);
    const std::size_t rows = places_.count(fold);
    const double* weight = weights_.data() + first;
    const double* off = off_.data() + first;
    const double* log_off = log_off_.data() + first;
    const double* log_y = log_y_.data() + first;
    using linear::detail::sum_lanes;
    return {
        .squared = sum_lanes(rows, [=](std::size_t i) { return weight[i] * off[i] * off[i]; }),
        .absolute = sum_lanes(rows, [=](std::size_t i) { return weight[i] * std::fabs(off[i]); }),
        .squared_log = sum_lanes(rows, [=](std::size_t i) {
          const double apart = log_off[i] - log_y[i];
          return weight[i] * apart * apart;
        })};
  }

 private:
  linear::PartPlaces places_;
  std::array<double, kRows + 1> weights_;
  std::array<double, kRows + 1> log_y_;
  std::array<double, kRows + 1> off_;
  std::array<double, kRows + 1> log_off_;
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
  RowsByFold rows(predictors.size());
  std::array<double, kRows> eta;
  while (reader.next()) {
    const linear::BlockReader& block = reader.block();
    const std::span<double> predicted(eta.data(), block.rows());
    rows.read(reader);
    for (std::size_t k = 0; k < predictors.size(); ++k) {
      predictors[k].predict(block, predicted);
      rows.compare(block.response(), predicted);
      for (std::size_t fold = 0; fold < predictors.size(); ++fold) {
        (fold == k ? partial.holdout : partial.training)[k].add(rows.errors(fold));
      }
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

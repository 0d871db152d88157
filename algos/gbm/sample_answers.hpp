#pragma once

#include <vector>

#include <neve/model/model.hpp>

#include "algos/families/trees/partition.hpp"

namespace neve::algos::gbm {

/// A model's trees, by the iterations that were sampled alike: `tree` is the first of them, the
/// next one's where they end.
using Samplings = std::vector<trees::RowSampling>;

/// Adds that the iterations from `first` on were sampled so.
void add_sampling(Samplings& samplings, trees::RowSampling sampling, std::size_t first);

/// Whether they can tell of each iteration; `classes` is 0 for regressions.
bool are_sound(const Samplings& samplings, std::size_t classes);

/// Whether the trees of each iteration grew on a row: its number, then "1" or "0" for each of them.
/// Told by the row's number, and its class where classes differ in their rates. The model outlives
/// it.
class SampleAnswers final : public model::RowExplainer {
 public:
  SampleAnswers(const Samplings& samplings, std::size_t iterations)
      : samplings_(samplings), iterations_(iterations) {}
  [[nodiscard]] std::size_t count() const override { return iterations_ + 1; }
  [[nodiscard]] bool has_levels(std::size_t index) const override { return index > 0; }
  [[nodiscard]] Column column(std::size_t index) const override;
  void answer(const model::ScoreBlock& block, std::size_t first,
              std::span<const std::span<double>> out) const override;

 private:
  [[nodiscard]] trees::RowSampling sampling_of(std::size_t iteration) const;
  const Samplings& samplings_;
  std::size_t iterations_;
};

}  // namespace neve::algos::gbm

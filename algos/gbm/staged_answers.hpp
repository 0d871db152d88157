#pragma once

#include <utility>

#include <neve/model/model.hpp>

#include "algos/families/trees/row_answers.hpp"

namespace neve::algos::gbm {

class GbmModel;

/// Predictions by the first trees only, one column for each tree: the probability of its class, of
/// two classes that of the first one, or the prediction. The model outlives it.
class StagedAnswers final : public model::RowExplainer {
 public:
  StagedAnswers(const GbmModel& model, trees::AskedForest forest)
      : model_(model), forest_(std::move(forest)) {}
  [[nodiscard]] std::size_t count() const override { return forest_.columns(); }
  [[nodiscard]] Column column(std::size_t index) const override { return {forest_.name(index)}; }
  void answer(const model::ScoreBlock& block, std::size_t first,
              std::span<const std::span<double>> out) const override;

 private:
  const GbmModel& model_;
  trees::AskedForest forest_;
};

}  // namespace neve::algos::gbm

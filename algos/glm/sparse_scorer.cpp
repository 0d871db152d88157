#include "algos/glm/sparse_scorer.hpp"

#include <algorithm>
#include <limits>

namespace neve::algos::glm {
namespace {

/// A predictor, by what a term comes from.
std::size_t place_of(const model::ScorePlan& plan, std::int32_t source) {
  return static_cast<std::size_t>(plan.predictors[static_cast<std::size_t>(source)]);
}

linear::Design predictors_only(linear::Design design) {
  design.has_response = design.has_weights = design.has_offset = false;
  return design;
}

std::vector<frame::Chunk> chunks_of(const GlmModel& model, const model::ScorePlan& plan,
                                    const mr::RowGroup& group) {
  std::vector<frame::Chunk> chunks;
  for (const auto* sources : {&model.expansion.categoricals, &model.expansion.numerics}) {
    for (const std::int32_t source : *sources) {
      chunks.push_back(group.columns[place_of(plan, source)]);
    }
  }
  return chunks;
}

mr::RowGroup with_columns(mr::RowGroup group, std::span<const frame::Chunk> columns) {
  group.columns = columns;
  return group;
}

}  // namespace

bool SparseScorer::fits(const GlmModel& model, const model::ScorePlan& plan,
                        const mr::RowGroup& group) {
  const auto& numerics = model.expansion.numerics;
  if (model.inference || !model.expansion.products.empty() || plan.offset >= 0) return false;
  const bool as_they_are = std::ranges::all_of(plan.predictors, [](auto at) { return at >= 0; }) &&
                           std::ranges::all_of(plan.levels, &model::LevelMap::is_plain);
  if (!as_they_are) return false;
  const auto sparse = std::ranges::count_if(numerics, [&](std::int32_t source) {
    return group.columns[place_of(plan, source)].is_sparse();
  });
  return 2 * sparse > std::ssize(numerics);
}

SparseScorer::SparseScorer(const GlmModel& model, const model::ScorePlan& plan,
                           const mr::RowGroup& group)
    : model_(model),
      design_(predictors_only(model.design)),
      chunks_(chunks_of(model, plan, group)),
      group_(with_columns(group, chunks_)),
      reader_(design_, group_, linear::BlockReader::Zeros::left_out) {
  for (std::size_t k = 0; k < model.sets(); ++k) {
    const auto slopes = model.predicting(k);
    predictors_.emplace_back(design_, std::vector<double>(slopes.begin(), slopes.end()));
  }
}

std::size_t SparseScorer::next() { return reader_.next() ? reader_.rows() : 0; }

void SparseScorer::score(std::span<const std::span<double>> out) {
  const std::size_t rows = reader_.rows();
  std::vector<double> eta(predictors_.size() * rows);
  for (std::size_t k = 0; k < predictors_.size(); ++k) {
    const auto of_set = std::span(eta).subspan(k * rows, rows);
    predictors_[k].predict(reader_, of_set);
    // A row that lacks a predictor that may not be filled in.
    for (std::size_t i = 0; i < rows; ++i) {
      if (reader_.weights()[i] == 0) of_set[i] = std::numeric_limits<double>::quiet_NaN();
    }
  }
  model_.answer(eta, out);
}

}  // namespace neve::algos::glm

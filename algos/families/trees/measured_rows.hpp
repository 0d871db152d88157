#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <neve/model/category.hpp>
#include <neve/model/common_parameters.hpp>
#include <neve/model/metrics.hpp>
#include <neve/model/score.hpp>
#include <neve/mr/engine.hpp>

#include "algos/families/trees/chosen_rows.hpp"
#include "algos/families/trees/compact_numbers.hpp"
#include "algos/families/trees/row_store.hpp"

namespace neve::algos::trees {

/// What to measure, besides what always is.
struct MeasureOptions {
  model::Category category = model::Category::regression;
  model::AucType auc_type = model::AucType::automatic;
  std::int32_t gainslift_bins = -1;
  std::vector<double> class_weights = {};  ///< where classes were balanced
  template <class Archive>
  void fields(Archive& archive) {
    archive(category, auc_type, gainslift_bins, class_weights);
  }
};

/// Rows with what their trees add up to, of a group.
struct SummedRows {
  std::span<const double> sums;    ///< trees of an iteration × rows
  const CompactNumbers& response;  ///< or class
  const CompactNumbers& weight;    ///< empty where all are 1
};

/// Some of these rows, in plain numbers.
struct SummedBlock {
  std::size_t begin = 0;                ///< the first one's number
  std::vector<std::span<double>> sums;  ///< per tree; to be turned into outputs in place
  std::span<const double> response;
  std::span<const double> weight;
};

/// What measuring gathers, of the one family that the category has.
struct MeasuredRows {
  model::metrics::BinomialPartial binomial;
  model::metrics::MultinomialPartial multinomial;
  model::metrics::RegressionPartial regression;
  void merge(const MeasuredRows& right);
  /// Adds rows whose sums are outputs by now: means, probabilities, or of two classes that of the
  /// last one.
  void add(const MeasureOptions& options, const model::metrics::Deviance& deviance,
           const SummedBlock& rows);
  template <class Archive>
  void fields(Archive& archive) {
    archive(binomial, multinomial, regression);
  }
};

/// Calls `use` with one SummedBlock after the other.
template <class Use>
void for_each_block(const SummedRows& rows, Use use) {
  constexpr std::size_t kBlockRows = 1024;
  const std::size_t count = rows.response.size();
  const std::size_t trees = count == 0 ? 0 : rows.sums.size() / count;
  std::vector<double> sums(kBlockRows * trees);
  std::vector<double> response(kBlockRows);
  std::vector<double> weight(rows.weight.empty() ? 0 : kBlockRows);
  SummedBlock block;
  block.sums.resize(trees);
  for (; block.begin < count; block.begin += kBlockRows) {
    const std::size_t size = std::min(kBlockRows, count - block.begin);
    for (std::size_t k = 0; k < trees; ++k) {
      block.sums[k] = std::span(sums).subspan(k * kBlockRows, size);
      std::ranges::copy(rows.sums.subspan(k * count + block.begin, size), block.sums[k].begin());
    }
    rows.response.read(block.begin, std::span(response).first(size));
    if (!weight.empty()) rows.weight.read(block.begin, std::span(weight).first(size));
    block.response = std::span(response).first(size);
    block.weight = std::span(weight).first(weight.empty() ? 0 : size);
    use(block);
  }
}

/// Rows of another frame than the training frame, or that train another fold, which are kept to add
/// one tree after the other: those of positive weight.
struct HeldRows {
  ChosenRows chosen;
  std::vector<double> sums;  ///< trees of an iteration × rows
  std::int64_t iterations = 0;
  CompactNumbers response;  ///< or class; NaN for none, and for a class that is not known
  CompactNumbers weight;    ///< empty where all are 1
  [[nodiscard]] std::int64_t byte_size() const {
    return static_cast<std::int64_t>(sums.size() * sizeof(double) + response.byte_size() +
                                     weight.byte_size() + chosen.byte_size());
  }
};

/// Which columns held rows come from, and what is added to them.
struct HeldColumns {
  model::ScorePlan plan;
  std::int32_t trees = 1;  ///< per iteration
  std::int32_t response = -1;
  model::LevelMap response_levels;
  std::int32_t weights = -1;
  double first_sum = 0;  ///< added to the rows' offset
  template <class Archive>
  void fields(Archive& archive) {
    archive(plan, trees, response, response_levels, weights, first_sum);
  }
};

/// The columns of a frame that has the response.
HeldColumns held_columns(const model::Dataset& data, const model::ColumnRoles& roles,
                         std::int32_t trees);

/// Rows without trees.
void hold(const mr::RowGroup& group, const HeldColumns& columns, HeldRows& rows);

/// The metrics of what was gathered; rows that are moved here are freed early.
model::metrics::Metrics finish_metrics(Pool& pool, MeasuredRows rows, const MeasureOptions& options,
                                       const model::ColumnRoles& roles);

}  // namespace neve::algos::trees

#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <neve/model/common_parameters.hpp>
#include <neve/model/metrics.hpp>
#include <neve/model/score.hpp>
#include <neve/mr/engine.hpp>

#include "algos/drf/votes.hpp"
#include "algos/families/trees/row_store.hpp"

namespace neve::algos::drf {

/// What measuring gathers, of the one family that the category has.
struct MeasuredRows {
  model::metrics::BinomialPartial binomial;
  model::metrics::MultinomialPartial multinomial;
  model::metrics::RegressionPartial regression;
  void merge(const MeasuredRows& right);
  template <class Archive>
  void fields(Archive& archive) {
    archive(binomial, multinomial, regression);
  }
};

/// What to measure, besides what always is.
struct MeasureOptions {
  model::Category category = model::Category::regression;
  model::AucType auc_type = model::AucType::automatic;
  std::int32_t gainslift_bins = -1;
  template <class Archive>
  void fields(Archive& archive) {
    archive(category, auc_type, gainslift_bins);
  }
};

/// Measures the votes of the trees that have not seen a row; rows that all have seen do not count.
struct MeasureTrainingTask {
  static constexpr std::string_view name = "drf.measure_training";
  static constexpr auto reduction = mr::Reduction::ordered;
  using State = MeasureOptions;
  using Scratch = trees::RowStore;
  using Partial = MeasuredRows;
  static void rebuild(const mr::RowGroup&, const State&, Scratch&) { trees::fail_not_loaded(); }
  static void map(const mr::RowGroup& group, const State& state, Scratch& store, Partial& partial);
  static void merge(Partial& left, const Partial& right) { left.merge(right); }
};

/// Adds the votes of new trees to those of the validation rows, which are kept, and measures them.
struct MeasureValidationTask {
  static constexpr std::string_view name = "drf.measure_validation";
  static constexpr auto reduction = mr::Reduction::ordered;
  struct State {
    MeasureOptions options;
    std::vector<Iteration> new_iterations;
    std::int32_t trees = 1;  ///< per iteration
    model::ScorePlan plan;
    std::vector<std::int32_t> levels;
    std::int32_t response = -1;
    model::LevelMap response_levels;
    std::int32_t weights = -1;
    template <class Archive>
    void fields(Archive& archive) {
      archive(options, new_iterations, trees, plan, levels, response, response_levels, weights);
    }
  };
  struct Scratch {
    std::vector<double> votes;       ///< trees × rows
    std::int64_t voters = 0;         ///< iterations so far
    trees::CompactNumbers response;  ///< or class; NaN for none, and for a class that is not known
    trees::CompactNumbers weight;    ///< empty where all are 1
    [[nodiscard]] std::int64_t byte_size() const {
      return static_cast<std::int64_t>(votes.size() * sizeof(double) + response.byte_size() +
                                       weight.byte_size());
    }
  };
  using Partial = MeasuredRows;
  static void rebuild(const mr::RowGroup& group, const State& state, Scratch& kept);
  static void map(const mr::RowGroup& group, const State& state, Scratch& kept, Partial& partial);
  static void merge(Partial& left, const Partial& right) { left.merge(right); }
};

/// The metrics of what was gathered; rows that are moved here are freed early.
model::metrics::Metrics finish_metrics(Pool& pool, MeasuredRows rows, const MeasureOptions& options,
                                       const model::ColumnRoles& roles);

}  // namespace neve::algos::drf

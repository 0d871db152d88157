#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <neve/model/common_parameters.hpp>
#include <neve/model/metrics.hpp>
#include <neve/model/score.hpp>
#include <neve/mr/engine.hpp>

#include "algos/families/trees/row_store.hpp"
#include "algos/gbm/block_scorer.hpp"
#include "algos/gbm/huber_errors.hpp"

namespace neve::algos::gbm {

/// What measuring gathers, of the one family that the category has.
struct MeasuredRows {
  model::metrics::BinomialPartial binomial;
  model::metrics::MultinomialPartial multinomial;
  model::metrics::RegressionPartial regression;
  HuberErrors huber;
  void merge(const MeasuredRows& right);
  template <class Archive>
  void fields(Archive& archive) {
    archive(binomial, multinomial, regression, huber);
  }
};

/// What to measure, besides what always is.
struct MeasureOptions {
  Distribution distribution;
  model::AucType auc_type = model::AucType::automatic;
  std::int32_t gainslift_bins = -1;
  std::vector<double> class_weights = {};  ///< where classes were balanced
  template <class Archive>
  void fields(Archive& archive) {
    archive(distribution, auc_type, gainslift_bins, class_weights);
  }
};

/// Measures the scores that the training rows have now.
struct MeasureTrainingTask {
  static constexpr std::string_view name = "gbm.measure_training";
  static constexpr auto reduction = mr::Reduction::ordered;
  using State = MeasureOptions;
  using Scratch = trees::RowStore;
  using Partial = MeasuredRows;
  static void rebuild(const mr::RowGroup&, const State&, Scratch&) { trees::fail_not_loaded(); }
  static void map(const mr::RowGroup& group, const State& state, Scratch& store, Partial& partial);
  static void merge(Partial& left, const Partial& right) { left.merge(right); }
};

/// Adds new trees to the scores of the validation rows, which are kept, and measures them.
struct MeasureValidationTask {
  static constexpr std::string_view name = "gbm.measure_validation";
  static constexpr auto reduction = mr::Reduction::ordered;
  struct State {
    MeasureOptions options;
    double first_score = 0;
    std::vector<Iteration> new_iterations;
    std::int32_t classes = 1;  ///< trees per iteration
    model::ScorePlan plan;
    std::int32_t response = -1;
    model::LevelMap response_levels;
    std::int32_t weights = -1;
    template <class Archive>
    void fields(Archive& archive) {
      archive(options, first_score, new_iterations, classes, plan, response, response_levels,
              weights);
    }
  };
  struct Scratch {
    std::vector<double> score;       ///< classes × rows
    trees::CompactNumbers response;  ///< or class; NaN for none, and for a class that is not known
    trees::CompactNumbers weight;    ///< empty where all are 1
    [[nodiscard]] std::int64_t byte_size() const {
      return static_cast<std::int64_t>(score.size() * sizeof(double) + response.byte_size() +
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

}  // namespace neve::algos::gbm

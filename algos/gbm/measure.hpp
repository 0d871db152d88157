#pragma once

#include <string_view>
#include <vector>

#include "algos/families/trees/measured_rows.hpp"
#include "algos/gbm/huber_errors.hpp"
#include "algos/gbm/iteration_scores.hpp"

namespace neve::algos::gbm {

/// What measuring gathers.
struct MeasuredRows {
  trees::MeasuredRows shared;
  HuberErrors huber;
  void merge(const MeasuredRows& right);
  template <class Archive>
  void fields(Archive& archive) {
    archive(shared, huber);
  }
};

struct MeasureOptions {
  trees::MeasureOptions shared;
  Distribution distribution;
  template <class Archive>
  void fields(Archive& archive) {
    archive(shared, distribution);
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
    std::vector<Iteration> new_iterations;
    trees::HeldColumns columns;
    template <class Archive>
    void fields(Archive& archive) {
      archive(options, new_iterations, columns);
    }
  };
  using Scratch = trees::HeldRows;
  using Partial = MeasuredRows;
  static void rebuild(const mr::RowGroup& group, const State& state, Scratch& held) {
    trees::hold(group, state.columns, held);
  }
  static void map(const mr::RowGroup& group, const State& state, Scratch& held, Partial& partial);
  static void merge(Partial& left, const Partial& right) { left.merge(right); }
};

/// The metrics of what was gathered; rows that are moved here are freed early.
model::metrics::Metrics finish_metrics(Pool& pool, MeasuredRows rows, const MeasureOptions& options,
                                       const model::ColumnRoles& roles);

}  // namespace neve::algos::gbm

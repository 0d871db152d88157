#pragma once

#include <cstdint>
#include <string_view>

#include <neve/model/metrics/clustering.hpp>
#include <neve/mr/task.hpp>

#include "algos/kmeans/rows.hpp"

namespace neve::algos::kmeans {

/// Sizes of clusters and squared distances of rows to their centers, by weight.
struct MeasureTask {
  static constexpr std::string_view name = "kmeans.measure";
  static constexpr auto reduction = mr::Reduction::ordered;
  struct State {
    RowsPlan rows;
    points::Points centers;
    template <class Archive>
    void fields(Archive& archive) {
      archive(rows, centers);
    }
  };
  using Partial = model::metrics::ClusterSums;
  static Partial zero(const State& state) {
    return {state.centers.count, state.rows.space.axes.size()};
  }
  static std::int64_t partial_bytes(const State& state);
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right) { left.merge(right); }
};

/// The same of training rows, whose points may be kept.
struct MeasureKeptTask {
  static constexpr std::string_view name = "kmeans.measure_kept";
  static constexpr auto reduction = mr::Reduction::ordered;
  using State = MeasureTask::State;
  using Scratch = AssignedRows;
  using Partial = MeasureTask::Partial;
  static Partial zero(const State& state) { return MeasureTask::zero(state); }
  static std::int64_t partial_bytes(const State& state) {
    return MeasureTask::partial_bytes(state);
  }
  static void rebuild(const mr::RowGroup& group, const State& state, Scratch& scratch) {
    scratch.start(group, state.rows);
  }
  static void map(const mr::RowGroup& group, const State& state, Scratch& scratch,
                  Partial& partial);
  static void merge(Partial& left, const Partial& right) { left.merge(right); }
};

}  // namespace neve::algos::kmeans

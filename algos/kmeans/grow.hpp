#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <neve/mr/task.hpp>

#include "algos/kmeans/rows.hpp"
#include "algos/kmeans/totals.hpp"

namespace neve::algos::kmeans {

/// The box around each cluster: least and largest coordinate by axis. Rows have been assigned under
/// the same scratch.
struct BoxTask {
  static constexpr std::string_view name = "kmeans.boxes";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    RowsPlan rows;
    std::size_t clusters = 0;
    template <class Archive>
    void fields(Archive& archive) {
      archive(rows, clusters);
    }
  };
  using Scratch = AssignedRows;
  struct Partial {
    std::vector<double> low;   ///< by cluster and axis; infinite without rows
    std::vector<double> high;  ///< likewise, minus infinite
    template <class Archive>
    void fields(Archive& archive) {
      archive(low, high);
    }
  };
  static Partial zero(const State& state);
  static std::int64_t partial_bytes(const State& state);
  static void rebuild(const mr::RowGroup& group, const State& state, Scratch& scratch) {
    scratch.start(group, state.rows);
  }
  static void map(const mr::RowGroup& group, const State& state, Scratch& scratch,
                  Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// Where a cluster is cut in two.
struct Cut {
  std::size_t cluster = 0;
  std::size_t axis = 0;
  double at = 0;  ///< points above belong to the second half
  template <class Archive>
  void fields(Archive& archive) {
    archive(cluster, axis, at);
  }
};

/// The longest side of all boxes, the first of equals, cut at its cluster's center; nothing where
/// no box has a side.
std::optional<Cut> longest_side(const BoxTask::Partial& boxes, const points::Points& centers);

/// Totals of the two halves of a cluster.
struct HalvesTask {
  static constexpr std::string_view name = "kmeans.halves";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    RowsPlan rows;
    Units units;
    Cut cut;
    template <class Archive>
    void fields(Archive& archive) {
      archive(rows, units, cut);
    }
  };
  using Scratch = AssignedRows;
  using Partial = Totals;
  static Partial zero(const State& state) { return {state.rows.space, 2}; }
  static std::int64_t partial_bytes(const State& state) {
    return Totals::byte_size(state.rows.space, 2);
  }
  static void rebuild(const mr::RowGroup& group, const State& state, Scratch& scratch) {
    scratch.start(group, state.rows);
  }
  static void map(const mr::RowGroup& group, const State& state, Scratch& scratch,
                  Partial& partial);
  static void merge(Partial& left, const Partial& right) { left.merge(right); }
};

}  // namespace neve::algos::kmeans

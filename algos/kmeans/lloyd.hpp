#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <neve/mr/task.hpp>

#include "algos/kmeans/rows.hpp"
#include "algos/kmeans/totals.hpp"

namespace neve::algos::kmeans {

/// Centers, and how far they are from where they were when rows were last assigned.
struct MovedCenters {
  points::Points at;
  bool fresh = true;                ///< bounds mean nothing: every row is measured
  std::vector<double> drifts = {};  ///< by center, no less than the distance that it moved
  std::vector<double> separations =
      {};  ///< by center, no more than half the distance to the next one
  template <class Archive>
  void fields(Archive& archive) {
    archive(at, fresh, drifts, separations);
  }
};

/// Centers that no row was measured against yet.
MovedCenters fresh_centers(points::Points at);
/// Centers that were at `before`, one by one.
MovedCenters moved_centers(points::Points at, const points::Points& before);

/// The first half of Lloyd's iteration (1982): assigns each row to its nearest center, the first
/// one of equals, and says how the clusters' totals change. Distances that Hamerly's bounds (2010)
/// rule out are not computed; a row is passed over only where its own center is nearer beyond
/// rounding, so that clusters depend on centers and not on the bounds' history.
struct AssignTask {
  static constexpr std::string_view name = "kmeans.assign";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    RowsPlan rows;
    Units units;
    MovedCenters centers;
    template <class Archive>
    void fields(Archive& archive) {
      archive(rows, units, centers);
    }
  };
  using Scratch = AssignedRows;
  struct Partial {
    Totals changes;
    std::int64_t reassigned = 0;  ///< rows that were in another cluster, or none
    template <class Archive>
    void fields(Archive& archive) {
      archive(changes, reassigned);
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

/// The rows that are furthest from their centers, the first ones of equals.
struct FurthestTask {
  static constexpr std::string_view name = "kmeans.furthest";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    RowsPlan rows;
    points::Points centers;  ///< that the rows were assigned to
    std::size_t count = 0;
    template <class Archive>
    void fields(Archive& archive) {
      archive(rows, centers, count);
    }
  };
  using Scratch = AssignedRows;
  struct Far {
    double squared = 0;
    std::int64_t row = 0;
    points::Points point;
    [[nodiscard]] bool before(const Far& other) const {
      return squared != other.squared ? squared > other.squared : row < other.row;
    }
    template <class Archive>
    void fields(Archive& archive) {
      archive(squared, row, point);
    }
  };
  struct Partial {
    std::size_t most = 0;
    std::vector<Far> furthest;  ///< furthest first
    void add(Far far);
    template <class Archive>
    void fields(Archive& archive) {
      archive(most, furthest);
    }
  };
  static Partial zero(const State& state) { return {.most = state.count, .furthest = {}}; }
  static void rebuild(const mr::RowGroup& group, const State& state, Scratch& scratch) {
    scratch.start(group, state.rows);
  }
  static void map(const mr::RowGroup& group, const State& state, Scratch& scratch,
                  Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

}  // namespace neve::algos::kmeans

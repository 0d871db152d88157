#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <neve/mr/task.hpp>

#include "algos/aggregator/exemplars.hpp"
#include "algos/aggregator/rows.hpp"

namespace neve::algos::aggregator {

/// Rows that lie at a radius or more from each other.
struct Exemplars {
  points::Points points;
  std::vector<std::int64_t> rows;  ///< their numbers in the frame
  [[nodiscard]] std::size_t count() const { return rows.size(); }
  void add(const points::Points& from, std::size_t i, std::int64_t row);
  void append(const Exemplars& right);
  template <class Archive>
  void fields(Archive& archive) {
    archive(points, rows);
  }
};

/// Finds exemplars for rows that no known one is near to: each row in its turn becomes one unless
/// it is near to one (the leader algorithm, Hartigan 1975). Those of a later row group that are
/// near to one of an earlier group are dropped in the merge, so that rows near to them may be left
/// without; these another run finds, which knows what this one found.
struct CoverTask {
  static constexpr std::string_view name = "aggregator.cover";
  static constexpr auto reduction = mr::Reduction::ordered;
  struct State {
    RowsPlan rows;
    double squared_radius = 0;
    std::int64_t most = 0;  ///< exemplars, with the known ones
    points::Points known;
    template <class Archive>
    void fields(Archive& archive) {
      archive(rows, squared_radius, most, known);
    }
  };
  struct Partial {
    double squared_radius = 0;
    std::int64_t most = 0;
    Exemplars found;        ///< none where there are too many
    bool too_many = false;  ///< more than `most`, of one part of the rows at least
    bool dropped = false;   ///< one that was found: rows may be near to none
    double furthest_squared =
        0;  ///< distance of a row to the exemplar that keeps it from being one
    template <class Archive>
    void fields(Archive& archive) {
      archive(squared_radius, most, found, too_many, dropped, furthest_squared);
    }
  };
  static Partial zero(const State& state);
  /// Rows of a group are compared with all exemplars, those of a merge only with the found ones of
  /// a group: there is no need for blocks of several groups.
  static std::int64_t partial_bytes(const State& /*state*/) { return 1; }
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// Counts the rows of each exemplar, which is the nearest one, and writes its number where an
/// output is asked for. Each row is near to one.
struct AssignTask {
  static constexpr std::string_view name = "aggregator.assign";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    RowsPlan rows;
    double squared_radius = 0;
    points::Points exemplars;
    template <class Archive>
    void fields(Archive& archive) {
      archive(rows, squared_radius, exemplars);
    }
  };
  using Partial = std::vector<std::int64_t>;
  static Partial zero(const State& state) { return Partial(state.exemplars.count); }
  static std::int64_t partial_bytes(const State& state) {
    return static_cast<std::int64_t>(state.exemplars.count * sizeof(std::int64_t));
  }
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& left, const Partial& right);
};

}  // namespace neve::algos::aggregator

#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include <neve/mr/task.hpp>

#include "algos/families/trees/block_scorer.hpp"
#include "algos/families/trees/row_answers.hpp"
#include "algos/isolationforest/sample.hpp"

namespace neve::algos::isolationforest {

/// Path lengths by the trees of a grid: sum k is that of the trees behind ends[k - 1] and before
/// ends[k].
trees::BlockScorer scorer_of(const trees::TreeGrid& grid, std::span<const std::int32_t> levels,
                             std::span<const std::size_t> ends);

/// What a row group keeps: path lengths of each row, over the trees so far.
struct PathRows {
  std::int32_t trees = 0;
  std::vector<std::int32_t> all;         ///< Σ over all trees
  std::vector<std::int32_t> seen;        ///< Σ over the trees that grew on the row
  std::vector<std::int32_t> seen_trees;  ///< how many these are
  [[nodiscard]] std::int64_t byte_size() const {
    constexpr std::size_t kBytes = sizeof(std::int32_t);
    return static_cast<std::int64_t>((all.size() + seen.size() + seen_trees.size()) * kBytes);
  }
};

/// Path lengths of all rows after some number of trees.
struct PathSums {
  std::int64_t least = std::numeric_limits<std::int64_t>::max();  ///< of a row in all trees
  std::int64_t largest = 0;
  std::int64_t rows = 0;  ///< that some tree has not seen
  double lengths = 0;     ///< Σ over these of the mean path length in the trees that have not
  void add(const PathSums& other);
  template <class Archive>
  void fields(Archive& archive) {
    archive(least, largest, rows, lengths);
  }
};

/// Adds the paths of some trees to what rows keep.
struct PathTask {
  static constexpr std::string_view name = "isolationforest.paths";
  static constexpr auto reduction = mr::Reduction::ordered;
  struct State {
    ReadPlan read;
    trees::TreeGrid grid;              ///< one tree of each iteration
    std::vector<RowNumbers> samples;   ///< by tree: rows that it grew on
    std::vector<std::uint8_t> points;  ///< by tree: whether sums are wanted after it
    template <class Archive>
    void fields(Archive& archive) {
      archive(read, grid, samples, points);
    }
  };
  using Scratch = PathRows;
  using Partial = std::vector<PathSums>;  ///< one for each point
  static Partial zero(const State& state);
  static void rebuild(const mr::RowGroup& group, const State& state, Scratch& rows);
  static void map(const mr::RowGroup& group, const State& state, Scratch& rows, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

}  // namespace neve::algos::isolationforest

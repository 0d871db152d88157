#pragma once

#include <cstdint>
#include <vector>

#include <neve/model/score.hpp>
#include <neve/mr/task.hpp>

#include "algos/families/points/distances.hpp"
#include "algos/families/points/space.hpp"

namespace neve::algos::kmeans {

/// How tasks read the rows of a training; part of their State.
struct RowsPlan {
  points::Space space;
  model::ScorePlan plan;
  std::int32_t weights = -1;  ///< column of the run's inputs: rows of weight 0 do not take part
  bool keeps_points = false;  ///< row groups keep their points instead of decoding them each time
  template <class Archive>
  void fields(Archive& archive) {
    archive(space, plan, weights, keeps_points);
  }
};

/// What a row group keeps between iterations: the cluster of each row and Hamerly's bounds, which
/// never lie on the wrong side of the distances that they stand for.
struct AssignedRows {
  static constexpr std::int32_t kNone = -1;  ///< not assigned yet
  static constexpr std::int32_t kOut = -2;   ///< does not take part
  std::vector<std::int32_t> clusters;
  std::vector<float> upper;  ///< at least the distance to the own center
  std::vector<float> lower;  ///< at most the distance to any other one
  points::Points kept;       ///< empty where points are not kept
  [[nodiscard]] std::int64_t byte_size() const;
  /// No row is assigned.
  void start(const mr::RowGroup& group, const RowsPlan& rows);
};

/// Calls use(first, count, points, offset) for blocks of rows: row first + i is point offset + i.
template <class Use>
void for_points(const mr::RowGroup& group, const RowsPlan& rows, const points::Points* kept,
                const Use& use) {
  constexpr std::size_t kMost = model::ScoreBlock::kMostRows;
  const auto all = static_cast<std::size_t>(group.rows);
  if (kept != nullptr && kept->count == all && all > 0) {
    for (std::size_t first = 0; first < all; first += kMost)
      use(first, std::min(kMost, all - first), *kept, first);
    return;
  }
  model::BlockReader reader(group, rows.plan);
  points::Points block(rows.space, kMost);
  for (std::size_t first = 0; first < all;) {
    const model::ScoreBlock& read = reader.read(static_cast<std::int64_t>(first));
    points::read_points(rows.space, read, block, 0);
    use(first, read.rows, block, std::size_t{0});
    first += read.rows;
  }
}

}  // namespace neve::algos::kmeans

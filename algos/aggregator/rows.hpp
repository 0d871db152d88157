#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <neve/model/score.hpp>
#include <neve/mr/task.hpp>

#include "algos/families/components/expansion.hpp"
#include "algos/families/points/space.hpp"

namespace neve::algos::aggregator {

/// How tasks read rows as points: numbers transformed, NaN where missing; categories as they are,
/// -1 where missing. Part of their State.
struct RowsPlan {
  components::Expansion expansion;
  model::ScorePlan plan;
  [[nodiscard]] points::Points empty_points() const;
  template <class Archive>
  void fields(Archive& archive) {
    archive(expansion, plan);
  }
};

/// Writes a block of rows as points, which are resized to it.
void read_rows(const RowsPlan& rows, const model::ScoreBlock& block, points::Points& out);

/// Calls use(row of the group, points, place of the row among these) for each row in order, until
/// it says false.
template <class Use>
void for_rows(const mr::RowGroup& group, const RowsPlan& rows, const Use& use) {
  model::BlockReader reader(group, rows.plan);
  points::Points block = rows.empty_points();
  for (std::int64_t first = 0; first < group.rows;) {
    const model::ScoreBlock& read = reader.read(first);
    read_rows(rows, read, block);
    for (std::size_t i = 0; i < block.count; ++i) {
      if (!use(first + static_cast<std::int64_t>(i), block, i)) return;
    }
    first += static_cast<std::int64_t>(block.count);
  }
}

}  // namespace neve::algos::aggregator

#pragma once

#include <cstdint>
#include <vector>

#include "algos/extendedisolationforest/plane_tree.hpp"

namespace neve::algos::extendedisolationforest {

/// How trees grow.
struct GrowPlan {
  std::uint64_t seed = 0;
  std::int32_t max_depth = 8;  ///< most tests on the way to a leaf
  std::int32_t width = 1;      ///< columns of a test: the extension level and one
  std::size_t columns = 1;
};

/// The depth at which trees end that grow on so many rows: ⌈log2 rows⌉, about that of a balanced
/// one.
std::int32_t depth_limit(std::int64_t sample_size);

/// Grows tree `number` on the rows at `rows` of the sample (Hariri, Kind and Brunner, "Extended
/// Isolation Forest", IEEE TKDE 33, 2021, algorithm 2): each node of two rows or more above the
/// depth limit draws `width` columns, a slope from N(0, 1) for each, and a point that is uniform in
/// the box of its rows. One side may be left without rows: a leaf all the same. A leaf's path
/// length is its depth and mean_search_length() of its rows. Of a column without any value in the
/// node the point is 0, which says nothing there.
PlaneTree grow(const GrowPlan& plan, std::int64_t number, const PointRows& sample,
               std::vector<std::uint32_t> rows);

}  // namespace neve::algos::extendedisolationforest

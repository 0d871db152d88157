#pragma once

#include <cstddef>
#include <cstdint>

namespace neve::series {

/// A query's word, as kernels compare it: means of its segments and how many points each counts,
/// zeros behind the last segment up to a multiple of 16. `slack` is taken off each difference, so
/// that what rounding adds is never part of a lower bound.
struct QueryWord {
  const float* means;
  const float* weights;
  std::size_t segments;
  float slack;
};

/// A packed series, see packing.hpp.
struct PackedSeries {
  const std::uint8_t* points;
  float step;
};

/// The loops of a search. All but word_bound give the same bits at each level; that one is only
/// ever compared with a bound.
struct SearchKernels {
  /// Adds to `out` what a segment contributes to the lower bound of each box:
  /// weight · max(low - mean, mean - high, 0)².
  void (*add_boxes)(const float* low, const float* high, std::size_t boxes,
                    const float* mean_weight_slack, float* out);
  /// Marks the rows of a leaf whose sum of `table` entries, one for each half byte, is at most
  /// `limit`; sums end at 255. A table has 16 entries for each of 2 · pairs segments.
  std::uint64_t (*mark_rows)(const std::uint8_t* coarse, std::size_t pairs,
                             const std::uint8_t* table, std::uint8_t limit);
  /// The lower bound of the squared distance to a series of this word; `low` and `high` are the
  /// bounds of the 256 intervals.
  float (*word_bound)(const std::uint8_t* word, const float* low, const float* high,
                      const QueryWord& query);
  /// The squared distance, in double; or a number above `bound`, where it is. `stride` is a
  /// multiple of 8.
  double (*distance)(const float* a, const float* b, std::size_t stride, double bound);
  /// The same of a packed series.
  double (*packed_distance)(const PackedSeries& a, const float* b, std::size_t stride,
                            double bound);
};

namespace v3 {
extern const SearchKernels kSearchKernels;
}
namespace v4 {
extern const SearchKernels kSearchKernels;
}

}  // namespace neve::series

#pragma once

#include <cstdint>
#include <vector>

#include <neve/base/pool.hpp>

namespace neve::algos::isolation {

/// Row numbers of a frame, ascending, each once.
using RowNumbers = std::vector<std::int64_t>;

/// The rows of the whole frame that a tree grows on: `size` of `rows`, each set of so many equally
/// likely; ascending. A function of its arguments.
RowNumbers sampled_rows(std::uint64_t seed, std::int64_t tree, std::int64_t rows,
                        std::int64_t size);

/// How trees are sampled.
struct SamplePlan {
  std::uint64_t seed = 0;
  std::int64_t rows = 0;  ///< of the frame
  std::int64_t size = 0;  ///< of a sample
};

/// The samples of trees `first` to first + count - 1.
std::vector<RowNumbers> samples_of(Pool& pool, const SamplePlan& plan, std::int64_t first,
                                   std::int64_t count);

/// How many trees may be looked at in one pass over all rows; fewer where their samples are large.
std::int64_t trees_at_once(std::int64_t sample_size);

/// Samples of several trees together.
RowNumbers joined(const std::vector<RowNumbers>& samples);

/// Where the rows of a sample are among all of them.
std::vector<std::uint32_t> places_of(const RowNumbers& sample, const RowNumbers& all);

}  // namespace neve::algos::isolation

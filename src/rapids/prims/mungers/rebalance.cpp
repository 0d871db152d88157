#include <algorithm>

#include <neve/munge/rows.hpp>

#include "rapids/evaluation.hpp"

namespace neve::rapids::prims {
namespace {

constexpr std::int64_t kMostGroups = 1 << 20U;

/// So many row groups of nearly as many rows each; more where they would be larger than those of a
/// new frame of this size.
std::vector<std::int64_t> even_cuts(const LazyFrame& frame, std::int64_t wanted) {
  const std::int64_t rows = frame.rows();
  const auto usual = frame::row_cuts(rows, static_cast<std::int64_t>(frame.width()));
  std::int64_t largest = 1;
  for (std::size_t g = 1; g < usual.size(); ++g) {
    largest = std::max(largest, usual[g] - usual[g - 1]);
  }
  // Below 8 groups a new frame is cut finer than it has to be.
  constexpr std::int64_t kUsualRows = 64 * 1024;
  if (usual.size() <= 9 && frame.width() <= 1024) largest = kUsualRows;
  const std::int64_t least = (rows + largest - 1) / largest;
  const std::int64_t groups = std::clamp<std::int64_t>(wanted, std::max<std::int64_t>(1, least),
                                                       std::max<std::int64_t>(1, rows));
  std::vector<std::int64_t> cuts;
  for (std::int64_t g = 0; g <= groups; ++g) {
    cuts.push_back(static_cast<std::int64_t>(static_cast<__int128>(rows) * g / groups));
  }
  return cuts;
}

Value rebalance(Arguments& arguments) {
  const frame::Frame frame = arguments.table(0);
  const std::int64_t wanted = arguments.integer(1);
  if (wanted < 1 || wanted > kMostGroups) {
    arguments.fail(1, "The number of row groups must be between 1 and " +
                          std::to_string(kMostGroups) + ", not " + std::to_string(wanted) + ".");
  }
  mr::Engine& engine = arguments.evaluation().engine();
  return lazy(munge::recut(engine, frame, engine.new_layout(even_cuts(lazy(frame), wanted))));
}

}  // namespace

const PrimGroup& rebalance() {
  static const PrimGroup kGroup{{
      {{"rebalance"},
       "frame groups",
       "The same rows in so many row groups of nearly one size, or more where they would be too "
       "large.",
       rebalance},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims

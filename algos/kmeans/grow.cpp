#include "algos/kmeans/grow.hpp"

#include <algorithm>
#include <limits>

namespace neve::algos::kmeans {

BoxTask::Partial BoxTask::zero(const State& state) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const std::size_t cells = state.clusters * state.rows.space.axes.size();
  return {.low = std::vector<double>(cells, kInfinity),
          .high = std::vector<double>(cells, -kInfinity)};
}

std::int64_t BoxTask::partial_bytes(const State& state) {
  return static_cast<std::int64_t>(2 * sizeof(double) * state.clusters *
                                   state.rows.space.axes.size());
}

void BoxTask::map(const mr::RowGroup& group, const State& state, Scratch& scratch,
                  Partial& partial) {
  for_points(
      group, state.rows, &scratch.kept,
      [&](std::size_t first, std::size_t count, const points::Points& from, std::size_t offset) {
        for (std::size_t i = 0; i < count; ++i) {
          const std::int32_t cluster = scratch.clusters[first + i];
          if (cluster < 0) continue;
          const auto numbers = from.number(offset + i);
          double* low = partial.low.data() + static_cast<std::size_t>(cluster) * from.axes;
          double* high = partial.high.data() + static_cast<std::size_t>(cluster) * from.axes;
          for (std::size_t j = 0; j < numbers.size(); ++j) {
            low[j] = std::min(low[j], numbers[j]);
            high[j] = std::max(high[j], numbers[j]);
          }
        }
      });
}

void BoxTask::merge(Partial& left, const Partial& right) {
  for (std::size_t i = 0; i < left.low.size(); ++i) {
    left.low[i] = std::min(left.low[i], right.low[i]);
    left.high[i] = std::max(left.high[i], right.high[i]);
  }
}

std::optional<Cut> longest_side(const BoxTask::Partial& boxes, const points::Points& centers) {
  std::optional<Cut> found;
  // As H2O-3 compares them: sides that differ by rounding are equal.
  float longest = 0;
  for (std::size_t i = 0; i < boxes.low.size(); ++i) {
    const auto side = static_cast<float>(boxes.high[i] - boxes.low[i]);
    if (!(side > longest)) continue;
    longest = side;
    const std::size_t cluster = i / centers.axes;
    const std::size_t axis = i % centers.axes;
    found = Cut{.cluster = cluster, .axis = axis, .at = centers.number(cluster)[axis]};
  }
  return found;
}

void HalvesTask::map(const mr::RowGroup& group, const State& state, Scratch& scratch,
                     Partial& partial) {
  for_points(
      group, state.rows, &scratch.kept,
      [&](std::size_t first, std::size_t count, const points::Points& from, std::size_t offset) {
        for (std::size_t i = 0; i < count; ++i) {
          if (scratch.clusters[first + i] != static_cast<std::int32_t>(state.cut.cluster)) continue;
          const bool above = from.number(offset + i)[state.cut.axis] > state.cut.at;
          partial.add(state.units, above ? 1 : 0, from, offset + i);
        }
      });
}

}  // namespace neve::algos::kmeans

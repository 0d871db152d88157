#include "algos/kmeans/sample.hpp"

#include <algorithm>

#include <neve/base/rng.hpp>

#include "algos/kmeans/seeds.hpp"

namespace neve::algos::kmeans {

void SampleTask::map(const mr::RowGroup& group, const State& state, Scratch& scratch,
                     Partial& partial) {
  const CounterRng random(state.seed, kSampleStream);
  for_points(
      group, state.rows, &scratch.kept,
      [&](std::size_t first, std::size_t count, const points::Points& from, std::size_t offset) {
        for (std::size_t i = 0; i < count; ++i) {
          if (scratch.clusters[first + i] == AssignedRows::kOut) continue;
          const double squared =
              points::squared_distance(from.number(offset + i), from.code(offset + i),
                                       state.center.number(0), state.center.code(0));
          const double chance = std::min(1.0, state.share + state.by_distance * squared);
          const auto row = static_cast<std::uint64_t>(group.first_row) + first + i;
          if (!(random.uniform(row) < chance)) continue;
          partial.points.add(from, offset + i);
          partial.weights.push_back(1 / chance);
        }
      });
}

void SampleTask::merge(Partial& left, const Partial& right) {
  left.points.append(right.points);
  left.weights.insert(left.weights.end(), right.weights.begin(), right.weights.end());
}

}  // namespace neve::algos::kmeans

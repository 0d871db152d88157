#include "algos/kmeans/measure.hpp"

#include <algorithm>
#include <numeric>
#include <span>
#include <vector>

namespace neve::algos::kmeans {
namespace {

using model::metrics::ClusterSums;

/// A block of rows: points that begin at `offset`, and a weight for each.
struct Block {
  const points::Points& points;
  std::size_t offset;
  std::span<const double> weights;
};

/// Means of the axes and squared deviations from them, two passes over a block in the cache.
void add_spreads(const Block& block, ClusterSums& out) {
  const std::size_t axes = block.points.axes;
  std::vector<double> sums(axes);
  std::vector<double> squares(axes);
  for (std::size_t i = 0; i < block.weights.size(); ++i) {
    const auto numbers = block.points.number(block.offset + i);
    for (std::size_t j = 0; j < axes; ++j) sums[j] += block.weights[i] * numbers[j];
  }
  for (double& sum : sums) sum /= out.weight;
  for (std::size_t i = 0; i < block.weights.size(); ++i) {
    const auto numbers = block.points.number(block.offset + i);
    for (std::size_t j = 0; j < axes; ++j) {
      const double off = numbers[j] - sums[j];
      squares[j] += block.weights[i] * off * off;
    }
  }
  for (std::size_t j = 0; j < axes; ++j) out.columns[j] = {.mean = sums[j], .squares = squares[j]};
}

void add_clusters(const Block& block, const points::CenterTable& table,
                  std::span<const points::LevelAxis> categories, ClusterSums& out) {
  const std::size_t rows = block.weights.size();
  std::vector<double> distances(rows * table.stride());
  table.measure(block.points, block.offset, rows, distances);
  for (std::size_t i = 0; i < rows; ++i) {
    const points::Nearest nearest = points::nearest_of(
        std::span<const double>(distances).subspan(i * table.stride(), table.count()));
    out.sizes[nearest.center] += block.weights[i];
    out.within[nearest.center] += block.weights[i] * nearest.squared;
    const auto codes = block.points.code(block.offset + i);
    for (std::size_t l = 0; l < codes.size(); ++l)
      out.mismatches += codes[l] != categories[l].mode ? block.weights[i] : 0.0;
  }
}

void measure_group(const mr::RowGroup& group, const MeasureTask::State& state,
                   const points::Points* kept, ClusterSums& out) {
  const points::CenterTable table(state.centers);
  std::vector<double> weights(static_cast<std::size_t>(group.rows), 1.0);
  if (state.rows.weights >= 0) weights = model::column_numbers(group, state.rows.weights);
  for_points(
      group, state.rows, kept,
      [&](std::size_t first, std::size_t count, const points::Points& from, std::size_t offset) {
        const Block block{from, offset, std::span<const double>(weights).subspan(first, count)};
        ClusterSums of_block = MeasureTask::zero(state);
        of_block.weight = std::accumulate(block.weights.begin(), block.weights.end(), 0.0);
        if (of_block.weight == 0) return;
        add_spreads(block, of_block);
        add_clusters(block, table, state.rows.space.categories, of_block);
        out.merge(of_block);
      });
}

}  // namespace

std::int64_t MeasureTask::partial_bytes(const State& state) {
  constexpr std::size_t kNumber = sizeof(double);
  return static_cast<std::int64_t>(2 * kNumber *
                                   (state.centers.count + state.rows.space.axes.size()));
}

void MeasureTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  measure_group(group, state, nullptr, partial);
}

void MeasureKeptTask::map(const mr::RowGroup& group, const State& state, Scratch& scratch,
                          Partial& partial) {
  measure_group(group, state, &scratch.kept, partial);
}

}  // namespace neve::algos::kmeans

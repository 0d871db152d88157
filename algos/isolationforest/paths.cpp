#include "algos/isolationforest/paths.hpp"

#include <algorithm>
#include <numeric>
#include <span>

namespace neve::algos::isolationforest {
namespace {

/// Marks the rows of a block that a tree grew on.
void mark_sampled(std::span<const std::int64_t> sample, std::int64_t first_row,
                  std::vector<std::uint8_t>& marks) {
  std::ranges::fill(marks, std::uint8_t{0});
  const std::int64_t end = first_row + std::ssize(marks);
  for (auto row = std::ranges::lower_bound(sample, first_row); row != sample.end() && *row < end;
       ++row) {
    marks[static_cast<std::size_t>(*row - first_row)] = 1;
  }
}

/// Where the rows of a block are in what the group keeps.
struct Place {
  std::size_t begin = 0;
  std::size_t count = 0;
};

void add_paths(std::span<const double> lengths, std::span<const std::uint8_t> sampled,
               std::size_t begin, PathRows& rows) {
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    const auto length = static_cast<std::int32_t>(lengths[i]);
    const std::int32_t unseen = 1 - sampled[i];
    rows.all[begin + i] += length;
    rows.unseen[begin + i] += unseen * length;
    rows.trees[begin + i] += unseen;
  }
}

PathSums sums_of(const PathRows& rows, const Place& place) {
  PathSums sums;
  for (std::size_t i = place.begin; i < place.begin + place.count; ++i) {
    sums.least = std::min<std::int64_t>(sums.least, rows.all[i]);
    sums.largest = std::max<std::int64_t>(sums.largest, rows.all[i]);
    if (rows.trees[i] == 0) continue;
    ++sums.rows;
    sums.lengths += static_cast<double>(rows.unseen[i]) / rows.trees[i];
  }
  return sums;
}

}  // namespace

void PathSums::add(const PathSums& other) {
  least = std::min(least, other.least);
  largest = std::max(largest, other.largest);
  rows += other.rows;
  lengths += other.lengths;
}

PathTask::Partial PathTask::zero(const State& state) {
  return Partial(static_cast<std::size_t>(std::ranges::count(state.points, 1)));
}

void PathTask::rebuild(const mr::RowGroup& group, const State& /*state*/, Scratch& rows) {
  const auto count = static_cast<std::size_t>(group.rows);
  rows.all.assign(count, 0);
  rows.unseen.assign(count, 0);
  rows.trees.assign(count, 0);
}

void PathTask::map(const mr::RowGroup& group, const State& state, Scratch& rows, Partial& partial) {
  model::BlockReader reader(group, state.read.plan);
  trees::RowKeys keys;
  std::vector<double> lengths;
  std::vector<std::uint8_t> sampled;
  std::vector<std::uint16_t> every(model::ScoreBlock::kMostRows);
  std::iota(every.begin(), every.end(), std::uint16_t{0});
  for (std::size_t begin = 0; begin < static_cast<std::size_t>(group.rows);) {
    const model::ScoreBlock& block = reader.read(static_cast<std::int64_t>(begin));
    trees::fill_keys(block, state.read.levels, keys);
    sampled.resize(block.rows);
    std::size_t point = 0;
    for (std::size_t t = 0; t < state.grid.size(); ++t) {
      lengths.assign(block.rows, 0);
      state.grid[t][0].add_scores(keys, std::span(every).first(block.rows), lengths);
      mark_sampled(state.samples[t], block.first_row, sampled);
      add_paths(lengths, sampled, begin, rows);
      if (state.points[t] != 0) partial[point++].add(sums_of(rows, {begin, block.rows}));
    }
    begin += block.rows;
  }
}

void PathTask::merge(Partial& left, const Partial& right) {
  for (std::size_t i = 0; i < left.size(); ++i) left[i].add(right[i]);
}

}  // namespace neve::algos::isolationforest

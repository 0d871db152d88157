#include "algos/isolationforest/paths.hpp"

#include <algorithm>
#include <span>

namespace neve::algos::isolationforest {
namespace {

/// Up to which trees sums go: to those after which they are wanted, and to the last.
std::vector<std::size_t> ends_of(const std::vector<std::uint8_t>& points) {
  std::vector<std::size_t> ends;
  for (std::size_t t = 0; t < points.size(); ++t) {
    if (points[t] != 0 || t + 1 == points.size()) ends.push_back(t + 1);
  }
  return ends;
}

/// Where the rows of a block are in what the group keeps.
struct Place {
  std::size_t begin = 0;
  std::size_t count = 0;
};

/// Adds the paths of those rows of a block that a tree grew on.
void add_seen(const trees::CompactTree& tree, std::span<const std::int64_t> sample,
              std::int64_t first_row, const trees::RowKeys& keys, const Place& place,
              PathRows& rows) {
  std::vector<std::uint16_t> picked;
  const std::int64_t end = first_row + static_cast<std::int64_t>(place.count);
  for (auto row = std::ranges::lower_bound(sample, first_row); row != sample.end() && *row < end;
       ++row) {
    picked.push_back(static_cast<std::uint16_t>(*row - first_row));
  }
  std::vector<double> lengths(picked.size());
  tree.add_scores(keys, picked, lengths);
  for (std::size_t i = 0; i < picked.size(); ++i) {
    rows.seen[place.begin + picked[i]] += static_cast<std::int32_t>(lengths[i]);
    ++rows.seen_trees[place.begin + picked[i]];
  }
}

/// After so many trees.
PathSums sums_of(const PathRows& rows, const Place& place, std::int32_t trees) {
  PathSums sums;
  for (std::size_t i = place.begin; i < place.begin + place.count; ++i) {
    sums.least = std::min<std::int64_t>(sums.least, rows.all[i]);
    sums.largest = std::max<std::int64_t>(sums.largest, rows.all[i]);
    const std::int32_t unseen = trees - rows.seen_trees[i];
    if (unseen == 0) continue;
    ++sums.rows;
    sums.lengths += static_cast<double>(rows.all[i] - rows.seen[i]) / unseen;
  }
  return sums;
}

}  // namespace

trees::BlockScorer scorer_of(const trees::TreeGrid& grid, std::span<const std::int32_t> levels,
                             std::span<const std::size_t> ends) {
  std::vector<trees::Tree> unpacked;
  for (const auto& iteration : grid) unpacked.push_back(iteration[0].unpacked(levels));
  std::vector<trees::TreeSum> sums;
  std::size_t first = 0;
  for (const std::size_t end : ends) {
    trees::TreeSum& sum = sums.emplace_back();
    for (; first < end; ++first) sum.push_back(&unpacked[first]);
  }
  return {sums, levels.size()};
}

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
  rows.trees = 0;
  rows.all.assign(count, 0);
  rows.seen.assign(count, 0);
  rows.seen_trees.assign(count, 0);
}

void PathTask::map(const mr::RowGroup& group, const State& state, Scratch& rows, Partial& partial) {
  const std::vector<std::size_t> ends = ends_of(state.points);
  const trees::BlockScorer scorer = scorer_of(state.grid, state.read.levels, ends);
  model::BlockReader reader(group, state.read.plan);
  trees::RowKeys keys;
  std::vector<double> lengths;
  std::vector<std::span<double>> sums(ends.size());
  for (std::size_t begin = 0; begin < static_cast<std::size_t>(group.rows);) {
    const model::ScoreBlock& block = reader.read(static_cast<std::int64_t>(begin));
    const Place place{begin, block.rows};
    lengths.assign(ends.size() * block.rows, 0);
    for (std::size_t s = 0; s < sums.size(); ++s)
      sums[s] = std::span(lengths).subspan(s * block.rows, block.rows);
    scorer.add(block, sums);
    trees::fill_keys(block, state.read.levels, keys);
    std::size_t tree = 0;
    std::size_t point = 0;
    for (std::size_t s = 0; s < sums.size(); ++s) {
      for (std::size_t i = 0; i < block.rows; ++i)
        rows.all[begin + i] += static_cast<std::int32_t>(sums[s][i]);
      for (; tree < ends[s]; ++tree)
        add_seen(state.grid[tree][0], state.samples[tree], block.first_row, keys, place, rows);
      if (state.points[tree - 1] == 0) continue;
      partial[point++].add(sums_of(rows, place, rows.trees + static_cast<std::int32_t>(tree)));
    }
    begin += block.rows;
  }
  rows.trees += static_cast<std::int32_t>(state.grid.size());
}

void PathTask::merge(Partial& left, const Partial& right) {
  for (std::size_t i = 0; i < left.size(); ++i) left[i].add(right[i]);
}

}  // namespace neve::algos::isolationforest

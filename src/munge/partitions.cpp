#include "munge/partitions.hpp"

#include <algorithm>
#include <numeric>

namespace neve::munge {
namespace {

/// Samples drawn for each partition; with so many the largest is seldom half as large again as the
/// mean.
constexpr std::int64_t kSamplesEach = 64;

std::vector<std::int64_t> cuts_of(std::int64_t records) { return frame::row_cuts(records, 1); }

KeyRecords one_of(const KeyRecords& records, std::size_t i) {
  const auto at = static_cast<std::uint32_t>(i);
  return records.picked({&at, 1});
}

}  // namespace

KeyRange Partitions::range(std::int32_t partition) const {
  const auto p = static_cast<std::size_t>(partition);
  KeyRange range;
  if (p > 0) range.low = one_of(splitters, p - 1);
  if (p < splitters.size()) range.high = one_of(splitters, p);
  return range;
}

std::uint64_t stride_of(std::int64_t records) {
  const auto partitions = static_cast<std::int64_t>(cuts_of(records).size()) - 1;
  return static_cast<std::uint64_t>(
      std::max<std::int64_t>(1, records / (kSamplesEach * partitions)));
}

KeyRecords sorted_samples(const KeyShape& shape, const KeyRecords& samples) {
  std::vector<std::uint32_t> by_row(samples.size());
  std::iota(by_row.begin(), by_row.end(), 0U);
  std::ranges::sort(by_row, {}, [&](std::uint32_t i) { return samples.rows[i]; });
  const KeyRecords rows = samples.picked(by_row);
  return rows.picked(sorted_order(shape, rows));
}

KeyRecords splitters_of(const KeyShape& shape, const KeyRecords& samples, std::int64_t records) {
  const std::size_t partitions = cuts_of(records).size() - 1;
  const KeyRecords sorted = sorted_samples(shape, samples);
  KeyRecords splitters = sorted.picked({});
  for (std::size_t p = 1; p < partitions && sorted.size() > 0; ++p) {
    const std::size_t at = p * sorted.size() / partitions;
    const std::size_t last = splitters.size() - 1;
    // Of a key that fills several partitions and cannot be shared out, there is but one.
    const bool same = splitters.size() > 0 && splitters.rows[last] == sorted.rows[at] &&
                      compare_keys(shape, splitters, last, sorted, at) == 0;
    if (!same) splitters.append(sorted, at, at + 1);
  }
  return splitters;
}

frame::LayoutPtr partition_layout(mr::Engine& engine, std::int64_t records,
                                  const KeyRecords& splitters) {
  const auto partitions = static_cast<std::int64_t>(splitters.size()) + 1;
  std::vector<std::int64_t> cuts;
  for (std::int64_t p = 0; p <= partitions; ++p) {
    cuts.push_back(p * (records / partitions) + p * (records % partitions) / partitions);
  }
  return engine.new_layout(std::move(cuts));
}

std::vector<GroupIndex> all_groups(const frame::Layout& layout) {
  std::vector<GroupIndex> groups;
  for (std::int32_t g = 0; g < layout.groups(); ++g) groups.emplace_back(g);
  return groups;
}

std::vector<std::int64_t> RowCounts::begins() const {
  std::vector<std::int64_t> begins = {0};
  for (const auto& [partition, count] : rows) begins.push_back(begins.back() + count);
  return begins;
}

Overlaps::Overlaps(std::span<const std::int64_t> begins, const mr::RowGroup& group) {
  const std::int64_t end = group.first_row + group.rows;
  const auto after = std::ranges::upper_bound(begins, group.first_row);
  for (auto at = after - 1; *at < end; ++at) {
    const RowRange range{std::max(*at, group.first_row) - *at, std::min(*(at + 1), end) - *at};
    if (range.begin == range.end) continue;
    partitions.emplace_back(static_cast<std::int32_t>(at - begins.begin()));
    ranges.push_back(range);
  }
}

}  // namespace neve::munge

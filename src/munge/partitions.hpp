#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include <neve/mr/engine.hpp>

#include "mr/api/exchange.hpp"
#include "munge/key_records.hpp"

/// Partitions of a shuffle: ranges of keys, cut at samples. Each is a row group of a layout of its
/// own, and so has a home, where its part of the result is made. How the cuts fall is a matter of
/// balance only; no result depends on it.
namespace neve::munge {

/// Sorted records of all row groups of one layout, cut into partitions.
struct Partitions {
  mr::Source keys;
  KeyShape shape;
  KeyRecords splitters;  ///< ascending; one fewer than partitions
  [[nodiscard]] KeyRange range(std::int32_t partition) const;
  template <class Archive>
  void fields(Archive& archive) {
    archive(keys, shape, splitters);
  }
};

/// Whether the record of this number is one of those, one in `stride`, that cuts are chosen from.
inline bool is_sample(std::int64_t number, std::uint64_t stride) {
  // A hash, so that no pattern in the rows meets one in the sample.
  const std::uint64_t hash = static_cast<std::uint64_t>(number) * 0x9E3779B97F4A7C15ULL;
  return (hash >> 24U) % stride == 0;
}
/// For so many records.
std::uint64_t stride_of(std::int64_t records);
/// Samples, which have come in any order, by key and then by row.
KeyRecords sorted_samples(const KeyShape& shape, const KeyRecords& samples);
/// Cuts so many records at evenly spread samples of them, all different; nowhere, if there is none.
KeyRecords splitters_of(const KeyShape& shape, const KeyRecords& samples, std::int64_t records);
/// A layout whose row groups are the partitions, each of about its share of the records.
frame::LayoutPtr partition_layout(mr::Engine& engine, std::int64_t records,
                                  const KeyRecords& splitters);
/// Every row group of a layout, as one to be asked.
std::vector<GroupIndex> all_groups(const frame::Layout& layout);

/// Rows of a partition's part of the result.
struct RowRange {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(begin, end);
  }
};

/// How many rows of the result each partition gives.
struct RowCounts {
  std::map<std::int32_t, std::int64_t> rows;
  void merge(const RowCounts& right) { rows.insert(right.rows.begin(), right.rows.end()); }
  /// Where each partition's rows begin in the result; at last the number of rows.
  [[nodiscard]] std::vector<std::int64_t> begins() const;
  template <class Archive>
  void fields(Archive& archive) {
    archive(rows);
  }
};

/// The parts of partitions that make up the rows of one row group of the result, in order.
struct Overlaps {
  Overlaps(std::span<const std::int64_t> begins, const mr::RowGroup& group);
  std::vector<GroupIndex> partitions;
  std::vector<RowRange> ranges;
};

}  // namespace neve::munge

#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "algos/families/linear/block_reader.hpp"

namespace neve::algos::linear {

/// Reads blocks of a row group whose last column holds the part of each row.
class PartReader {
 public:
  PartReader(const mr::RowGroup& group, const Design& design)
      : told_(group.columns.back()), rows_(without_parts(group)), reader_(design, rows_) {}
  /// Goes to the next block; false after the last one.
  bool next() {
    if (!reader_.next()) return false;
    const std::span<double> told(buffer_.data(), reader_.rows());
    told_.decode(reader_.begin(), told);
    std::ranges::transform(told, parts_.begin(),
                           [](double part) { return static_cast<std::int32_t>(part); });
    return true;
  }
  [[nodiscard]] const BlockReader& block() const { return reader_; }
  [[nodiscard]] std::span<const std::int32_t> parts() const {
    return {parts_.data(), reader_.rows()};
  }

 private:
  static mr::RowGroup without_parts(const mr::RowGroup& group) {
    mr::RowGroup rows = group;
    rows.columns = group.columns.first(group.columns.size() - 1);
    return rows;
  }

  const frame::Chunk& told_;
  mr::RowGroup rows_;
  BlockReader reader_;
  std::array<double, BlockReader::kRows> buffer_;
  std::array<std::int32_t, BlockReader::kRows> parts_;
};

}  // namespace neve::algos::linear

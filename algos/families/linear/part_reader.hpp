#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

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

/// Places of a block's rows, those that count of a part side by side, part after part. The others
/// share the place behind all.
class PartPlaces {
 public:
  explicit PartPlaces(std::size_t parts) : begins_(parts + 1), next_(parts) {}
  void find(const PartReader& reader) {
    const auto weights = reader.block().weights();
    const auto parts = reader.parts();
    std::ranges::fill(begins_, 0);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      begins_[static_cast<std::size_t>(parts[i]) + 1] += weights[i] != 0 ? 1 : 0;
    }
    for (std::size_t k = 1; k < begins_.size(); ++k) begins_[k] += begins_[k - 1];
    std::copy(begins_.begin(), begins_.end() - 1, next_.begin());
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const bool counts = weights[i] != 0;
      places_[i] = counts ? next_[static_cast<std::size_t>(parts[i])]++ : count();
    }
  }
  [[nodiscard]] std::size_t operator[](std::size_t row) const { return places_[row]; }
  [[nodiscard]] std::size_t begin(std::size_t part) const { return begins_[part]; }
  [[nodiscard]] std::size_t count(std::size_t part) const {
    return begins_[part + 1] - begins_[part];
  }
  /// Rows that count.
  [[nodiscard]] std::size_t count() const { return begins_.back(); }

 private:
  std::vector<std::size_t> begins_;
  std::vector<std::size_t> next_;
  std::array<std::size_t, BlockReader::kRows> places_;
};

}  // namespace neve::algos::linear

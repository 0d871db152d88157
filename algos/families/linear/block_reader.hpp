#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <neve/mr/task.hpp>

#include "algos/families/linear/design.hpp"

namespace neve::algos::linear {

/// Reads a row group a block at a time, as plain arrays that stay in the caches. Missing values are
/// filled in; a row that does not count (missing response, weight or offset, or a missing predictor
/// where the design skips those) has weight 0 and harmless values.
class BlockReader {
 public:
  static constexpr std::size_t kRows = 1024;
  BlockReader(const Design& design, const mr::RowGroup& group);

  /// Goes to the next block; false after the last one.
  bool next();
  [[nodiscard]] std::size_t rows() const { return rows_; }
  /// First row of the block within the group.
  [[nodiscard]] std::int64_t begin() const { return begin_; }
  /// Levels, all within the term's.
  [[nodiscard]] std::span<const std::int32_t> codes(std::size_t categorical) const {
    return {codes_.data() + categorical * kRows, rows_};
  }
  /// (x - center) / scale.
  [[nodiscard]] std::span<const double> numeric(std::size_t index) const {
    return {numerics_.data() + index * kRows, rows_};
  }
  [[nodiscard]] std::span<const double> response() const { return {response_.data(), rows_}; }
  [[nodiscard]] std::span<const double> weights() const { return {weights_.data(), rows_}; }
  /// 0 where the design has no offset column.
  [[nodiscard]] std::span<const double> offset() const { return {offset_.data(), rows_}; }

 private:
  void read_categorical(std::size_t c, std::span<std::int32_t> out);
  void read_numeric(std::size_t j, std::span<double> out);
  void read_roles();

  const Design& design_;
  const mr::RowGroup& group_;
  std::int64_t begin_ = 0;
  std::size_t rows_ = 0;
  std::vector<std::int32_t> codes_;
  std::vector<double> numerics_;
  std::vector<double> response_;
  std::vector<double> weights_;
  std::vector<double> offset_;
};

}  // namespace neve::algos::linear

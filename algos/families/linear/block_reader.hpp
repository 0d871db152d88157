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
  enum class Zeros : std::uint8_t {
    written,  ///< every column is a plain array
    left_out  ///< columns whose chunk leaves zeros out are read by stored()
  };
  enum class Codes : std::uint8_t {
    read,
    left_out  ///< codes() may not be asked for, and what is missing there costs no row its weight
  };
  BlockReader(const Design& design, const mr::RowGroup& group, Zeros zeros = Zeros::written,
              Codes codes = Codes::read);

  /// Goes to the next block; false after the last one.
  bool next();
  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] std::int64_t group_rows() const { return group_.rows; }
  /// First row of the block within the group.
  [[nodiscard]] std::int64_t begin() const { return begin_; }
  /// Levels, all within the term's.
  [[nodiscard]] std::span<const std::int32_t> codes(std::size_t categorical) const {
    return {codes_.data() + categorical * kRows, rows_};
  }
  /// (x - center) / scale; not of sparse columns.
  [[nodiscard]] std::span<const double> numeric(std::size_t index) const {
    return {numerics_.data() + places_[index] * kRows, rows_};
  }
  /// Whether a numeric column is read by stored() instead.
  [[nodiscard]] bool is_sparse(std::size_t index) const { return places_[index] == kSparse; }
  /// What a sparse column is where it is 0: -center / scale.
  [[nodiscard]] double zero(std::size_t index) const;
  /// Rows of the block where a sparse column is not 0, and by how much more than zero() it is
  /// there: x / scale.
  struct Stored {
    std::span<const std::uint32_t> rows;
    std::span<const double> values;
  };
  [[nodiscard]] Stored stored(std::size_t index) const {
    const std::size_t begin = index == 0 ? 0 : stored_ends_[index - 1];
    const std::size_t count = stored_ends_[index] - begin;
    return {{stored_rows_.data() + begin, count}, {stored_values_.data() + begin, count}};
  }
  [[nodiscard]] std::span<const double> response() const { return {response_.data(), rows_}; }
  [[nodiscard]] std::span<const double> weights() const { return {weights_.data(), rows_}; }
  /// 0 where the design has no offset column.
  [[nodiscard]] std::span<const double> offset() const { return {offset_.data(), rows_}; }

 private:
  void read_categorical(std::size_t c, std::span<std::int32_t> out);
  void read_numeric(std::size_t j, std::span<double> out);
  void read_stored(std::size_t j);
  void fill(const frame::Chunk& chunk, const NumericTerm& term, std::span<double> values,
            const std::uint32_t* rows);
  void read_roles();

  const Design& design_;
  const mr::RowGroup& group_;
  Codes codes_wanted_;
  std::int64_t begin_ = 0;
  std::size_t rows_ = 0;
  std::vector<std::int32_t> codes_;
  std::vector<double> numerics_;
  static constexpr std::size_t kSparse = ~std::size_t{0};
  std::vector<std::size_t> places_;         // of numeric columns among the arrays
  std::vector<std::uint32_t> stored_rows_;  // of all sparse columns, one behind the other
  std::vector<double> stored_values_;
  std::vector<std::size_t> stored_ends_;
  std::vector<double> response_;
  std::vector<double> weights_;
  std::vector<double> offset_;
};

}  // namespace neve::algos::linear

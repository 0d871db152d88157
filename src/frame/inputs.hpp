#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include <neve/frame/chunk.hpp>

namespace neve::frame {

/// What a dictionary of numbers has in it.
struct DistinctNumbers {
  std::vector<std::uint32_t> first_rows;     ///< of each distinct number
  std::unique_ptr<std::uint16_t[]> indices;  ///< of each row
};

/// Numbers to encode, and what one pass has learnt of them. They come as integers (`integers`, with
/// `exponent` 0), as decimals (`integers` are mantissas of value · 10^exponent; `doubles` may be
/// given too) or as mere doubles (`integers` is empty). There is at least one row.
struct NumberInput {
  ChunkKind kind = ChunkKind::numbers;
  std::span<const std::int64_t> integers;
  std::span<const double> doubles;
  int exponent = 0;
  bool may_be_sparse = true;  // false for the values inside a sparse chunk

  std::int64_t rows = 0;
  std::int64_t missing = 0;
  std::int64_t zeros = 0;
  std::int64_t min = 0;  // of `integers`, as the next two
  std::int64_t max = 0;
  std::uint64_t step = 1;    // divides every difference from min
  bool is_constant = false;  // all values equal and none missing, or all missing
  bool fits_float = false;   // every double is a float
  /// Left by the estimate of a dictionary for its encoder, where it may pay.
  mutable std::shared_ptr<const DistinctNumbers> distinct;

  [[nodiscard]] bool has_integers() const { return !integers.empty(); }
  [[nodiscard]] bool is_integral() const { return has_integers() && exponent == 0; }
  [[nodiscard]] bool all_missing() const { return missing == rows; }
  /// The double of a row, whatever the form; the row is not missing.
  [[nodiscard]] double double_at(std::size_t row) const;
  [[nodiscard]] bool is_missing(std::size_t row) const;
  /// Bits per row of `integers` above min, with a free top code if any is missing.
  [[nodiscard]] int packed_width() const;
  /// Bits per row of the best codec that gives each row the same room.
  [[nodiscard]] int dense_width() const;
};

/// Fill the form, and what is learnt of it. The spans must outlive the input.
NumberInput input_of_integers(std::span<const std::int64_t> integers, ChunkKind kind, int exponent);
NumberInput input_of_doubles(std::span<const double> doubles);

/// Texts to encode: row i is bytes [ends[i-1], ends[i]).
struct TextInput {
  std::string_view bytes;
  std::span<const std::uint64_t> ends;
  std::span<const std::uint8_t> missing;  // 1 where there is no value
  std::int64_t missing_count = 0;
  /// Distinct texts in the order of their first rows, and each row's index; filled only where a
  /// dictionary may pay.
  std::vector<std::string_view> distinct;
  std::vector<std::uint32_t> codes;

  [[nodiscard]] std::string_view at(std::size_t row) const {
    const std::uint64_t begin = row == 0 ? 0 : ends[row - 1];
    return bytes.substr(begin, ends[row] - begin);
  }
};

}  // namespace neve::frame

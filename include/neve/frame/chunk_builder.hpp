#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <neve/frame/chunk.hpp>

/// Making chunks. Every function picks the smallest encoding, from the values
/// alone.
namespace neve::frame {

/// Kind numbers; NaN is missing. Finds by itself that all are integers, or
/// decimals of few digits.
Chunk encode_doubles(std::span<const double> values);
/// Kind numbers; kMissingInt64 is missing.
Chunk encode_int64(std::span<const std::int64_t> values);
/// Kind numbers: mantissa · 10^-decimals, 0 <= decimals <= 22, each mantissa within ±2^53 unless
/// `decimals` is 0; kMissingInt64 is missing. Rewrites the mantissas where all end in zeros.
Chunk encode_decimals(std::span<std::int64_t> mantissas, int decimals);
/// Kind times, in milliseconds since 1970 UTC; kMissingInt64 is missing.
Chunk encode_times(std::span<const std::int64_t> milliseconds);
/// Kind codes; kMissingCode, like any negative, is missing.
Chunk encode_codes(std::span<const std::int32_t> codes);
/// Kind uuids; `missing` is empty (none is missing) or has a 1 for each missing
/// row.
Chunk encode_uuids(std::span<const Uuid> values, std::span<const std::uint8_t> missing);
/// Kind numbers, `rows` times the same value; NaN for a chunk of missing rows.
Chunk encode_constant(double value, std::int64_t rows);
/// A chunk of any kind without a value.
Chunk encode_missing(ChunkKind kind, std::int64_t rows);

/// The rows of a chunk where `keep` is 1 (0 elsewhere), `kept_rows` in all, without decoding them;
/// nothing where its encoding does not allow that, or where one value is left.
std::optional<Chunk> keep_rows(const Chunk& chunk, std::span<const std::uint8_t> keep,
                               std::int64_t kept_rows);

/// Numbers on one side of a bound.
struct Range {
  enum class Side : std::uint8_t { above, not_below, below, not_above };
  Side side = Side::above;
  double bound = 0;
};

/// Marks with 1 (0 elsewhere) the rows of numbers, times or codes that lie within the range,
/// without decoding them; a missing one does not. False where the encoding does not allow that.
bool mark_range(const Chunk& chunk, const Range& range, std::span<std::uint8_t> marks);

/// Kind bytes.
Chunk encode_bytes(std::span<const std::byte> bytes);
/// The same, written in place: `write` gets zeros of that size, aligned to a cache line.
Chunk encode_bytes(std::size_t size, const std::function<void(std::span<std::byte>)>& write);

/// Collects bytes of any number and makes chunks of kind bytes, all but the last of the same size.
class BytesBuilder {
 public:
  /// Of each chunk: large enough to be worth a message, small enough to be spread.
  static constexpr std::size_t kPieceBytes = std::size_t{4} << 20U;
  void append(std::span<const std::byte> bytes);
  [[nodiscard]] std::size_t size() const { return size_; }
  /// At least one chunk. The builder is empty afterwards.
  std::vector<Chunk> finish();

 private:
  std::vector<Chunk> pieces_;
  std::vector<std::byte> last_;
  std::size_t size_ = 0;
};

/// Collects numbers as a parser meets them and makes chunks of kind numbers. A
/// decimal that is handed over in its two parts needs no search for its
/// exponent, and decodes to the double nearest to its text. May be used again
/// after finish(), keeping its memory.
class NumericBuilder {
 public:
  void reserve(std::int64_t rows);
  [[nodiscard]] std::int64_t rows() const { return static_cast<std::int64_t>(words_.size()); }
  void append_missing() { push(kMissingInt64, kInteger); }
  /// Any but kMissingInt64, which is missing.
  void append_int64(std::int64_t value) { push(value, kInteger); }
  /// NaN is missing.
  void append_double(double value);
  /// mantissa · 10^exponent10, whatever the size of both; the mantissa is not
  /// kMissingInt64.
  void append_decimal(std::int64_t mantissa, int exponent10) {
    if (exponent10 <= 0 && exponent10 >= -kLargestExponent) {
      push(mantissa, static_cast<std::uint8_t>(-exponent10));
    } else {
      append_extreme(mantissa, exponent10);
    }
  }
  Chunk finish();

 private:
  // What words_[i] is: tags 0..22 a mantissa with that many decimals, 255 the
  // bits of a double.
  static constexpr std::uint8_t kInteger = 0;
  static constexpr std::uint8_t kDouble = 255;
  static constexpr int kLargestExponent = 22;
  void push(std::int64_t word, std::uint8_t tag) {
    words_.push_back(word);
    tags_.push_back(tag);
  }
  void append_extreme(std::int64_t mantissa, int exponent10);
  [[nodiscard]] std::uint8_t largest_tag() const;
  [[nodiscard]] bool rescale(int exponent);
  [[nodiscard]] std::vector<double> as_doubles() const;

  std::vector<std::int64_t> words_;
  std::vector<std::uint8_t> tags_;
};

/// Collects texts (any bytes) and makes chunks of kind text. May be used again
/// after finish(), keeping its memory.
class TextBuilder {
 public:
  void reserve(std::int64_t rows, std::size_t bytes);
  [[nodiscard]] std::int64_t rows() const { return static_cast<std::int64_t>(ends_.size()); }
  void append(std::string_view text);
  void append_missing();
  /// Many at once; those whose `missing` is 1 are empty.
  void append(std::span<const std::string_view> texts, std::span<const std::uint8_t> missing);
  Chunk finish();

 private:
  std::string bytes_;
  std::vector<std::uint64_t> ends_;
  std::vector<std::uint8_t> missing_;
};

}  // namespace neve::frame

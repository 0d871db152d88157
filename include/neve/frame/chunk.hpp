#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include <neve/base/buffer.hpp>
#include <neve/frame/column_type.hpp>

namespace neve::frame {

struct Codec;
struct ChunkView;

/// "No value here", in the three plain forms that a chunk decodes to.
inline constexpr double kMissingDouble = std::numeric_limits<double>::quiet_NaN();
inline constexpr std::int64_t kMissingInt64 = std::numeric_limits<std::int64_t>::min();
inline constexpr std::int32_t kMissingCode = -1;

/// One column of one row group: an immutable, self-describing, little-endian
/// buffer, the same bytes in memory, on the wire and on disk. Cheap to copy, as
/// copies share the buffer; safe to read from any number of threads. Made by
/// the functions and builders of <neve/frame/chunk_builder.hpp>.
///
/// Values: -0.0 is stored as 0.0 and every NaN as missing, so that equal values
/// have equal bits. Infinities are values. Integers are exact over all of int64
/// but its minimum, which is missing.
///
/// Readers take rows [begin, begin + out.size()); callers go by blocks of 1-2
/// Ki rows, which stay in the L1 cache and cost one indirect call each. Rows
/// outside the chunk throw InternalError, as does a reader that the chunk's
/// kind does not have.
class Chunk {
 public:
  enum class Checksum : std::uint8_t { verify, trust };

  /// Takes bytes from elsewhere. Throws InternalError unless they are a whole
  /// chunk whose every row can be read; `trust` skips only the checksum, never
  /// the bounds.
  static Chunk from_bytes(SharedBuffer bytes, Checksum checksum = Checksum::verify);
  /// Bytes of a chunk that this process made, or has taken through from_bytes before: nothing is
  /// checked again, which costs the same for any number of rows.
  static Chunk from_store(SharedBuffer bytes);
  /// A chunk without rows, of kind `numbers`.
  Chunk();

  [[nodiscard]] std::int64_t rows() const;
  [[nodiscard]] std::int64_t missing() const;
  [[nodiscard]] ChunkKind kind() const;
  /// Every value that is not missing is an int64; also true of codes, times and
  /// of no value at all.
  [[nodiscard]] bool holds_integers() const;
  /// The encoding's name: "integers", "decimals", "text dictionary", …
  [[nodiscard]] std::string_view codec() const;
  /// Bytes of the whole buffer, header included.
  [[nodiscard]] std::size_t byte_size() const { return buffer_->size(); }
  /// XXH3-64 of header and payload, as stored.
  [[nodiscard]] std::uint64_t checksum() const;
  [[nodiscard]] const SharedBuffer& buffer() const { return buffer_; }

  /// Kinds numbers, times and codes (as doubles); NaN where missing. Integers
  /// beyond 2^53 round to nearest.
  void decode(std::int64_t begin, std::span<double> out) const;
  /// The doubles, rounded to nearest.
  void decode(std::int64_t begin, std::span<float> out) const;
  /// Whether rows are zero but for those that decode_stored() gives.
  [[nodiscard]] bool is_sparse() const;
  /// Where is_sparse(): the stored ones among rows [begin, begin + rows.size()), ascending, each
  /// counted from `begin`, and their values (NaN where missing). Returns how many there are; both
  /// spans are of the same size.
  std::size_t decode_stored(std::int64_t begin, std::span<std::uint32_t> rows,
                            std::span<double> values) const;
  /// Kind codes only; kMissingCode where missing.
  void decode_codes(std::int64_t begin, std::span<std::int32_t> out) const;
  /// Wherever holds_integers(); kMissingInt64 where missing.
  void decode_int64(std::int64_t begin, std::span<std::int64_t> out) const;
  /// Kind text. The views live as long as this chunk's buffer; `missing` is 1
  /// where there is no value, and the view is empty there. Both spans have the
  /// same size.
  void decode_text(std::int64_t begin, std::span<std::string_view> out,
                   std::span<std::uint8_t> missing) const;
  /// Kind text: bytes of each; kMissingInt64 where missing.
  void decode_text_sizes(std::int64_t begin, std::span<std::int64_t> out) const;
  /// Kind text: no byte is above 0x7F, so that characters are bytes.
  [[nodiscard]] bool is_ascii() const;
  /// Kind uuids; `missing` as in decode_text.
  void decode_uuids(std::int64_t begin, std::span<Uuid> out, std::span<std::uint8_t> missing) const;

  /// Kind bytes: all of them, as they were put in.
  [[nodiscard]] std::span<const std::byte> opaque() const;

  /// Single rows, for displays and look-ups; loops use the block forms.
  [[nodiscard]] double at(std::int64_t row) const;
  [[nodiscard]] std::int64_t int64_at(std::int64_t row) const;
  [[nodiscard]] std::optional<std::string_view> text(std::int64_t row) const;
  [[nodiscard]] std::optional<Uuid> uuid(std::int64_t row) const;

  /// Sum (modulo 2^64) over rows of a hash of (first_row + row, value): the
  /// same for the same values whatever the encoding, and additive, so that a
  /// column's checksum does not depend on its cuts.
  [[nodiscard]] std::uint64_t value_checksum(std::int64_t first_row) const;

 private:
  friend class ChunkWriter;
  Chunk(SharedBuffer buffer, const Codec& codec) : buffer_(std::move(buffer)), codec_(&codec) {}
  [[nodiscard]] ChunkView view() const;

  SharedBuffer buffer_;
  const Codec* codec_;
};

}  // namespace neve::frame

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <neve/base/buffer.hpp>
#include <neve/frame/chunk.hpp>

#include "frame/inputs.hpp"

namespace neve::frame {

/// The 16 bytes that a codec may use as it likes; the names say what most of them use them for.
struct CodecParameters {
  std::int64_t bias = 0;
  std::uint32_t step = 0;
  std::uint8_t width = 0;     // bits per row
  std::uint8_t exponent = 0;  // decimals
  std::uint16_t unused = 0;
};

/// The first 64 bytes of a chunk.
struct ChunkHeader {
  static constexpr std::uint32_t kMagic = 0x4b48434e;  // "NCHK"
  static constexpr std::uint8_t kVersion = 1;
  static constexpr std::uint8_t kHoldsIntegers = 1;
  static constexpr std::uint8_t kAscii = 2;  // text without a byte above 0x7F
  std::uint32_t magic = kMagic;
  std::uint8_t version = kVersion;
  std::uint8_t codec = 0;
  ChunkKind kind = ChunkKind::numbers;
  std::uint8_t flags = 0;
  std::int64_t rows = 0;
  std::int64_t missing = 0;
  std::uint64_t payload_bytes = 0;
  std::uint64_t checksum = 0;  // XXH3-64 of the payload, seeded with that of the other header bytes
  CodecParameters parameters;
  std::uint64_t reserved = 0;
};
static_assert(sizeof(ChunkHeader) == 64 && sizeof(CodecParameters) == 16);

/// A chunk as its codec sees it. The payload is aligned to 8 bytes at least.
struct ChunkView {
  const ChunkHeader& header;
  std::span<const std::byte> payload;
  [[nodiscard]] const CodecParameters& parameters() const { return header.parameters; }
  [[nodiscard]] std::int64_t rows() const { return header.rows; }
  [[nodiscard]] bool has_missing() const { return header.missing != 0; }
  [[nodiscard]] bool holds_integers() const {
    return (header.flags & ChunkHeader::kHoldsIntegers) != 0;
  }
  [[nodiscard]] bool is_ascii() const { return (header.flags & ChunkHeader::kAscii) != 0; }
};

/// Rows [begin, begin + out.size()) of a chunk, whose bounds the caller has checked.
template <class T>
using DecodeBlock = void (*)(const ChunkView&, std::int64_t begin, std::span<T> out);

/// One way to write a chunk: a file of this folder each. What a codec does not offer is null.
/// An encoder gets a header to put its parameters into and returns a buffer whose payload, from
/// sizeof(ChunkHeader) on, is filled; the rest of the header is the caller's.
struct Codec {
  std::uint8_t id;  // stored in chunks: never reused
  std::string_view name;

  /// Bytes of the payload; nothing where this codec cannot hold the input. The smallest wins, ties
  /// by id.
  std::optional<std::size_t> (*estimate)(const NumberInput&) = nullptr;
  Buffer (*encode)(const NumberInput&, ChunkHeader&) = nullptr;
  std::optional<std::size_t> (*estimate_text)(const TextInput&) = nullptr;
  Buffer (*encode_text)(const TextInput&, ChunkHeader&) = nullptr;

  /// Throws InternalError unless every row of the foreign chunk decodes without leaving it. The
  /// header's own fields have been checked before.
  void (*validate)(const ChunkView&) = nullptr;

  bool holds_bytes = false;  // without rows
  DecodeBlock<double> decode_doubles = nullptr;
  DecodeBlock<std::int64_t> decode_int64 = nullptr;  // called only if holds_integers()
  DecodeBlock<std::int32_t> decode_codes = nullptr;  // optional beside decode_int64
  // Optional, both or none: of a codec that may leave zeros out.
  bool (*leaves_zeros_out)(const ChunkView&) = nullptr;
  std::size_t (*decode_stored)(const ChunkView&, std::int64_t begin, std::span<std::uint32_t> rows,
                               std::span<double> values) = nullptr;
  void (*decode_text)(const ChunkView&, std::int64_t begin, std::span<std::string_view> out,
                      std::span<std::uint8_t> missing) = nullptr;
  DecodeBlock<std::int64_t> decode_text_sizes = nullptr;  // wherever decode_text is
  void (*decode_uuids)(const ChunkView&, std::int64_t begin, std::span<Uuid> out,
                       std::span<std::uint8_t> missing) = nullptr;
};

/// All codecs, by name; written by CMake from the files of this folder.
std::vector<const Codec*> all_codecs();
/// The codec of this id, or null.
const Codec* find_codec(std::uint8_t id);

/// Zeroed room for header and payload.
inline Buffer new_chunk_buffer(std::size_t payload_bytes) {
  return Buffer(sizeof(ChunkHeader) + payload_bytes);
}
inline std::span<std::byte> payload_of(Buffer& buffer) {
  return buffer.bytes().subspan(sizeof(ChunkHeader));
}

/// Reads the header and payload of a chunk that has been validated.
ChunkView view_of(std::span<const std::byte> chunk);
/// Throws InternalError unless `chunk` is one whole chunk; returns its codec.
const Codec& validate_chunk(std::span<const std::byte> chunk, Chunk::Checksum checksum);

/// Encodes with the codec whose estimate is smallest.
Chunk encode_numbers(const NumberInput& input);

}  // namespace neve::frame

#include <neve/frame/chunk.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string>

#include <neve/base/error.hpp>
#include <neve/frame/chunk_builder.hpp>

#include "frame/chunk_writer.hpp"
#include "frame/codecs/codec.hpp"

namespace neve::frame {
namespace {

// Rows that are decoded at once where the caller wants another type.
constexpr std::size_t kBlock = 512;
// More would overflow sizes in bits.
constexpr std::int64_t kMostRows = std::int64_t{1} << 40;

using CodecTable = std::array<const Codec*, 256>;

CodecTable table_by_id() {
  CodecTable table{};
  for (const Codec* codec : all_codecs()) {
    NEVE_CHECK(table[codec->id] == nullptr, "two codecs of one id: " + std::string(codec->name));
    table[codec->id] = codec;
  }
  return table;
}

// The checksum covers the header as well: its other bytes seed that of the payload.
std::uint64_t checksum_of(const ChunkHeader& header, std::span<const std::byte> payload) {
  ChunkHeader without = header;
  without.checksum = 0;
  return hash_bytes(payload, hash_bytes(std::as_bytes(std::span(&without, 1))));
}

bool reads_kind(const Codec& codec, ChunkKind kind) {
  if (kind == ChunkKind::text) return codec.decode_text != nullptr;
  if (kind == ChunkKind::uuids) return codec.decode_uuids != nullptr;
  if (kind == ChunkKind::bytes) return codec.holds_bytes;
  return codec.decode_doubles != nullptr;
}

void validate_header(const ChunkHeader& header, std::size_t payload_bytes) {
  NEVE_CHECK(header.magic == ChunkHeader::kMagic, "chunk: not a chunk");
  NEVE_CHECK(header.version == ChunkHeader::kVersion, "chunk: of another version");
  NEVE_CHECK(header.kind <= ChunkKind::bytes, "chunk: no such kind");
  NEVE_CHECK(header.payload_bytes == payload_bytes, "chunk: of another length");
  NEVE_CHECK(header.rows >= 0 && header.rows <= kMostRows, "chunk: impossible number of rows");
  NEVE_CHECK(header.missing >= 0 && header.missing <= header.rows, "chunk: more missing than rows");
  const int flags =
      header.kind == ChunkKind::text ? ChunkHeader::kAscii : ChunkHeader::kHoldsIntegers;
  NEVE_CHECK((header.flags & ~flags) == 0 && header.reserved == 0 && header.parameters.unused == 0,
             "chunk: unknown flags");
}

// Goes through `out` by blocks of another type.
template <class From, class To, class Decode, class Convert>
void decode_through(std::int64_t begin, std::span<To> out, Decode decode, Convert convert) {
  std::array<From, kBlock> block;
  for (std::size_t done = 0; done < out.size();) {
    const std::size_t here = std::min(kBlock, out.size() - done);
    decode(begin + static_cast<std::int64_t>(done), std::span(block).first(here));
    for (std::size_t i = 0; i < here; ++i) out[done + i] = convert(block[i]);
    done += here;
  }
}

void check_rows(const ChunkView& view, std::int64_t begin, std::size_t count) {
  NEVE_CHECK(
      begin >= 0 && begin <= view.rows() && count <= static_cast<std::size_t>(view.rows() - begin),
      "chunk: rows from " + std::to_string(begin) + ", " + std::to_string(count) + " of them, of " +
          std::to_string(view.rows()));
}

}  // namespace

const Codec* find_codec(std::uint8_t id) {
  static const CodecTable table = table_by_id();
  return table[id];
}

ChunkView view_of(std::span<const std::byte> chunk) {
  return {*reinterpret_cast<const ChunkHeader*>(chunk.data()), chunk.subspan(sizeof(ChunkHeader))};
}

const Codec& validate_chunk(std::span<const std::byte> chunk, Chunk::Checksum checksum) {
  NEVE_CHECK(chunk.size() >= sizeof(ChunkHeader), "chunk: shorter than a header");
  const ChunkView view = view_of(chunk);
  validate_header(view.header, view.payload.size());
  const Codec* codec = find_codec(view.header.codec);
  NEVE_CHECK(codec != nullptr, "chunk: unknown codec " + std::to_string(view.header.codec));
  NEVE_CHECK(reads_kind(*codec, view.header.kind), "chunk: codec cannot hold this kind");
  const bool is_number = view.header.kind == ChunkKind::numbers;
  const bool is_integral =
      view.header.kind == ChunkKind::times || view.header.kind == ChunkKind::codes;
  NEVE_CHECK(is_number || is_integral == view.holds_integers(), "chunk: kind and flags disagree");
  NEVE_CHECK(!view.holds_integers() || codec->decode_int64 != nullptr, "chunk: not integers");
  NEVE_CHECK(checksum == Chunk::Checksum::trust ||
                 view.header.checksum == checksum_of(view.header, view.payload),
             "chunk: checksum differs");
  codec->validate(view);
  return *codec;
}

Chunk ChunkWriter::finish(Buffer buffer, ChunkHeader header, const Codec& codec) {
  const std::span<std::byte> payload = payload_of(buffer);
  header.codec = codec.id;
  header.payload_bytes = payload.size();
  header.checksum = checksum_of(header, payload);
  std::memcpy(buffer.bytes().data(), &header, sizeof header);
  return Chunk(SharedBuffer(std::move(buffer)), codec);
}

Chunk::Chunk() : Chunk(encode_missing(ChunkKind::numbers, 0)) {}

Chunk Chunk::from_bytes(SharedBuffer bytes, Checksum checksum) {
  NEVE_CHECK(bytes != nullptr, "chunk: no bytes");
  const Codec& codec = validate_chunk(bytes->bytes(), checksum);
  return Chunk(std::move(bytes), codec);
}

Chunk Chunk::from_store(SharedBuffer bytes) {
  const Codec* codec = find_codec(view_of(bytes->bytes()).header.codec);
  NEVE_CHECK(codec != nullptr, "chunk: unknown codec in the store");
  return Chunk(std::move(bytes), *codec);
}

ChunkView Chunk::view() const { return view_of(buffer_->bytes()); }

std::int64_t Chunk::rows() const { return view().rows(); }
std::int64_t Chunk::missing() const { return view().header.missing; }
ChunkKind Chunk::kind() const { return view().header.kind; }
bool Chunk::holds_integers() const { return view().holds_integers(); }
std::string_view Chunk::codec() const { return codec_->name; }
std::uint64_t Chunk::checksum() const { return view().header.checksum; }

void Chunk::decode(std::int64_t begin, std::span<double> out) const {
  const ChunkView view = this->view();
  NEVE_CHECK(view.header.kind <= ChunkKind::codes, "chunk: text or uuids read as numbers");
  check_rows(view, begin, out.size());
  codec_->decode_doubles(view, begin, out);
}

void Chunk::decode(std::int64_t begin, std::span<float> out) const {
  const auto decode = [&](std::int64_t row, std::span<double> block) { this->decode(row, block); };
  check_rows(view(), begin, out.size());
  decode_through<double>(begin, out, decode,
                         [](double value) { return static_cast<float>(value); });
}

bool Chunk::is_sparse() const {
  return codec_->leaves_zeros_out != nullptr && codec_->leaves_zeros_out(view());
}

std::size_t Chunk::decode_stored(std::int64_t begin, std::span<std::uint32_t> rows,
                                 std::span<double> values) const {
  NEVE_CHECK(is_sparse() && rows.size() == values.size(), "chunk: read as sparse, but is not");
  const ChunkView view = this->view();
  check_rows(view, begin, rows.size());
  return codec_->decode_stored(view, begin, rows, values);
}

void Chunk::decode_codes(std::int64_t begin, std::span<std::int32_t> out) const {
  const ChunkView view = this->view();
  NEVE_CHECK(view.header.kind == ChunkKind::codes, "chunk: read as codes, but holds none");
  check_rows(view, begin, out.size());
  if (codec_->decode_codes != nullptr) return codec_->decode_codes(view, begin, out);
  const auto decode = [&](std::int64_t row, std::span<std::int64_t> block) {
    codec_->decode_int64(view, row, block);
  };
  decode_through<std::int64_t>(begin, out, decode, [](std::int64_t value) {
    return value == kMissingInt64 ? kMissingCode : static_cast<std::int32_t>(value);
  });
}

void Chunk::decode_int64(std::int64_t begin, std::span<std::int64_t> out) const {
  const ChunkView view = this->view();
  NEVE_CHECK(view.holds_integers(), "chunk: read as integers, but holds others");
  check_rows(view, begin, out.size());
  codec_->decode_int64(view, begin, out);
}

void Chunk::decode_text(std::int64_t begin, std::span<std::string_view> out,
                        std::span<std::uint8_t> missing) const {
  const ChunkView view = this->view();
  NEVE_CHECK(view.header.kind == ChunkKind::text, "chunk: read as text, but holds none");
  NEVE_CHECK(out.size() == missing.size(), "chunk: spans of different sizes");
  check_rows(view, begin, out.size());
  codec_->decode_text(view, begin, out, missing);
}

void Chunk::decode_text_sizes(std::int64_t begin, std::span<std::int64_t> out) const {
  const ChunkView view = this->view();
  NEVE_CHECK(view.header.kind == ChunkKind::text, "chunk: read as text, but holds none");
  check_rows(view, begin, out.size());
  codec_->decode_text_sizes(view, begin, out);
}

bool Chunk::is_ascii() const { return view().is_ascii(); }

void Chunk::decode_uuids(std::int64_t begin, std::span<Uuid> out,
                         std::span<std::uint8_t> missing) const {
  const ChunkView view = this->view();
  NEVE_CHECK(view.header.kind == ChunkKind::uuids, "chunk: read as uuids, but holds none");
  NEVE_CHECK(out.size() == missing.size(), "chunk: spans of different sizes");
  check_rows(view, begin, out.size());
  codec_->decode_uuids(view, begin, out, missing);
}

std::span<const std::byte> Chunk::opaque() const {
  NEVE_CHECK(view().header.kind == ChunkKind::bytes, "chunk: rows read as bytes");
  return view().payload;
}

double Chunk::at(std::int64_t row) const {
  double value = 0;
  decode(row, std::span(&value, 1));
  return value;
}

std::int64_t Chunk::int64_at(std::int64_t row) const {
  std::int64_t value = 0;
  decode_int64(row, std::span(&value, 1));
  return value;
}

std::optional<std::string_view> Chunk::text(std::int64_t row) const {
  std::string_view value;
  std::uint8_t missing = 0;
  decode_text(row, std::span(&value, 1), std::span(&missing, 1));
  return missing != 0 ? std::nullopt : std::optional(value);
}

std::optional<Uuid> Chunk::uuid(std::int64_t row) const {
  Uuid value;
  std::uint8_t missing = 0;
  decode_uuids(row, std::span(&value, 1), std::span(&missing, 1));
  return missing != 0 ? std::nullopt : std::optional(value);
}

}  // namespace neve::frame

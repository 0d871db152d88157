#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include <neve/base/error.hpp>
#include <neve/frame/chunk.hpp>
#include <neve/frame/rollup.hpp>

#include "frame/codecs/codec.hpp"

namespace {

using neve::frame::Chunk;
using neve::frame::ChunkKind;

// What was read must be used, or the compiler would leave the reading out.
volatile std::uint64_t touched_bytes = 0;

// Few of the rows: a chunk may claim many without having bytes for them.
void read_block(const Chunk& chunk, std::int64_t begin, std::size_t count) {
  std::vector<std::uint8_t> missing(count);
  if (chunk.kind() == ChunkKind::text) {
    std::vector<std::string_view> texts(count);
    chunk.decode_text(begin, texts, missing);
    for (std::string_view text : texts)
      touched_bytes = touched_bytes + neve::hash_bytes(std::as_bytes(std::span(text)));
    std::vector<std::int64_t> sizes(count);
    chunk.decode_text_sizes(begin, sizes);
  } else if (chunk.kind() == ChunkKind::uuids) {
    std::vector<neve::frame::Uuid> uuids(count);
    chunk.decode_uuids(begin, uuids, missing);
  } else {
    std::vector<double> doubles(count);
    chunk.decode(begin, doubles);
    std::vector<std::int64_t> integers(count);
    if (chunk.holds_integers()) chunk.decode_int64(begin, integers);
    std::vector<std::int32_t> codes(count);
    if (chunk.kind() == ChunkKind::codes) chunk.decode_codes(begin, codes);
  }
}

// Puts what the first checks look at into the header, so that most inputs get as far as a codec.
void make_plausible(neve::Buffer& bytes) {
  neve::frame::ChunkHeader header;
  std::memcpy(&header, bytes.bytes().data(), sizeof header);
  header.magic = neve::frame::ChunkHeader::kMagic;
  header.version = neve::frame::ChunkHeader::kVersion;
  header.payload_bytes = bytes.size() - sizeof header;
  header.reserved = 0;
  header.parameters.unused = 0;
  std::memcpy(bytes.bytes().data(), &header, sizeof header);
}

}  // namespace

// Any bytes are either refused with InternalError or can be read to the last row.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  neve::Buffer bytes(size);
  std::copy(data, data + size, reinterpret_cast<std::uint8_t*>(bytes.bytes().data()));
  if (size > sizeof(neve::frame::ChunkHeader) && data[0] % 8 != 0) make_plausible(bytes);
  try {
    const neve::SharedBuffer shared(std::move(bytes));
    const Chunk chunk = Chunk::from_bytes(shared, Chunk::Checksum::trust);
    const std::int64_t block = std::min<std::int64_t>(chunk.rows(), 1500);
    read_block(chunk, 0, static_cast<std::size_t>(block));
    read_block(chunk, chunk.rows() - block, static_cast<std::size_t>(block));
    if (chunk.rows() <= 4096) neve::frame::summarize(chunk, 0);
  } catch (const neve::InternalError&) {
  }
  return 0;
}

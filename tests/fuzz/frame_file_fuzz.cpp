#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include <neve/base/budget.hpp>
#include <neve/base/error.hpp>
#include <neve/frame/rollup.hpp>

#include "frame/codecs/codec.hpp"
#include "ingest/formats/frame_file.hpp"
#include "ingest/sources/memory_source.hpp"

namespace {

using namespace neve;
using namespace neve::ingest;

constexpr std::int64_t kMemory = std::int64_t{1} << 24U;
constexpr std::size_t kHeadBytes = 16;

/// Mends what random bytes never get right, lengths and checksums, so that most inputs get as far
/// as what blocks mean.
void mend(std::string& bytes) {
  std::size_t at = kHeadBytes;
  while (at + sizeof(std::uint64_t) + sizeof(frame::ChunkHeader) <= bytes.size()) {
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data() + at, sizeof length);
    at += sizeof length;
    if (length < sizeof(frame::ChunkHeader) || length > bytes.size() - at) return;
    frame::ChunkHeader header;
    std::memcpy(&header, bytes.data() + at, sizeof header);
    header.payload_bytes = length - sizeof header;
    header.checksum = 0;
    const auto payload =
        std::as_bytes(std::span(bytes)).subspan(at + sizeof header, length - sizeof header);
    header.checksum = hash_bytes(payload, hash_bytes(std::as_bytes(std::span(&header, 1))));
    std::memcpy(bytes.data() + at, &header, sizeof header);
    at += length;
  }
}

void read_all(const std::string& bytes) {
  Budget budget(kMemory);
  const MemorySource source("fuzz", bytes);
  FrameFileReader reader(source, budget);
  const FramePlan& plan = reader.plan();
  for (std::int32_t g = 0; g < plan.groups(); ++g) {
    const auto group = static_cast<std::size_t>(g);
    if (plan.cuts[group] == plan.cuts[group + 1]) continue;
    for (std::size_t c = 0; c < plan.types.size(); ++c) {
      const frame::Chunk chunk = reader.next(g, c);
      if (chunk.rows() <= 4096) frame::summarize(chunk, plan.cuts[group]);
    }
  }
  reader.finish();
}

}  // namespace

/// Any bytes are refused by a typed error, or are a frame whose every cell can be read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  if (size % 4 != 0) mend(bytes);
  try {
    read_all(bytes);
  } catch (const InputError&) {
    // Refusing is a fine answer.
  } catch (const OutOfMemoryError&) {
    // As is saying that it is too much.
  }
  return 0;
}

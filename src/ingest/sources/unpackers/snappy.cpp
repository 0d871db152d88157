#include <algorithm>
#include <cstdint>
#include <cstring>

#include <nmmintrin.h>
#include <snappy-c.h>

#include "ingest/sources/unpackers/unpacker.hpp"

namespace neve::ingest::unpackers {
namespace {

constexpr std::size_t kHeader = 4;    // type, then the length in three bytes
constexpr std::size_t kChecksum = 4;  // of the plain bytes, before them
constexpr std::size_t kMostPlain = 65536;
constexpr std::uint8_t kPacked = 0x00;
constexpr std::uint8_t kPlain = 0x01;
constexpr std::uint8_t kFirstSkippable = 0x80;
constexpr std::uint8_t kIdentifier = 0xFF;

std::uint32_t crc32c(std::string_view bytes) {
  std::uint64_t crc = 0xFFFFFFFF;
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), 8);
    crc = _mm_crc32_u64(crc, word);
  }
  auto rest = static_cast<std::uint32_t>(crc);
  for (char c : bytes) rest = _mm_crc32_u8(rest, static_cast<unsigned char>(c));
  return ~rest;
}

/// The checksum of a chunk: rotated, so that one of data with checksums in it is a good one.
std::uint32_t masked(std::uint32_t crc) { return ((crc >> 15U) | (crc << 17U)) + 0xA282EAD8U; }

/// Snappy's framing format: chunks of at most 64 kB of plain bytes. The library knows but single
/// chunks. A file is one member, as further identifiers may stand anywhere in it; nothing says
/// where it ends, so that one that is cut between two chunks looks whole.
class Snappy final : public Unpacker {
 public:
  void begin(std::string_view /*beginning*/) override {
    chunk_.clear();
    shown_ = 0;
    to_skip_ = 0;
  }
  Step step(std::string_view packed, std::span<char> plain) override {
    Step step;
    while (step.wrong.empty()) {
      if (to_skip_ != 0) {
        const std::size_t skipped = std::min(to_skip_, packed.size() - step.taken);
        step.taken += skipped;
        to_skip_ -= skipped;
      }
      const std::size_t shows = std::min(plain.size() - step.given, chunk_.size() - shown_);
      std::copy_n(chunk_.data() + shown_, shows, plain.data() + step.given);
      shown_ += shows;
      step.given += shows;
      if (shown_ != chunk_.size() || to_skip_ != 0) break;
      if (!read_chunk(packed, step)) break;
    }
    return step;
  }
  [[nodiscard]] bool may_end() const override { return shown_ == chunk_.size() && to_skip_ == 0; }

 private:
  /// False where the chunk is cut.
  bool read_chunk(std::string_view packed, Step& step) {
    const std::string_view rest = packed.substr(step.taken);
    if (rest.size() < kHeader) return false;
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(rest[i]); };
    const std::size_t length =
        byte(1) + (std::size_t{byte(2)} << 8U) + (std::size_t{byte(3)} << 16U);
    if (byte(0) >= kFirstSkippable && byte(0) != kIdentifier) {
      step.taken += kHeader;
      to_skip_ = length;
      return true;
    }
    if (kHeader + length > kLongestPiece) {
      step.wrong = "a chunk is longer than any may be";
    } else if (rest.size() < kHeader + length) {
      return false;
    } else {
      read_contents(byte(0), rest.substr(kHeader, length), step);
      if (step.wrong.empty()) step.taken += kHeader + length;
    }
    return step.wrong.empty();
  }
  void read_contents(std::uint8_t type, std::string_view bytes, Step& step) {
    chunk_.clear();
    shown_ = 0;
    if (type == kIdentifier) {
      if (bytes != "sNaPpY") step.wrong = "a stream does not begin as such";
      return;
    }
    if ((type != kPacked && type != kPlain) || bytes.size() < kChecksum) {
      step.wrong = "a chunk is of no known type";
      return;
    }
    std::uint32_t checksum = 0;
    std::memcpy(&checksum, bytes.data(), kChecksum);
    bytes.remove_prefix(kChecksum);
    std::size_t size = bytes.size();
    const bool sized = type == kPlain ||
                       snappy_uncompressed_length(bytes.data(), bytes.size(), &size) == SNAPPY_OK;
    if (!sized || size > kMostPlain) {
      step.wrong = "a chunk has a wrong size";
      return;
    }
    chunk_.assign(bytes);
    if (type == kPacked) {
      chunk_.resize(size);
      const auto done = snappy_uncompress(bytes.data(), bytes.size(), chunk_.data(), &size);
      if (done != SNAPPY_OK) step.wrong = "a chunk's contents are wrong";
    }
    if (step.wrong.empty() && masked(crc32c(chunk_)) != checksum) {
      step.wrong = "a chunk's checksum is wrong";
    }
    if (!step.wrong.empty()) chunk_.clear();
  }

  std::string chunk_;      // plain
  std::size_t shown_ = 0;  // of the chunk
  std::size_t to_skip_ = 0;
};

}  // namespace

UnpackerPtr open_snappy(Budget& /*budget*/) { return std::make_unique<Snappy>(); }

}  // namespace neve::ingest::unpackers

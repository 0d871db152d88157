#include <algorithm>
#include <cstdint>

#include <neve/base/error.hpp>
#include <zstd.h>

#include "ingest/sources/unpackers/unpacker.hpp"

namespace neve::ingest::unpackers {
namespace {

constexpr std::int64_t kStateBytes = 512 << 10;  // beside the window: tables, a block and its input
constexpr int kLargestWindowLog = 31;            // what 64-bit libraries can do

/// How far back a frame refers, by its header (RFC 8878, 3.1.1.1): its window, or else all of its
/// contents. 0 where the header is cut or is that of a skippable frame.
std::int64_t window_of(std::string_view header) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(header[i]); };
  constexpr std::size_t kDescriptor = 4;
  constexpr std::uint8_t kSingleSegment = 0x20;
  if (header.size() < kDescriptor + 2 || byte(0) != 0x28) return 0;
  const std::uint8_t descriptor = byte(kDescriptor);
  if ((descriptor & kSingleSegment) == 0) {
    const int exponent = 10 + (byte(kDescriptor + 1) >> 3U);
    const std::int64_t base = std::int64_t{1} << exponent;
    return base + base / 8 * (byte(kDescriptor + 1) & 7U);
  }
  constexpr std::size_t kDictionaryIdBytes[] = {0, 1, 2, 4};
  constexpr std::size_t kContentSizeBytes[] = {1, 2, 4, 8};
  const std::size_t at = kDescriptor + 1 + kDictionaryIdBytes[descriptor & 3U];
  const std::size_t bytes = kContentSizeBytes[descriptor >> 6U];
  std::uint64_t size = bytes == 2 ? 256 : 0;
  for (std::size_t i = 0; i < bytes && at + i < header.size(); ++i) {
    size += std::uint64_t{byte(at + i)} << (8 * i);
  }
  // What is larger the library refuses.
  return static_cast<std::int64_t>(std::min(size, std::uint64_t{1} << kLargestWindowLog));
}

class Zstd final : public Unpacker {
 public:
  explicit Zstd(Budget& budget) : budget_(budget), context_(ZSTD_createDCtx()) {
    NEVE_CHECK(context_ != nullptr, "no memory for a decompressor");
    ZSTD_DCtx_setParameter(context_, ZSTD_d_windowLogMax, kLargestWindowLog);
  }
  ~Zstd() override { ZSTD_freeDCtx(context_); }

  void begin(std::string_view beginning) override {
    const std::int64_t wanted = kStateBytes + window_of(beginning);
    if (wanted > memory_.bytes()) {
      memory_ = {};
      memory_ = budget_.reserve(wanted, "The window of a zstd file");
    }
    ZSTD_DCtx_reset(context_, ZSTD_reset_session_only);
  }
  Step step(std::string_view packed, std::span<char> plain) override {
    ZSTD_inBuffer in{packed.data(), packed.size(), 0};
    ZSTD_outBuffer out{plain.data(), plain.size(), 0};
    const std::size_t left = ZSTD_decompressStream(context_, &out, &in);
    return {.taken = in.pos,
            .given = out.pos,
            .ended = left == 0,
            .wrong = ZSTD_isError(left) != 0 ? ZSTD_getErrorName(left) : ""};
  }

 private:
  Budget& budget_;
  Reservation memory_;
  ZSTD_DCtx* context_;
};

}  // namespace

UnpackerPtr open_zstd(Budget& budget) { return std::make_unique<Zstd>(budget); }

}  // namespace neve::ingest::unpackers

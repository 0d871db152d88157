#include <lzma.h>
#include <neve/base/error.hpp>

#include "ingest/sources/unpackers/unpacker.hpp"

namespace neve::ingest::unpackers {
namespace {

std::string meaning_of(lzma_ret state) {
  switch (state) {
    case LZMA_FORMAT_ERROR:
      return "it does not begin as such";
    case LZMA_DATA_ERROR:
      return "a block's contents or checksum are wrong";
    case LZMA_OPTIONS_ERROR:
      return "it uses a filter that is not known";
    default:
      return "xz error " + std::to_string(state);
  }
}

/// A block says how large a dictionary it needs; it gets one when that is reserved.
class Xz final : public Unpacker {
 public:
  explicit Xz(Budget& budget) : budget_(budget) {}
  ~Xz() override { lzma_end(&stream_); }

  void begin(std::string_view /*beginning*/) override {
    constexpr std::uint64_t kNothingYet = 1;
    const lzma_ret state = lzma_stream_decoder(&stream_, kNothingYet, 0);
    NEVE_CHECK(state == LZMA_OK, "no memory for a decompressor");
    if (reserved_ != 0) lzma_memlimit_set(&stream_, reserved_);
  }
  Step step(std::string_view packed, std::span<char> plain) override {
    stream_.next_in = reinterpret_cast<const std::uint8_t*>(packed.data());
    stream_.avail_in = packed.size();
    stream_.next_out = reinterpret_cast<std::uint8_t*>(plain.data());
    stream_.avail_out = plain.size();
    lzma_ret state = lzma_code(&stream_, LZMA_RUN);
    while (state == LZMA_MEMLIMIT_ERROR) {
      reserve(lzma_memusage(&stream_));
      state = lzma_code(&stream_, LZMA_RUN);
    }
    const bool fine = state == LZMA_OK || state == LZMA_STREAM_END || state == LZMA_BUF_ERROR;
    return {.taken = packed.size() - stream_.avail_in,
            .given = plain.size() - stream_.avail_out,
            .ended = state == LZMA_STREAM_END,
            .wrong = fine ? "" : meaning_of(state)};
  }

 private:
  void reserve(std::uint64_t bytes) {
    memory_ = {};
    memory_ = budget_.reserve(static_cast<std::int64_t>(bytes), "The dictionary of an xz file");
    reserved_ = bytes;
    NEVE_CHECK(lzma_memlimit_set(&stream_, bytes) == LZMA_OK);
  }
  Budget& budget_;
  Reservation memory_;
  std::uint64_t reserved_ = 0;
  lzma_stream stream_ = LZMA_STREAM_INIT;
};

}  // namespace

UnpackerPtr open_xz(Budget& budget) { return std::make_unique<Xz>(budget); }

}  // namespace neve::ingest::unpackers

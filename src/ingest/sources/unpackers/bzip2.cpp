#include <algorithm>
#include <limits>

#include <bzlib.h>
#include <neve/base/error.hpp>

#include "ingest/sources/unpackers/unpacker.hpp"

namespace neve::ingest::unpackers {
namespace {

constexpr std::int64_t kStateBytes = 3'700'000;  // of blocks of 900 kB, as its manual says

std::string meaning_of(int state) {
  switch (state) {
    case BZ_DATA_ERROR_MAGIC:
      return "it does not begin as such";
    case BZ_DATA_ERROR:
      return "a block's contents or checksum are wrong";
    default:
      return "bzip2 error " + std::to_string(state);
  }
}

class Bzip2 final : public Unpacker {
 public:
  explicit Bzip2(Budget& budget) : memory_(budget.reserve(kStateBytes, "Unpacking bzip2")) {}
  ~Bzip2() override { close(); }

  void begin(std::string_view /*beginning*/) override {
    close();
    stream_ = {};
    NEVE_CHECK(BZ2_bzDecompressInit(&stream_, 0, 0) == BZ_OK, "no memory for a decompressor");
    open_ = true;
  }
  Step step(std::string_view packed, std::span<char> plain) override {
    constexpr std::size_t kMost = std::numeric_limits<unsigned>::max();
    packed = packed.substr(0, kMost);
    plain = plain.first(std::min(plain.size(), kMost));
    stream_.next_in = const_cast<char*>(packed.data());  // the library only reads there
    stream_.avail_in = static_cast<unsigned>(packed.size());
    stream_.next_out = plain.data();
    stream_.avail_out = static_cast<unsigned>(plain.size());
    const int state = BZ2_bzDecompress(&stream_);
    return {.taken = packed.size() - stream_.avail_in,
            .given = plain.size() - stream_.avail_out,
            .ended = state == BZ_STREAM_END,
            .wrong = state == BZ_OK || state == BZ_STREAM_END ? "" : meaning_of(state)};
  }

 private:
  void close() {
    if (open_) BZ2_bzDecompressEnd(&stream_);
    open_ = false;
  }
  Reservation memory_;
  bz_stream stream_{};
  bool open_ = false;
};

}  // namespace

UnpackerPtr open_bzip2(Budget& budget) { return std::make_unique<Bzip2>(budget); }

}  // namespace neve::ingest::unpackers

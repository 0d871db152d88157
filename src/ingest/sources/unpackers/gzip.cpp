#include <algorithm>
#include <limits>

#include <neve/base/error.hpp>
#include <zlib.h>

#include "ingest/sources/unpackers/unpacker.hpp"

namespace neve::ingest::unpackers {
namespace {

/// RFC 1952; the state takes 40 KB, which is not worth a reservation.
class Gzip final : public Unpacker {
 public:
  Gzip() {
    constexpr int kGzipOnly = 16 + MAX_WBITS;
    NEVE_CHECK(inflateInit2(&stream_, kGzipOnly) == Z_OK, "no memory for a decompressor");
  }
  ~Gzip() override { inflateEnd(&stream_); }

  void begin(std::string_view /*beginning*/) override { inflateReset(&stream_); }
  Step step(std::string_view packed, std::span<char> plain) override {
    constexpr std::size_t kMost = std::numeric_limits<uInt>::max();
    packed = packed.substr(0, kMost);
    plain = plain.first(std::min(plain.size(), kMost));
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));  // only read
    stream_.avail_in = static_cast<uInt>(packed.size());
    stream_.next_out = reinterpret_cast<Bytef*>(plain.data());
    stream_.avail_out = static_cast<uInt>(plain.size());
    const int state = inflate(&stream_, Z_NO_FLUSH);
    Step step{.taken = packed.size() - stream_.avail_in,
              .given = plain.size() - stream_.avail_out,
              .ended = state == Z_STREAM_END,
              .wrong = {}};
    if (state == Z_OK || state == Z_STREAM_END || state == Z_BUF_ERROR) return step;
    step.wrong = stream_.msg != nullptr ? stream_.msg : "it asks for a dictionary";
    return step;
  }

 private:
  z_stream stream_{};
};

}  // namespace

UnpackerPtr open_gzip(Budget& /*budget*/) { return std::make_unique<Gzip>(); }

}  // namespace neve::ingest::unpackers

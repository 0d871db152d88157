#include "ingest/sinks/packed_sink.hpp"

#include <bzlib.h>
#include <nmmintrin.h>
#include <snappy-c.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <neve/base/error.hpp>

namespace neve::ingest {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{64} << 10U;

class GzipSink final : public ByteSink {
 public:
  explicit GzipSink(ByteSinkPtr to) : to_(std::move(to)) {
    constexpr int kGzip = 16;  // to the size of the window, instead of a header of zlib's own
    const int made = deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzip + MAX_WBITS,
                                  MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY);
    NEVE_CHECK(made == Z_OK, "gzip does not start");
  }
  ~GzipSink() override { deflateEnd(&stream_); }
  GzipSink(const GzipSink&) = delete;
  GzipSink& operator=(const GzipSink&) = delete;
  void write(std::string_view bytes) override {
    // Sizes are of 32 bits there.
    for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), kMost))) {
      run(bytes.substr(0, kMost), Z_NO_FLUSH);
    }
  }
  void finish() override {
    run({}, Z_FINISH);
    to_->finish();
  }

 private:
  static constexpr std::size_t kMost = std::size_t{1} << 30U;
  void run(std::string_view bytes, int flush) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    std::array<char, kBlockBytes> block;
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(block.data());
      stream_.avail_out = static_cast<uInt>(block.size());
      NEVE_CHECK(deflate(&stream_, flush) != Z_STREAM_ERROR, "gzip fails");
      to_->write({block.data(), block.size() - stream_.avail_out});
    } while (stream_.avail_out == 0);
  }
  ByteSinkPtr to_;
  z_stream stream_{};
};

class Bzip2Sink final : public ByteSink {
 public:
  explicit Bzip2Sink(ByteSinkPtr to) : to_(std::move(to)) {
    constexpr int kLargestBlocks = 9;
    NEVE_CHECK(BZ2_bzCompressInit(&stream_, kLargestBlocks, 0, 0) == BZ_OK, "bzip2 does not start");
  }
  ~Bzip2Sink() override { BZ2_bzCompressEnd(&stream_); }
  Bzip2Sink(const Bzip2Sink&) = delete;
  Bzip2Sink& operator=(const Bzip2Sink&) = delete;
  void write(std::string_view bytes) override {
    for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), kMost))) {
      run(bytes.substr(0, kMost), BZ_RUN);
    }
  }
  void finish() override {
    run({}, BZ_FINISH);
    to_->finish();
  }

 private:
  static constexpr std::size_t kMost = std::size_t{1} << 30U;
  void run(std::string_view bytes, int action) {
    stream_.next_in = const_cast<char*>(bytes.data());
    stream_.avail_in = static_cast<unsigned>(bytes.size());
    std::array<char, kBlockBytes> block;
    int state = BZ_OK;
    do {
      stream_.next_out = block.data();
      stream_.avail_out = static_cast<unsigned>(block.size());
      state = BZ2_bzCompress(&stream_, action);
      NEVE_CHECK(state >= 0, "bzip2 fails");
      to_->write({block.data(), block.size() - stream_.avail_out});
    } while (action == BZ_FINISH ? state != BZ_STREAM_END : stream_.avail_in != 0);
  }
  ByteSinkPtr to_;
  bz_stream stream_{};
};

class ZstdSink final : public ByteSink {
 public:
  explicit ZstdSink(ByteSinkPtr to) : to_(std::move(to)), stream_(ZSTD_createCStream()) {
    NEVE_CHECK(stream_ != nullptr, "zstd does not start");
  }
  ~ZstdSink() override { ZSTD_freeCStream(stream_); }
  ZstdSink(const ZstdSink&) = delete;
  ZstdSink& operator=(const ZstdSink&) = delete;
  void write(std::string_view bytes) override { run(bytes, ZSTD_e_continue); }
  void finish() override {
    run({}, ZSTD_e_end);
    to_->finish();
  }

 private:
  void run(std::string_view bytes, ZSTD_EndDirective directive) {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    std::array<char, kBlockBytes> block;
    std::size_t left = 0;
    do {
      ZSTD_outBuffer out{block.data(), block.size(), 0};
      left = ZSTD_compressStream2(stream_, &out, &in, directive);
      NEVE_CHECK(ZSTD_isError(left) == 0, "zstd fails");
      to_->write({block.data(), out.pos});
    } while (directive == ZSTD_e_end ? left != 0 : in.pos != in.size);
  }
  ByteSinkPtr to_;
  ZSTD_CStream* stream_;
};

/// CRC-32C, for which every CPU that Neve runs on has an instruction.
std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t crc = ~0U;
  for (const char c : bytes) crc = _mm_crc32_u8(crc, static_cast<unsigned char>(c));
  return ~crc;
}

/// The framing format of snappy's makers: chunks of at most 64 KiB, each with its checksum.
class SnappySink final : public ByteSink {
 public:
  explicit SnappySink(ByteSinkPtr to) : to_(std::move(to)) {
    to_->write(std::string_view("\xFF\x06\x00\x00sNaPpY", 10));
  }
  void write(std::string_view bytes) override {
    while (!bytes.empty()) {
      const std::size_t taken = std::min(bytes.size(), kBlockBytes - block_.size());
      block_.append(bytes.substr(0, taken));
      bytes.remove_prefix(taken);
      if (block_.size() == kBlockBytes) flush();
    }
  }
  void finish() override {
    if (!block_.empty()) flush();
    to_->finish();
  }

 private:
  void flush() {
    std::size_t size = snappy_max_compressed_length(block_.size());
    packed_.resize(size);
    const auto done = snappy_compress(block_.data(), block_.size(), packed_.data(), &size);
    NEVE_CHECK(done == SNAPPY_OK, "snappy fails");
    const bool smaller = size < block_.size();
    const std::string_view body = smaller ? std::string_view(packed_.data(), size) : block_;
    // Masked as the format says, as sums of data that hold sums collide easily.
    const std::uint32_t crc = crc32c(block_);
    const std::uint32_t masked = ((crc >> 15U) | (crc << 17U)) + 0xA282EAD8U;
    const auto length = static_cast<std::uint32_t>(body.size() + sizeof masked);
    std::array<char, 8> head{};
    const std::uint32_t first = length << 8U | (smaller ? 0U : 1U);
    std::memcpy(head.data(), &first, sizeof first);
    std::memcpy(head.data() + sizeof first, &masked, sizeof masked);
    to_->write({head.data(), head.size()});
    to_->write(body);
    block_.clear();
  }
  ByteSinkPtr to_;
  std::string block_;
  std::vector<char> packed_;
};

}  // namespace

Packing packing_of_word(const std::string& word) {
  std::string lower = word;
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  constexpr std::pair<std::string_view, Packing> kWords[] = {
      {"", Packing::none},       {"none", Packing::none}, {"gzip", Packing::gzip},
      {"bzip2", Packing::bzip2}, {"zstd", Packing::zstd}, {"snappy", Packing::snappy}};
  for (const auto& [known, packing] : kWords) {
    if (lower == known) return packing;
  }
  throw InputError::illegal_argument("compression '" + word +
                                         "' is unknown; there are none, gzip, bzip2, zstd and "
                                         "snappy.",
                                     {{"compression", word}});
}

ByteSinkPtr pack_into(ByteSinkPtr to, Packing packing) {
  switch (packing) {
    case Packing::none:
      return to;
    case Packing::gzip:
      return std::make_unique<GzipSink>(std::move(to));
    case Packing::bzip2:
      return std::make_unique<Bzip2Sink>(std::move(to));
    case Packing::zstd:
      return std::make_unique<ZstdSink>(std::move(to));
    case Packing::snappy:
      break;
  }
  return std::make_unique<SnappySink>(std::move(to));
}

}  // namespace neve::ingest

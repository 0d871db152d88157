#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <bzlib.h>
#include <lz4frame.h>
#include <lzma.h>
#include <neve/base/error.hpp>
#include <snappy-c.h>
#include <zlib.h>
#include <zstd.h>

namespace neve::ingest {

inline std::string pack_gzip(std::string_view plain) {
  z_stream stream{};
  NEVE_CHECK(deflateInit2(&stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string packed(deflateBound(&stream, plain.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  NEVE_CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

inline std::string pack_bzip2(std::string_view plain) {
  std::string packed(plain.size() + plain.size() / 50 + 1024, '\0');
  auto size = static_cast<unsigned>(packed.size());
  NEVE_CHECK(BZ2_bzBuffToBuffCompress(packed.data(), &size, const_cast<char*>(plain.data()),
                                      static_cast<unsigned>(plain.size()), 9, 0, 0) == BZ_OK);
  packed.resize(size);
  return packed;
}

inline std::string pack_xz(std::string_view plain) {
  std::string packed(lzma_stream_buffer_bound(plain.size()), '\0');
  std::size_t size = 0;
  NEVE_CHECK(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC64, nullptr,
                                     reinterpret_cast<const std::uint8_t*>(plain.data()),
                                     plain.size(), reinterpret_cast<std::uint8_t*>(packed.data()),
                                     &size, packed.size()) == LZMA_OK);
  packed.resize(size);
  return packed;
}

/// As the command-line tool does it: with a checksum.
inline std::string pack_zstd(std::string_view plain) {
  std::string packed(ZSTD_compressBound(plain.size()), '\0');
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  packed.resize(ZSTD_compress2(context, packed.data(), packed.size(), plain.data(), plain.size()));
  ZSTD_freeCCtx(context);
  return packed;
}

inline std::string pack_lz4(std::string_view plain) {
  LZ4F_preferences_t preferences{};
  preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
  std::string packed(LZ4F_compressFrameBound(plain.size(), &preferences), '\0');
  packed.resize(
      LZ4F_compressFrame(packed.data(), packed.size(), plain.data(), plain.size(), &preferences));
  return packed;
}

/// Bit by bit, as the reader uses the processor's instruction.
inline std::uint32_t slow_crc32c(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0x82F63B78U : 0U);
  }
  return ~crc;
}

inline std::string snappy_chunk(char type, std::string_view plain, std::string_view body) {
  const std::uint32_t crc = slow_crc32c(plain);
  const std::uint32_t masked = ((crc >> 15U) | (crc << 17U)) + 0xA282EAD8U;
  const std::size_t length = body.size() + 4;
  std::string chunk{type, static_cast<char>(length), static_cast<char>(length >> 8U),
                    static_cast<char>(length >> 16U)};
  for (int i = 0; i < 4; ++i) chunk += static_cast<char>(masked >> (8 * i));
  return chunk.append(body);
}

inline std::string pack_snappy(std::string_view plain) {
  std::string packed("\xFF\x06\0\0sNaPpY", 10);
  for (std::size_t at = 0; at < plain.size(); at += 65536) {
    const std::string_view piece = plain.substr(at, 65536);
    std::string body(snappy_max_compressed_length(piece.size()), '\0');
    std::size_t size = body.size();
    NEVE_CHECK(snappy_compress(piece.data(), piece.size(), body.data(), &size) == SNAPPY_OK);
    body.resize(size);
    packed += snappy_chunk('\0', piece, body);
  }
  return packed;
}

struct Packer {
  std::string_view name;
  std::string (*pack)(std::string_view);
  bool notices_any_cut = true;  // but between two chunks, where nothing says that more follows
};

inline const std::vector<Packer>& packers() {
  static const std::vector<Packer> kPackers = {
      {"gzip", &pack_gzip}, {"bzip2", &pack_bzip2}, {"xz", &pack_xz},
      {"zstd", &pack_zstd}, {"lz4", &pack_lz4},     {"snappy", &pack_snappy, false}};
  return kPackers;
}

}  // namespace neve::ingest

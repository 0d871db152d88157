#include "rest/http/zip.hpp"

#include <zlib.h>

#include <cstdint>
#include <limits>

#include <neve/base/error.hpp>

namespace neve::rest::http {

namespace {

void append16(std::string& out, std::size_t value) {
  out.push_back(static_cast<char>(value & 0xFFU));
  out.push_back(static_cast<char>(value >> 8U & 0xFFU));
}

void append32(std::string& out, std::size_t value) {
  NEVE_CHECK(value <= std::numeric_limits<std::uint32_t>::max(), "archive over 4 GiB");
  append16(out, value & 0xFFFFU);
  append16(out, value >> 16U);
}

/// Deflate without the zlib header around it, as ZIP wants it.
std::string deflated(const std::string& text) {
  z_stream stream{};
  constexpr int kRawWindow = -15;
  constexpr int kMemoryLevel = 8;
  NEVE_CHECK(deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kRawWindow, kMemoryLevel,
                          Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int ended = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  NEVE_CHECK(ended == Z_STREAM_END);
  return out;
}

/// What the local and the central header of a file share.
std::string shared_header(const std::string& name, const std::string& content,
                          const std::string& packed) {
  constexpr std::size_t kVersion = 20;
  constexpr std::size_t kUtf8Names = 0x0800;
  constexpr std::size_t kDeflate = 8;
  constexpr std::size_t kFirstOfJanuary1980 = 0x21;
  std::string out;
  append16(out, kVersion);
  append16(out, kUtf8Names);
  append16(out, kDeflate);
  append16(out, 0);  // midnight
  append16(out, kFirstOfJanuary1980);
  append32(out, ::crc32(0, reinterpret_cast<const Bytef*>(content.data()),
                        static_cast<uInt>(content.size())));
  append32(out, packed.size());
  append32(out, content.size());
  append16(out, name.size());
  append16(out, 0);  // no extra field
  return out;
}

}  // namespace

std::string zip_of(const std::vector<std::pair<std::string, std::string>>& files) {
  std::string archive;
  std::string directory;
  for (const auto& [name, content] : files) {
    const std::string packed = deflated(content);
    const std::string header = shared_header(name, content, packed);
    const std::size_t offset = archive.size();
    archive.append("PK\3\4").append(header).append(name).append(packed);
    directory.append("PK\1\2");
    append16(directory, 20);  // made by: version 2.0, no file attributes
    directory.append(header).append(std::string(10, '\0'));  // no comment, first disk, attributes
    append32(directory, offset);
    directory.append(name);
  }
  const std::size_t start = archive.size();
  archive.append(directory).append("PK\5\6").append(4, '\0');
  append16(archive, files.size());
  append16(archive, files.size());
  append32(archive, directory.size());
  append32(archive, start);
  append16(archive, 0);  // no comment
  return archive;
}

}  // namespace neve::rest::http

#include "ingest/checksum_file.hpp"

#include <algorithm>

#include <zlib.h>

namespace neve::ingest {

namespace {

constexpr std::size_t kBlockBytes = 512;

}  // namespace

void ChecksumFile::append_big_endian(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    out += static_cast<char>(value >> static_cast<unsigned>(shift) & 0xFFU);
  }
}

void ChecksumFile::close_block() {
  append_big_endian(sums_, crc_);
  crc_ = 0;
  in_block_ = 0;
}

void ChecksumFile::add(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const std::size_t count = std::min(bytes.size(), kBlockBytes - in_block_);
    const auto* data = reinterpret_cast<const Bytef*>(bytes.data());
    crc_ = static_cast<std::uint32_t>(crc32(crc_, data, static_cast<uInt>(count)));
    in_block_ += count;
    bytes = bytes.subspan(count);
    if (in_block_ == kBlockBytes) close_block();
  }
}

std::string ChecksumFile::finish() {
  if (in_block_ != 0) close_block();
  std::string contents("crc\0", 4);
  append_big_endian(contents, kBlockBytes);
  return contents + sums_;
}

std::string ChecksumFile::path_of(const std::string& path) {
  const std::size_t name = path.rfind('/') + 1;  // npos + 1 is 0
  return path.substr(0, name) + "." + path.substr(name) + ".crc";
}

}  // namespace neve::ingest

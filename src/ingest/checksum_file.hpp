#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace neve::ingest {

/// What Hadoop's local file system writes beside a file: CRC-32s of its blocks of 512 bytes.
class ChecksumFile {
 public:
  void add(std::span<const std::byte> bytes);
  /// The contents, once all bytes were added.
  [[nodiscard]] std::string finish();
  /// The path of the file that holds the checksums of `path`.
  static std::string path_of(const std::string& path);

 private:
  void close_block();
  static void append_big_endian(std::string& out, std::uint32_t value);
  std::uint32_t crc_ = 0;
  std::size_t in_block_ = 0;
  std::string sums_;
};

}  // namespace neve::ingest

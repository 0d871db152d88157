#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "fuzz/plain_text_fuzz.hpp"

namespace {

void put_u32(std::string& bytes, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) bytes[at + i] = static_cast<char>(value >> (8 * i));
}

/// A compound file of one stream, in as few sectors as hold it: table, directory, stream.
std::string compound_file(const std::string& stream) {
  constexpr std::size_t kSector = 512;
  constexpr std::uint32_t kEnd = 0xFFFFFFFE;
  const std::size_t sectors = std::max<std::size_t>(8, (stream.size() + kSector - 1) / kSector);
  std::string bytes("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8);
  bytes.resize((3 + sectors) * kSector, '\0');
  bytes[30] = 9;
  bytes[32] = 6;
  put_u32(bytes, 48, 1);     // the directory
  put_u32(bytes, 60, kEnd);  // no small sectors
  put_u32(bytes, 68, kEnd);  // no more tables
  for (std::size_t at = 80; at < kSector; at += 4) put_u32(bytes, at, 0xFFFFFFFF);
  put_u32(bytes, kSector, 0xFFFFFFFD);
  put_u32(bytes, kSector + 4, kEnd);
  for (std::size_t i = 0; i < sectors; ++i) {
    const bool last = i + 1 == sectors;
    put_u32(bytes, kSector + 4 * (i + 2), last ? kEnd : static_cast<std::uint32_t>(i + 3));
  }
  const std::size_t entry = 2 * kSector;
  bytes[entry + 66] = 5;
  const std::string name = "Workbook";
  for (std::size_t i = 0; i < name.size(); ++i) bytes[entry + 128 + 2 * i] = name[i];
  bytes[entry + 128 + 64] = static_cast<char>(2 * name.size() + 2);
  bytes[entry + 128 + 66] = 2;
  put_u32(bytes, entry + 128 + 116, 2);
  put_u32(bytes, entry + 128 + 120, static_cast<std::uint32_t>(sectors * kSector));
  return bytes.replace(3 * kSector, stream.size(), stream);
}

}  // namespace

/// As a whole file, and as the stream of records within one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kMost = 120 * 512;  // what one sector of the table tells of
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  neve::ingest::read_as_text(bytes);
  if (size <= kMost) neve::ingest::read_as_text(compound_file(bytes));
  return 0;
}

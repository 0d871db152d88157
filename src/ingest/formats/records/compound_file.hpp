#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <neve/base/budget.hpp>

#include "ingest/sources/byte_source.hpp"
#include "ingest/sources/owned_bytes.hpp"

namespace neve::ingest {

/// Little-endian numbers at a place of bytes; the caller has checked that they are there.
std::uint16_t u16_at(std::string_view bytes, std::size_t at);
std::uint32_t u32_at(std::string_view bytes, std::size_t at);

/// A file of several streams, as Office made them before 2007 ([MS-CFB]). In memory while it is
/// open. For one thread; the file outlives it. Throws InputError with the byte where it is damaged
/// or cut off, OutOfMemoryError.
class CompoundFile {
 public:
  CompoundFile(const ByteSource& file, Budget& budget);
  /// The bytes of a stream; null where there is none of this name, which is of ASCII.
  std::shared_ptr<const OwnedBytes> stream(std::string_view name);

 private:
  using Sectors = std::vector<std::uint32_t>;
  [[noreturn]] void damaged(std::uint64_t byte, const std::string& why) const;
  [[nodiscard]] std::string_view sector(std::uint32_t number) const;
  [[nodiscard]] std::uint64_t place_of(std::uint32_t sector) const;
  void read_table();
  void add_table_of(std::uint32_t sector);
  /// The numbers of the sectors from `first` on, as `table` tells them.
  [[nodiscard]] Sectors chain(std::uint32_t first, const Sectors& table) const;
  std::shared_ptr<OwnedBytes> contents(std::uint32_t first, std::uint64_t size);
  std::shared_ptr<OwnedBytes> small_contents(std::uint32_t first, std::uint64_t size);

  const ByteSource& file_;
  Budget& budget_;
  std::shared_ptr<OwnedBytes> all_;
  std::size_t sector_bytes_ = 512;
  Reservation table_memory_;
  Sectors table_;        // of each sector the next one
  std::string entries_;  // of the directory
};

}  // namespace neve::ingest

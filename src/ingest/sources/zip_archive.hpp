#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include <neve/base/budget.hpp>

#include "ingest/sources/byte_source.hpp"
#include "ingest/sources/owned_bytes.hpp"

namespace neve::ingest {

/// The whole file in memory.
std::shared_ptr<OwnedBytes> load_file(const ByteSource& file, Budget& budget);

/// A zip archive, held in memory while it is open, as the list of its files is at its end. For one
/// thread; the file outlives it. Everything throws InputError where the archive is damaged.
class ZipArchive {
 public:
  /// Throws OutOfMemoryError.
  ZipArchive(const ByteSource& file, Budget& budget);
  ~ZipArchive();
  ZipArchive(const ZipArchive&) = delete;
  ZipArchive& operator=(const ZipArchive&) = delete;

  /// Whether there is a file of this name.
  [[nodiscard]] bool has(const std::string& name) const;
  /// Appends the first of the files that is no folder, or its first bytes. Throws InputError where
  /// there is none.
  void read_first_file(std::size_t most, OwnedBytes& into);
  /// Calls `take` with one piece of a file after the other, until it says false. False where there
  /// is no such file.
  bool read(const std::string& name, const std::function<bool(std::string_view)>& take);

 private:
  struct State;
  struct Entry;
  [[noreturn]] void damaged(const std::string& why) const;
  [[nodiscard]] std::unique_ptr<Entry> opened(std::uint64_t index) const;
  std::size_t read_some(Entry& entry, std::span<char> out) const;

  const ByteSource& file_;
  std::shared_ptr<OwnedBytes> packed_;
  std::unique_ptr<State> state_;
};

}  // namespace neve::ingest

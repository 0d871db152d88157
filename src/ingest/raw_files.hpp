#pragma once

#include <cstdint>
#include <string>

#include <neve/base/buffer.hpp>
#include <neve/store/store.hpp>

#include "ingest/sources/byte_source.hpp"

namespace neve::ingest {

/// Files that were imported or uploaded and not yet parsed, by their names in the catalogue.
/// Imported ones stay where they are; uploads are bytes in the store. Thread-safe.
class RawFiles {
 public:
  explicit RawFiles(store::Store& store) : store_(store) {}
  void put_path(const std::string& key, const std::string& path);
  /// The first `size` of `bytes`. Throws OutOfMemoryError.
  void put_bytes(const std::string& key, SharedBuffer bytes, std::int64_t size);
  [[nodiscard]] bool has(const std::string& key) const;
  /// As it was stored, not unpacked. Throws InputError where there is no such raw file, or it can
  /// no longer be read.
  [[nodiscard]] ByteSourcePtr open(const std::string& key) const;
  /// Unknown names are ignored, as are those of other things.
  void remove(const std::string& key);

 private:
  struct Manifest;
  store::Store& store_;
};

}  // namespace neve::ingest

#pragma once

#include <span>
#include <string>

#include <neve/frame/chunk.hpp>
#include <neve/mr/engine.hpp>
#include <neve/store/store.hpp>

#include "ingest/sources/byte_source.hpp"

namespace neve::ingest {

/// One file as the catalogue has it: a path, or bytes that were sent.
struct RawFile {
  std::string path;  ///< empty for bytes
  store::Blob blob;
  template <class Archive>
  void fields(Archive& archive) {
    archive(path, blob);
  }
};

/// Files that were imported or uploaded and not yet parsed, by their names in the catalogue.
/// Imported ones stay where they are; uploads live as row groups do, with copies. Thread-safe.
class RawFiles {
 public:
  explicit RawFiles(mr::Engine& engine) : engine_(engine) {}
  void put_path(const std::string& key, const std::string& path);
  /// Throws OutOfMemoryError.
  void put_bytes(const std::string& key, std::span<const frame::Chunk> pieces);
  [[nodiscard]] bool has(const std::string& key) const;
  /// Throws InputError where there is no such raw file.
  [[nodiscard]] RawFile require(const std::string& key) const;
  /// As it was stored, not unpacked. Throws InputError where it can no longer be read.
  [[nodiscard]] ByteSourcePtr open(const std::string& key, const RawFile& file) const;
  /// Unknown names are ignored, as are those of other things.
  void remove(const std::string& key);

 private:
  mr::Engine& engine_;
};

}  // namespace neve::ingest

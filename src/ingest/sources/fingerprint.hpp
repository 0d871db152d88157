#pragma once

#include <cstdint>
#include <string>

#include <neve/ingest/path_policy.hpp>

#include "ingest/sources/byte_source.hpp"

namespace neve::ingest {

/// By what nodes tell that files of one path are the same file, or equal copies.
struct Fingerprint {
  FileStamp stamp;
  std::uint64_t sample = 0;  ///< hash of some of its bytes
  template <class Archive>
  void fields(Archive& archive) {
    archive(stamp, sample);
  }
};

/// XXH3 of blocks at fixed places of the file, the first and the last among them.
std::uint64_t sample_hash(const ByteSource& file);

/// This machine's file of that path where it is the same. Null where it has none that `policy` lets
/// be read, or one that was changed at another time, so that nobody knows. Throws InputError, which
/// names `node`, where it is another one.
ByteSourcePtr open_if_same(const std::string& path, const Fingerprint& wanted,
                           const PathPolicy& policy, const std::string& node);

/// Throws InputError, which names `node`, where the file is not as it was.
void check_unchanged(const ByteSource& file, const FileStamp& before, const std::string& node);

}  // namespace neve::ingest

#include "ingest/raw_files.hpp"

#include <neve/base/error.hpp>

#include "ingest/sources/blob_source.hpp"
#include "ingest/sources/local_file.hpp"

namespace neve::ingest {
namespace {

store::Entry entry_of(const std::string& key, const RawFile& file) {
  store::Entry entry;
  entry.name = key;
  entry.kind = store::Kind::upload;
  entry.manifest = std::make_shared<const wire::Bytes>(wire::encode(file));
  if (file.path.empty()) entry.columns = {file.blob.column};
  return entry;
}

}  // namespace

void RawFiles::put_path(const std::string& key, const std::string& path) {
  engine_.store().commit({.put = {entry_of(key, {path, {}})}});
}

void RawFiles::put_bytes(const std::string& key, std::span<const frame::Chunk> pieces) {
  const auto [blob, lease] = engine_.keep(pieces);
  engine_.store().commit({.put = {entry_of(key, {{}, blob})}});
}

bool RawFiles::has(const std::string& key) const {
  const auto entry = engine_.store().catalog().find(key);
  return entry && entry->kind == store::Kind::upload;
}

RawFile RawFiles::require(const std::string& key) const {
  const auto entry = engine_.store().catalog().find(key);
  if (!entry || entry->kind != store::Kind::upload) {
    throw InputError::bad_request(
        "Key not loaded: " + key + "; import or upload the file first, as parsing removes it.",
        {{"source_frames", key}});
  }
  return wire::decode<RawFile>(*entry->manifest);
}

ByteSourcePtr RawFiles::open(const std::string& key, const RawFile& file) const {
  if (!file.path.empty()) return open_local_file(file.path);
  return std::make_shared<BlobSource>(key, engine_, file.blob);
}

void RawFiles::remove(const std::string& key) {
  if (has(key)) engine_.store().commit({.remove = {key}});
}

}  // namespace neve::ingest

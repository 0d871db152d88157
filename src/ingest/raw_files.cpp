#include "ingest/raw_files.hpp"

#include <neve/base/error.hpp>

#include "ingest/sources/local_file.hpp"
#include "ingest/sources/memory_source.hpp"

namespace neve::ingest {

struct RawFiles::Manifest {
  std::string path;  // empty for bytes in the store
  std::int64_t size = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(path, size);
  }
};

void RawFiles::put_path(const std::string& key, const std::string& path) {
  store::Entry entry;
  entry.name = key;
  entry.kind = store::Kind::upload;
  entry.manifest = std::make_shared<const wire::Bytes>(wire::encode(Manifest{path, 0}));
  store_.commit({.put = {std::move(entry)}});
}

void RawFiles::put_bytes(const std::string& key, SharedBuffer bytes, std::int64_t size) {
  const ColumnId id = store_.new_column_id();
  store_.put(id, GroupIndex(0), std::move(bytes));
  store_.commit({.new_columns = {.ids = {id}}});
  const store::ColumnLease lease(store_, id);
  store::Entry entry;
  entry.name = key;
  entry.kind = store::Kind::upload;
  entry.manifest = std::make_shared<const wire::Bytes>(wire::encode(Manifest{{}, size}));
  entry.columns = {id};
  store_.commit({.put = {std::move(entry)}});
}

bool RawFiles::has(const std::string& key) const {
  const auto entry = store_.catalog().find(key);
  return entry && entry->kind == store::Kind::upload;
}

ByteSourcePtr RawFiles::open(const std::string& key) const {
  const auto entry = store_.catalog().find(key);
  if (!entry || entry->kind != store::Kind::upload) {
    throw InputError::bad_request(
        "Key not loaded: " + key + "; import or upload the file first, as parsing removes it.",
        {{"source_frames", key}});
  }
  const auto manifest = wire::decode<Manifest>(*entry->manifest);
  if (!manifest.path.empty()) return open_local_file(manifest.path);
  NEVE_CHECK(entry->columns.size() == 1);
  SharedBuffer bytes = store_.find(entry->columns[0], GroupIndex(0));
  if (!bytes) throw InputError::object_not_found(key, "source_frames");
  const std::string_view view(reinterpret_cast<const char*>(bytes->bytes().data()),
                              static_cast<std::size_t>(manifest.size));
  return std::make_shared<MemorySource>(key, view, std::move(bytes));
}

void RawFiles::remove(const std::string& key) {
  if (has(key)) store_.commit({.remove = {key}});
}

}  // namespace neve::ingest

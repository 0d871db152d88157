#include "store/api/objects.hpp"

#include <memory>
#include <utility>

#include <neve/base/error.hpp>

namespace neve::store {

Entry object_entry(std::string name, Kind kind, const Kept& kept) {
  Entry entry;
  entry.name = std::move(name);
  entry.kind = kind;
  if (kept.blob) entry.columns.push_back(kept.blob->column);
  entry.manifest = std::make_shared<const wire::Bytes>(wire::encode(kept));
  return entry;
}

void put_object(Store& store, Blobs& blobs, std::string name, Kind kind, wire::Bytes bytes) {
  const Kept kept = keep(blobs, std::move(bytes));  // its lease must live until the entry is there
  store.commit({.put = {object_entry(std::move(name), kind, kept)}});
}

std::optional<wire::Bytes> find_object(const Store& store, Blobs& blobs, std::string_view name,
                                       Kind kind) {
  std::optional<wire::Bytes> bytes;
  read_entry(store, name, kind, [&](const Entry& entry) {
    bytes = fetch(blobs, wire::decode<Kept>(*entry.manifest));
  });
  return bytes;
}

bool read_entry(const Store& store, std::string_view name, Kind kind,
                const std::function<void(const Entry&)>& read) {
  while (true) {
    const auto entry = store.catalog().find(name);
    if (!entry || entry->kind != kind) return false;
    try {
      read(*entry);
      return true;
    } catch (const ClusterError&) {
      const auto now = store.catalog().find(name);
      if (now && now->version == entry->version) throw;
    }
  }
}

}  // namespace neve::store

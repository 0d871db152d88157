#include <neve/frame/frame.hpp>

#include <algorithm>

#include <neve/base/error.hpp>

namespace neve::frame {

const Column& Frame::column(ColumnIndex index) const {
  NEVE_CHECK(index.value() >= 0 && index.value() < width());
  return columns[static_cast<std::size_t>(index.value())];
}

std::optional<ColumnIndex> Frame::find(std::string_view name) const {
  const auto at = std::ranges::find(names, name);
  if (at == names.end()) return std::nullopt;
  return ColumnIndex(static_cast<std::int32_t>(at - names.begin()));
}

ColumnIndex Frame::require(std::string_view name) const {
  if (const auto index = find(name)) return *index;
  throw InputError::not_found("Column " + std::string(name) + " not found in frame " + key + ".",
                              {{"column", std::string(name)}, {"frame_id", key}});
}

Frame Frame::select(std::span<const ColumnIndex> picked) const {
  Frame made;
  made.layout = layout;
  for (const ColumnIndex index : picked) {
    made.add(names[static_cast<std::size_t>(index.value())], column(index));
  }
  return made;
}

void Frame::add(std::string name, Column column) {
  names.push_back(std::move(name));
  columns.push_back(std::move(column));
}

std::vector<ColumnId> column_ids(const Frame& frame) {
  std::vector<ColumnId> ids;
  for (const Column& column : frame.columns) ids.push_back(column.id);
  return ids;
}

namespace {

/// False where the columns are gone by now.
bool take_leases(store::Store& store, Frame& frame) {
  try {
    if (!store.commit({.add_refs = column_ids(frame)}).accepted) return false;
  } catch (const ClusterError&) {
    // Without a quorum nothing is freed either, so that the frame can be read all the same.
    return true;
  }
  for (Column& column : frame.columns) {
    column.lease = std::make_shared<const store::ColumnLease>(store, column.id);
  }
  return true;
}

}  // namespace

/// Nothing where the description is gone by now.
std::optional<Frame> Frames::read(const store::Entry& entry) const {
  const auto kept = wire::decode<store::Kept>(*entry.manifest);
  if (!kept.blob) return wire::decode<Frame>(kept.bytes);
  {
    const std::lock_guard lock(mutex_);
    const auto known = fetched_.find(entry.name);
    if (known != fetched_.end() && known->second.version == entry.version) {
      return known->second.frame;
    }
  }
  Frame frame;
  try {
    frame = wire::decode<Frame>(blobs_.fetch(*kept.blob));
  } catch (const ClusterError&) {
    if (store_.catalog().has_column(kept.blob->column)) throw;
    return std::nullopt;
  }
  constexpr std::size_t kMostFetched = 64;
  const std::lock_guard lock(mutex_);
  if (fetched_.size() >= kMostFetched) fetched_.clear();
  fetched_[entry.name] = {entry.version, frame};
  return frame;
}

std::optional<Frame> Frames::find(std::string_view key) const {
  // The name may be replaced between the look-up and the taking of its columns; then look again.
  std::uint64_t refused_version = 0;
  while (true) {
    const auto entry = store_.catalog().find(key);
    if (!entry || entry->kind != store::Kind::frame) return std::nullopt;
    if (entry->version == refused_version) {
      throw ClusterError("The cluster has gone on without this node, which will start anew.");
    }
    auto frame = read(*entry);
    if (frame && take_leases(store_, *frame)) return frame;
    refused_version = entry->version;
  }
}

Frame Frames::require(std::string_view key, std::string_view argument) const {
  if (auto frame = find(key)) return *std::move(frame);
  throw InputError::object_not_found(std::string(key), std::string(argument));
}

void Frames::publish(const Frame& frame, std::string session) {
  NEVE_CHECK(!frame.key.empty() && frame.names.size() == frame.columns.size() && frame.layout);
  const store::Kept kept = store::keep(blobs_, wire::encode(frame));
  store::Entry entry;
  entry.name = frame.key;
  entry.kind = store::Kind::frame;
  entry.manifest = std::make_shared<const wire::Bytes>(wire::encode(kept));
  entry.session = std::move(session);
  entry.columns = column_ids(frame);
  if (kept.blob) entry.columns.push_back(kept.blob->column);
  store_.commit({.put = {std::move(entry)}});
}

std::vector<std::string> Frames::keys() const {
  std::vector<std::string> keys;
  for (const store::Entry& entry : store_.catalog().list(store::Kind::frame))
    keys.push_back(entry.name);
  return keys;
}

bool Frames::remove(std::string_view key) {
  const auto entry = store_.catalog().find(key);
  if (!entry || entry->kind != store::Kind::frame) return false;
  store_.commit({.remove = {std::string(key)}});
  return true;
}

}  // namespace neve::frame

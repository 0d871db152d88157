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

Frame frame_of(const store::Entry& entry) {
  NEVE_CHECK(entry.kind == store::Kind::frame && entry.manifest);
  auto frame = wire::decode<Frame>(*entry.manifest);
  frame.key = entry.name;
  return frame;
}

store::Entry entry_of(const Frame& frame, std::string session) {
  NEVE_CHECK(!frame.key.empty() && frame.names.size() == frame.columns.size() && frame.layout);
  store::Entry entry;
  entry.name = frame.key;
  entry.kind = store::Kind::frame;
  entry.manifest = std::make_shared<const wire::Bytes>(wire::encode(frame));
  entry.session = std::move(session);
  for (const Column& column : frame.columns) entry.columns.push_back(column.id);
  return entry;
}

namespace {

/// False where the columns are gone by now.
bool take_leases(store::Store& store, const store::Entry& entry, Frame& frame) {
  try {
    if (!store.commit({.add_refs = entry.columns}).accepted) return false;
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

std::optional<Frame> Frames::find(std::string_view key) const {
  // The name may be replaced between the look-up and the taking of its columns; then look again.
  std::uint64_t refused_version = 0;
  while (true) {
    const auto entry = store_.catalog().find(key);
    if (!entry || entry->kind != store::Kind::frame) return std::nullopt;
    if (entry->version == refused_version) {
      throw ClusterError("The cluster has gone on without this node, which will start anew.");
    }
    Frame frame = frame_of(*entry);
    if (take_leases(store_, *entry, frame)) return frame;
    refused_version = entry->version;
  }
}

Frame Frames::require(std::string_view key, std::string_view argument) const {
  if (auto frame = find(key)) return *std::move(frame);
  throw InputError::object_not_found(std::string(key), std::string(argument));
}

void Frames::publish(const Frame& frame, std::string session) {
  store_.commit({.put = {entry_of(frame, std::move(session))}});
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

#include <neve/store/catalog.hpp>

#include <algorithm>

#include <neve/base/error.hpp>

namespace neve::store {

bool Catalog::acceptable(const Command& command) const {
  // A column whose count has reached zero is being freed everywhere: it cannot be taken up again.
  const bool columns_alive = std::ranges::all_of(
      command.add_refs, [this](ColumnId id) { return references_.contains(id); });
  const bool names_free =
      !command.only_if_absent || std::ranges::none_of(command.put, [this](const Entry& entry) {
        return entries_.contains(entry.name);
      });
  return columns_alive && names_free;
}

void Catalog::drop(const std::vector<ColumnId>& columns, Applied& applied) {
  for (const ColumnId id : columns) {
    const auto at = references_.find(id);
    NEVE_CHECK(at != references_.end(), "a column was dropped more often than taken");
    if (--at->second > 0) continue;
    references_.erase(at);
    applied.freed.push_back(id);
  }
}

void Catalog::remove_name(const std::string& name, Applied& applied) {
  const auto at = entries_.find(name);
  if (at == entries_.end()) return;
  const std::vector<ColumnId> columns = std::move(at->second.columns);
  entries_.erase(at);
  drop(columns, applied);
}

Applied Catalog::apply(const Command& command) {
  const std::unique_lock lock(mutex_);
  Applied applied;
  if (!acceptable(command)) {
    applied.accepted = false;
    applied.version = version_;
    return applied;
  }
  ++version_;
  // Counts go up before any goes down, so that nothing is freed in between.
  for (const ColumnId id : command.new_columns) ++references_[id];
  for (const ColumnId id : command.add_refs) ++references_[id];
  for (const Entry& entry : command.put) {
    for (const ColumnId id : entry.columns) ++references_[id];
  }
  for (const Entry& entry : command.put) {
    remove_name(entry.name, applied);
    Entry& stored = entries_[entry.name];
    stored = entry;
    stored.version = version_;
  }
  for (const std::string& name : command.remove) remove_name(name, applied);
  if (command.open_session) sessions_.insert(*command.open_session);
  if (command.close_session) {
    sessions_.erase(*command.close_session);
    std::vector<std::string> temporaries;
    for (const auto& [name, entry] : entries_) {
      if (entry.session == *command.close_session) temporaries.push_back(name);
    }
    for (const std::string& name : temporaries) remove_name(name, applied);
  }
  drop(command.drop_refs, applied);
  applied.version = version_;
  return applied;
}

/// The state as bytes have it: everything in an order.
struct Catalog::Image {
  std::uint64_t version = 0;
  std::vector<Entry> entries;
  std::vector<std::string> sessions;
  std::map<ColumnId, std::int64_t> references;
  template <class Archive>
  void fields(Archive& archive) {
    archive(version, entries, sessions, references);
  }
};

wire::Bytes Catalog::snapshot() const {
  const std::shared_lock lock(mutex_);
  Image image;
  image.version = version_;
  for (const auto& [name, entry] : entries_) image.entries.push_back(entry);
  image.sessions.assign(sessions_.begin(), sessions_.end());
  image.references.insert(references_.begin(), references_.end());
  return wire::encode(image);
}

std::vector<ColumnId> Catalog::restore(std::span<const std::byte> snapshot) {
  Image image = wire::decode<Image>(snapshot);
  const std::unique_lock lock(mutex_);
  std::vector<ColumnId> freed;
  for (const auto& [id, count] : references_) {
    if (!image.references.contains(id)) freed.push_back(id);
  }
  std::ranges::sort(freed);
  version_ = image.version;
  entries_.clear();
  for (Entry& entry : image.entries) {
    const std::string name = entry.name;
    entries_[name] = std::move(entry);
  }
  sessions_ = {image.sessions.begin(), image.sessions.end()};
  references_ = {image.references.begin(), image.references.end()};
  return freed;
}

std::optional<Entry> Catalog::find(std::string_view name) const {
  const std::shared_lock lock(mutex_);
  const auto at = entries_.find(name);
  if (at == entries_.end()) return std::nullopt;
  return at->second;
}

std::vector<Entry> Catalog::list(std::optional<Kind> kind) const {
  const std::shared_lock lock(mutex_);
  std::vector<Entry> found;
  for (const auto& [name, entry] : entries_) {
    if (!kind || entry.kind == *kind) found.push_back(entry);
  }
  return found;
}

std::vector<std::string> Catalog::session_temporaries(std::string_view session) const {
  const std::shared_lock lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, entry] : entries_) {
    if (entry.session == session) names.push_back(name);
  }
  return names;
}

bool Catalog::has_session(std::string_view session) const {
  const std::shared_lock lock(mutex_);
  return sessions_.contains(session);
}

std::vector<std::string> Catalog::sessions() const {
  const std::shared_lock lock(mutex_);
  return {sessions_.begin(), sessions_.end()};
}

std::size_t Catalog::size() const {
  const std::shared_lock lock(mutex_);
  return entries_.size();
}

std::uint64_t Catalog::version() const {
  const std::shared_lock lock(mutex_);
  return version_;
}

}  // namespace neve::store

#include <neve/store/catalog.hpp>

#include <algorithm>

#include <neve/base/buffer.hpp>
#include <neve/base/error.hpp>

namespace neve::store {

bool Catalog::placed_right(const NewColumns& columns) const {
  if (columns.layout == LayoutId()) return true;
  if (!columns.placement) return false;
  const auto known = layouts_.find(columns.layout);
  return known == layouts_.end() ? columns.placement->epoch == view_->epoch
                                 : columns.placement->version == known->second.placement->version;
}

bool Catalog::owned_right(const Entry& entry, NodeId writer) const {
  const auto known = entries_.find(entry.name);
  const bool taken = known != entries_.end() && known->second.owner.value_or(writer) != writer;
  return !taken && entry.owner.value_or(writer) == writer;
}

bool Catalog::acceptable(const Command& command) const {
  // A column without references is being freed everywhere: it cannot be taken up again.
  const bool columns_alive =
      std::ranges::all_of(command.add_refs, [this](ColumnId id) { return columns_.contains(id); });
  const bool names_free =
      !command.only_if_absent || std::ranges::none_of(command.put, [this](const Entry& entry) {
        return entries_.contains(entry.name);
      });
  // A node that was evicted must not act on what it knew before.
  const bool from_member = view_->contains(command.writer);
  const bool owned = std::ranges::all_of(
      command.put, [&](const Entry& entry) { return owned_right(entry, command.writer); });
  return columns_alive && names_free && from_member && owned && placed_right(command.new_columns);
}

void Catalog::free_if_unused(ColumnId id, Applied& applied) {
  const auto at = columns_.find(id);
  if (at->second.names > 0 || !at->second.leases.empty()) return;
  if (const auto layout = layouts_.find(at->second.layout); layout != layouts_.end()) {
    layout->second.columns.erase(id);
    if (layout->second.columns.empty()) layouts_.erase(layout);
  }
  columns_.erase(at);
  applied.freed.push_back(id);
}

void Catalog::remove_name(const std::string& name, Applied& applied) {
  const auto at = entries_.find(name);
  if (at == entries_.end()) return;
  const std::vector<ColumnId> columns = std::move(at->second.columns);
  entries_.erase(at);
  for (const ColumnId id : columns) {
    const auto column = columns_.find(id);
    NEVE_CHECK(column != columns_.end() && column->second.names > 0);
    --column->second.names;
    free_if_unused(id, applied);
  }
}

void Catalog::add_columns(const Command& command) {
  const NewColumns& added = command.new_columns;
  if (added.layout != LayoutId() && !added.ids.empty()) {
    LayoutState& layout = layouts_[added.layout];
    if (!layout.placement) {
      Placement placement = *added.placement;
      placement.commit(version_);
      layout.placement = std::make_shared<const Placement>(std::move(placement));
    }
    layout.columns.insert(added.ids.begin(), added.ids.end());
  }
  for (const ColumnId id : added.ids) {
    ColumnState& column = columns_[id];
    column.layout = added.layout;
    ++column.leases[command.writer];
  }
  for (const ColumnId id : command.add_refs) ++columns_[id].leases[command.writer];
}

void Catalog::drop_leases(const Command& command, Applied& applied) {
  for (const ColumnId id : command.drop_refs) {
    const auto column = columns_.find(id);
    NEVE_CHECK(column != columns_.end(), "a column was dropped more often than taken");
    const auto lease = column->second.leases.find(command.writer);
    NEVE_CHECK(lease != column->second.leases.end(), "a lease was given up by another node");
    if (--lease->second == 0) column->second.leases.erase(lease);
    free_if_unused(id, applied);
  }
}

void Catalog::put_entries(const Command& command, Applied& applied) {
  // Counts go up before any goes down, so that nothing is freed in between.
  for (const Entry& entry : command.put) {
    for (const ColumnId id : entry.columns) {
      const auto column = columns_.find(id);
      NEVE_CHECK(column != columns_.end(), "a name for a column that is gone");
      ++column->second.names;
    }
  }
  for (const Entry& entry : command.put) {
    remove_name(entry.name, applied);
    Entry& stored = entries_[entry.name];
    stored = entry;
    stored.version = version_;
  }
}

void Catalog::close_session(const std::string& session, Applied& applied) {
  sessions_.erase(session);
  std::vector<std::string> temporaries;
  for (const auto& [name, entry] : entries_) {
    if (entry.session == session) temporaries.push_back(name);
  }
  for (const std::string& name : temporaries) remove_name(name, applied);
}

void Catalog::refill(const std::function<bool(Placement&)>& change, bool strictly) {
  const std::vector<NodeId> members = view_->homes();
  for (auto& [id, layout] : layouts_) {
    Placement placement = *layout.placement;
    bool changed = change(placement);
    changed |= placement.fill(members, copies_);
    changed |= placement.balance(members, strictly ? 0 : placement.usual_slack(members.size()));
    if (!changed) continue;
    placement.commit(version_);
    layout.placement = std::make_shared<const Placement>(std::move(placement));
  }
}

void Catalog::end_leases(NodeId gone, Applied& applied) {
  std::vector<ColumnId> held;
  for (auto& [id, column] : columns_) {
    if (column.leases.erase(gone) != 0) held.push_back(id);
  }
  for (const ColumnId id : held) free_if_unused(id, applied);
}

/// Spread by name, so that one node's jobs do not all go to the same other.
void Catalog::pass_on(NodeId gone) {
  const std::vector<NodeId> members = view_->homes();
  if (members.empty()) return;
  for (auto& [name, entry] : entries_) {
    if (entry.owner != gone) continue;
    entry.owner = members[hash_bytes(std::as_bytes(std::span(name))) % members.size()];
    entry.version = version_;
  }
}

Applied Catalog::change_view(const cluster::View& view) {
  const std::unique_lock lock(mutex_);
  Applied applied;
  applied.version = version_;
  if (view.epoch == view_->epoch) return applied;  // it came with a snapshot
  applied.version = ++version_;
  std::vector<NodeId> gone;
  for (const cluster::Member& member : view_->members) {
    if (!view.contains(member.id)) gone.push_back(member.id);
  }
  view_ = std::make_shared<const cluster::View>(view);
  for (const NodeId node : gone) {
    end_leases(node, applied);
    pass_on(node);
  }
  refill([&gone](Placement& placement) {
    bool lost = false;
    for (const NodeId node : gone) lost |= placement.drop(node);
    return lost;
  });
  return applied;
}

void Catalog::note_arrival(const Arrival& arrival) {
  const auto at = layouts_.find(arrival.layout);
  if (at == layouts_.end()) return;
  Placement placement = *at->second.placement;
  if (!placement.arrived(arrival.first_group, arrival.end_group, arrival.node, arrival.since))
    return;
  const std::vector<NodeId> members = view_->homes();
  placement.fill(members, copies_);
  placement.balance(members, placement.usual_slack(members.size()));
  placement.commit(version_);
  at->second.placement = std::make_shared<const Placement>(std::move(placement));
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
  add_columns(command);
  put_entries(command, applied);
  for (const std::string& name : command.remove) remove_name(name, applied);
  if (command.open_session) sessions_.insert(*command.open_session);
  if (command.close_session) close_session(*command.close_session, applied);
  drop_leases(command, applied);
  if (command.copies) {
    copies_ = *command.copies;
    refill([](Placement&) { return false; });
  }
  if (command.arrival) note_arrival(*command.arrival);
  if (command.rebalance) refill([](Placement&) { return false; }, true);
  applied.version = version_;
  return applied;
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

std::shared_ptr<const cluster::View> Catalog::view() const {
  const std::shared_lock lock(mutex_);
  return view_;
}

bool Catalog::has_column(ColumnId id) const {
  const std::shared_lock lock(mutex_);
  return columns_.contains(id);
}

std::int32_t Catalog::copies() const {
  const std::shared_lock lock(mutex_);
  return copies_;
}

PlacementPtr Catalog::placement(LayoutId layout) const {
  const std::shared_lock lock(mutex_);
  const auto at = layouts_.find(layout);
  return at == layouts_.end() ? nullptr : at->second.placement;
}

std::vector<Catalog::Fetch> Catalog::fetches_of(NodeId node) const {
  const std::shared_lock lock(mutex_);
  std::vector<Fetch> found;
  for (const auto& [id, layout] : layouts_) {
    for (const Run& run : layout.placement->runs) {
      if (run.incoming != node) continue;
      found.push_back({.layout = id,
                       .placement = layout.placement,
                       .first_group = run.first_group,
                       .end_group = layout.placement->end_of(run),
                       .since = run.since,
                       .columns = {layout.columns.begin(), layout.columns.end()}});
    }
  }
  return found;
}

}  // namespace neve::store

#include "simulator/writer.hpp"

#include <algorithm>
#include <utility>

#include "simulator/chunk_mail.hpp"

namespace neve::simulator {

namespace {

constexpr std::size_t kMostWrites = 2;
constexpr std::size_t kMostKept = 3;
constexpr std::uint64_t kRetryMs = 1000;
constexpr std::uint64_t kLeastPauseMs = 1000;
constexpr std::uint64_t kMostPauseMs = 6000;

store::Entry entry_of(const std::string& name, const DataLedger::Frame& frame) {
  store::Entry entry;
  entry.name = name;
  entry.kind = store::Kind::frame;
  entry.columns = frame.columns;
  return entry;
}

}  // namespace

void Writer::tick(std::uint64_t now_ms, bool rests) {
  now_ms_ = now_ms;
  if (!rests && now_ms >= next_begin_ms_ && writes_.size() < kMostWrites) {
    next_begin_ms_ = now_ms + kLeastPauseMs + dice_.below(kMostPauseMs - kLeastPauseMs);
    begin();
    if (kept_.size() > kMostKept) remove_oldest();
  }
  std::vector<std::uint64_t> numbers;
  for (const auto& [number, write] : writes_) numbers.push_back(number);
  for (const std::uint64_t number : numbers) go_on(number, now_ms);
}

void Writer::begin() {
  const std::uint64_t number = next_number_++;
  Write write;
  write.name = std::to_string(parts_.self.value()) + "/" + std::to_string(number);
  if (!layouts_.empty() && dice_.chance(0.4)) {
    std::tie(write.frame.layout, write.groups) = layouts_[dice_.below(layouts_.size())];
  } else {
    write.frame.layout = parts_.store.new_layout_id();
    write.groups = 1 + static_cast<std::int32_t>(dice_.below(8));
  }
  for (std::uint64_t columns = 1 + dice_.below(2); columns > 0; --columns) {
    write.frame.columns.push_back(parts_.store.new_column_id());
  }
  write.names_later = dice_.chance(0.5);
  writes_.emplace(number, std::move(write));
}

void Writer::remove_oldest() {
  const std::string name = kept_.front();
  kept_.erase(kept_.begin());
  parts_.data.removing(name);
  parts_.commit({.remove = {name}}, [](const store::Applied&) {});
}

store::PlacementPtr Writer::place_of(const Write& write) const {
  const store::Catalog& catalog = parts_.store.catalog();
  if (auto known = catalog.placement(write.frame.layout)) return known;
  const auto view = catalog.view();
  store::Placement made = store::place(write.groups, view->ids(), catalog.copies());
  made.epoch = view->epoch;
  return std::make_shared<const store::Placement>(std::move(made));
}

/// Brings chunks to where they are missing, and commits once they are everywhere.
void Writer::go_on(std::uint64_t number, std::uint64_t now_ms) {
  Write& write = writes_.at(number);
  if (write.committing || !parts_.store.catalog().view()->contains(parts_.self)) return;
  const store::PlacementPtr placement = place_of(write);
  for (const store::Run& run : placement->runs) {
    if (run.homes.empty()) return give_up(number);
  }
  bool complete = true;
  for (std::int32_t g = 0; g < write.groups; ++g) {
    for (const NodeId node : placement->receivers(GroupIndex(g))) {
      const bool held = write.held.contains({node, g});
      if (node == parts_.self && !held) put_here(write, GroupIndex(g));
      complete = complete && (held || node == parts_.self);
    }
  }
  if (complete) return commit(number, placement);
  if (!write.sent.empty() && now_ms - write.sent_ms < kRetryMs) return;
  write.sent_ms = now_ms;
  send_missing(write, *placement);
}

void Writer::put_here(Write& write, GroupIndex group) {
  write.held.emplace(parts_.self, group.value());
  for (const ColumnId column : write.frame.columns) {
    parts_.store.put(column, group, chunk_of(column, group));
  }
}

void Writer::send_missing(Write& write, const store::Placement& placement) {
  std::map<NodeId, std::set<Parcel>> missing;
  for (std::int32_t g = 0; g < write.groups; ++g) {
    for (const NodeId node : placement.receivers(GroupIndex(g))) {
      if (node != parts_.self && !write.held.contains({node, g})) missing[node].emplace(node, g);
    }
  }
  write.sent.clear();
  for (auto& [node, parcels] : missing) {
    ChunkMail mail;
    for (const auto& [to, group] : parcels) {
      for (const ColumnId column : write.frame.columns) {
        mail.add(column, GroupIndex(group), chunk_of(column, GroupIndex(group)));
      }
    }
    const std::uint64_t number = next_number_++;
    write.sent.emplace(number, std::move(parcels));
    parts_.post(node, MailKind::put, number, wire::encode(mail));
  }
}

void Writer::on_put_done(NodeId /*from*/, std::uint64_t number) {
  for (auto& [id, write] : writes_) {
    const auto sent = write.sent.find(number);
    if (sent == write.sent.end()) continue;
    write.held.insert(sent->second.begin(), sent->second.end());
    write.sent.erase(sent);
    return go_on(id, now_ms_);
  }
}

void Writer::commit(std::uint64_t number, const store::PlacementPtr& placement) {
  Write& write = writes_.at(number);
  write.committing = true;
  store::Command command;
  command.new_columns = {write.frame.columns, write.frame.layout, placement};
  if (!write.names_later) {
    command.put = {entry_of(write.name, write.frame)};
    command.drop_refs = write.frame.columns;
  }
  parts_.commit(command, [this, number](const store::Applied& applied) {
    Write& it = writes_.at(number);
    it.committing = false;
    if (!applied.accepted) return;  // members or placements have changed: brings more
    it.committing = true;
    if (it.names_later) return name(number);
    finish(number);
  });
}

/// The columns are there and held by this process; now they get their name.
void Writer::name(std::uint64_t number) {
  const Write& write = writes_.at(number);
  store::Command command;
  command.put = {entry_of(write.name, write.frame)};
  command.drop_refs = write.frame.columns;
  parts_.commit(command, [this, number](const store::Applied& applied) {
    if (!applied.accepted) parts_.data.complain("a column that is held cannot be named");
    finish(number);
  });
}

void Writer::finish(std::uint64_t number) {
  Write& write = writes_.at(number);
  parts_.data.acknowledged(write.name, write.frame);
  kept_.push_back(write.name);
  layouts_.emplace_back(write.frame.layout, write.groups);
  if (layouts_.size() > kMostKept) layouts_.erase(layouts_.begin());
  writes_.erase(number);
}

/// Rows of the layout are lost: nothing can be written on it any more.
void Writer::give_up(std::uint64_t number) {
  const Write& write = writes_.at(number);
  parts_.data.gave_up();
  std::erase_if(layouts_, [&](const auto& it) { return it.first == write.frame.layout; });
  parts_.store.drop(write.frame.columns);
  for (const NodeId node : parts_.store.catalog().view()->ids()) {
    if (node == parts_.self) continue;
    parts_.post(node, MailKind::discard, 0, wire::encode(write.frame.columns));
  }
  writes_.erase(number);
}

}  // namespace neve::simulator

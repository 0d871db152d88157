#include <neve/store/store.hpp>

#include <algorithm>
#include <tuple>

#include <neve/base/error.hpp>
#include <neve/base/log.hpp>

namespace neve::store {

namespace {

/// Low bits of an id count on their node, the others are the node's number.
constexpr unsigned kCounterBits = 40;
/// The log of commands is copied to all nodes and kept for those that lag behind.
constexpr std::size_t kLongestInCommand = std::size_t{8} << 10U;

}  // namespace

void LocalSequencer::add(Store& store) {
  const std::lock_guard lock(mutex_);
  stores_.push_back(&store);
}

void LocalSequencer::change_view(const cluster::View& view) {
  const std::lock_guard lock(mutex_);
  for (Store* store : stores_) store->change_view(view);
}

void LocalSequencer::remove(Store& store) {
  const std::lock_guard lock(mutex_);
  std::erase(stores_, &store);
}

Applied LocalSequencer::commit(const Command& command) {
  const std::lock_guard lock(mutex_);
  NEVE_CHECK(!stores_.empty());
  Applied applied;
  if (stores_.size() == 1) {
    applied = stores_[0]->apply(command);
  } else {
    const wire::Bytes bytes = wire::encode(command);
    for (Store* store : stores_) applied = store->apply(wire::decode<Command>(bytes));
  }
  // A node that was removed does not see what has changed, and would try for ever. Leases that it
  // gives up are gone already.
  const bool only_leases = !command.drop_refs.empty();
  if (!applied.accepted && !only_leases &&
      !stores_[0]->catalog().view()->contains(command.writer)) {
    throw ClusterError("The cluster has gone on without this node.");
  }
  return applied;
}

Store::Store(Budget& budget, Sequencer& sequencer, NodeId self)
    : budget_(budget), sequencer_(sequencer), self_(self) {}

std::uint64_t Store::next_id() {
  const std::uint64_t bits = node_bits_.load(std::memory_order_relaxed);
  NEVE_CHECK(bits != ~std::uint64_t{0}, "an id is drawn by a node that is no member yet");
  return bits | counter_.fetch_add(1, std::memory_order_relaxed);
}

void Store::HeldColumn::put(GroupIndex group, SharedBuffer chunk, Reservation reserved) {
  const auto at = std::ranges::lower_bound(chunks, group, {}, &Held::group);
  if (at != chunks.end() && at->group == group) {
    reservation.give_back(static_cast<std::int64_t>(at->chunk->size()));
    at->chunk = std::move(chunk);
  } else {
    chunks.insert(at, {group, std::move(chunk)});
  }
  reservation.add(std::move(reserved));
}

SharedBuffer Store::HeldColumn::find(GroupIndex group) const {
  const auto at = std::ranges::lower_bound(chunks, group, {}, &Held::group);
  return at == chunks.end() || at->group != group ? nullptr : at->chunk;
}

void Store::HeldColumn::take(GroupIndex first, GroupIndex end, std::vector<Held>& out) {
  const auto from = std::ranges::lower_bound(chunks, first, {}, &Held::group);
  const auto to = std::ranges::lower_bound(chunks, end, {}, &Held::group);
  for (auto at = from; at < to; ++at) {
    reservation.give_back(static_cast<std::int64_t>(at->chunk->size()));
    out.push_back(std::move(*at));
  }
  if (from < to) chunks.erase(from, to);
}

void Store::put(ColumnId column, GroupIndex group, SharedBuffer chunk) {
  const auto size = static_cast<std::int64_t>(chunk->size());
  Reservation reserved = budget_.reserve(size, "A column chunk");
  const std::unique_lock lock(mutex_);
  HeldColumn& place = chunks_[column];
  const std::int64_t before = place.reservation.bytes();
  place.put(group, std::move(chunk), std::move(reserved));
  bytes_.fetch_add(place.reservation.bytes() - before, std::memory_order_relaxed);
}

SharedBuffer Store::find(ColumnId column, GroupIndex group) const {
  const std::shared_lock lock(mutex_);
  const auto held = chunks_.find(column);
  return held == chunks_.end() ? nullptr : held->second.find(group);
}

void Store::drop(const std::vector<ColumnId>& columns) {
  for (const ColumnId column : columns) {
    decltype(chunks_)::node_type gone;
    {
      const std::unique_lock lock(mutex_);
      gone = chunks_.extract(column);
    }
    if (!gone.empty()) bytes_.fetch_sub(gone.mapped().reservation.bytes());
  }
}

void Store::drop_elsewhere(std::uint64_t since) {
  std::vector<Held> gone;  // freed without the lock
  for (const Catalog::Elsewhere& run : catalog_.elsewhere(self_, since)) {
    const std::unique_lock lock(mutex_);
    for (const ColumnId column : run.columns) {
      const auto held = chunks_.find(column);
      if (held == chunks_.end()) continue;
      held->second.take(GroupIndex(run.first_group), GroupIndex(run.end_group), gone);
    }
  }
  for (const Held& held : gone) bytes_.fetch_sub(static_cast<std::int64_t>(held.chunk->size()));
}

std::int64_t Store::chunk_bytes(std::span<const ColumnId> columns) const {
  const std::shared_lock lock(mutex_);
  std::int64_t sum = 0;
  for (const ColumnId column : columns) {
    const auto held = chunks_.find(column);
    if (held != chunks_.end()) sum += held->second.reservation.bytes();
  }
  return sum;
}

Applied Store::commit(Command command) {
  command.writer = self_;
  return sequencer_.commit(command);
}

Applied Store::apply(const Command& command) {
  Applied applied = catalog_.apply(command);
  drop(applied.freed);
  const bool moves = applied.accepted && (command.copies || command.arrival || command.rebalance);
  if (moves) drop_elsewhere(applied.version - 1);
  tell_waiters();
  if (moves) tell_listeners();
  return applied;
}

void Store::commit_later(Command command) {
  command.writer = self_;
  sequencer_.commit_later(std::move(command));
}

void Store::restore(std::span<const std::byte> snapshot) {
  drop(catalog_.restore(snapshot));
  note_members();
  sweep();  // who is gone may have come and left while this node was behind
  drop_elsewhere(0);
  tell_waiters();
  tell_listeners();
}

void Store::note_members() {
  for (const cluster::Member& member : catalog_.view()->members) {
    const std::uint64_t number = member.number;
    highest_number_.store(std::max(highest_number_.load(), number));
    if (member.id == self_) node_bits_.store(number << kCounterBits);
  }
}

void Store::change_view(const cluster::View& view) {
  const std::uint64_t before = catalog_.view()->epoch;
  const Applied applied = catalog_.change_view(view);
  drop(applied.freed);
  note_members();
  sweep();
  if (view.epoch != before) drop_elsewhere(applied.version - 1);
  tell_waiters();
  tell_listeners();
}

void Store::tell_waiters() {
  {
    // Empty, so that a waiter is either before its look at the condition or waits already.
    const std::lock_guard lock(applied_mutex_);
  }
  applied_.notify_all();
}

std::shared_ptr<const void> Store::on_placement_change(std::function<void()> listener) {
  const std::lock_guard lock(listeners_mutex_);
  const auto place = listeners_.insert(listeners_.end(), std::move(listener));
  // Its end waits for a call that is under way.
  const auto forget = [this, place](const void*) {
    const std::lock_guard again(listeners_mutex_);
    listeners_.erase(place);
  };
  return {static_cast<const void*>(this), forget};
}

void Store::tell_listeners() {
  const std::lock_guard lock(listeners_mutex_);
  for (const auto& listener : listeners_) listener();
}

bool Store::writer_is_gone(std::uint64_t id) const {
  const auto view = catalog_.view();
  const std::uint64_t number = id >> kCounterBits;
  // Numbers are given in turn: who has a higher one has joined, but this node does not know yet.
  return number <= highest_number_ &&
         std::ranges::none_of(view->members, [number](const cluster::Member& member) {
           return member.number == number;
         });
}

void Store::sweep() {
  std::vector<ColumnId> orphans;
  {
    const std::shared_lock lock(mutex_);
    for (const auto& [column, held] : chunks_) {
      if (writer_is_gone(column.value()) && !catalog_.has_column(column)) {
        orphans.push_back(column);
      }
    }
  }
  drop(orphans);
}

bool Store::wait_for(const std::function<bool(const Catalog&)>& condition,
                     std::chrono::milliseconds limit) {
  std::unique_lock lock(applied_mutex_);
  return applied_.wait_for(lock, limit, [&] { return condition(catalog_); });
}

Kept keep(Blobs& blobs, wire::Bytes bytes) {
  Kept kept;
  if (bytes.size() <= kLongestInCommand) {
    kept.bytes = std::move(bytes);
  } else {
    std::tie(kept.blob, kept.lease) = blobs.keep(bytes);
  }
  return kept;
}

wire::Bytes fetch(Blobs& blobs, const Kept& kept) {
  return kept.blob ? blobs.fetch(*kept.blob) : kept.bytes;
}

ColumnLease::~ColumnLease() {
  try {
    store_.commit_later({.drop_refs = {column_}});
  } catch (const std::exception& error) {
    log::error(std::string("A column could not be given up: ") + error.what());
  }
}

}  // namespace neve::store

#include <neve/store/store.hpp>

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
  if (stores_.size() == 1) return stores_[0]->apply(command);
  const wire::Bytes bytes = wire::encode(command);
  Applied applied;
  for (Store* store : stores_) applied = store->apply(wire::decode<Command>(bytes));
  return applied;
}

Store::Store(Budget& budget, Sequencer& sequencer, NodeId self)
    : budget_(budget), sequencer_(sequencer), self_(self) {}

std::uint64_t Store::next_id() {
  const std::uint64_t bits = node_bits_.load(std::memory_order_relaxed);
  NEVE_CHECK(bits != ~std::uint64_t{0}, "an id is drawn by a node that is no member yet");
  return bits | counter_.fetch_add(1, std::memory_order_relaxed);
}

std::uint64_t Store::writer_of(std::uint64_t id) { return id >> kCounterBits; }

void Store::put(ColumnId column, GroupIndex group, SharedBuffer chunk) {
  const auto size = static_cast<std::int64_t>(chunk->size());
  Held held{std::move(chunk), budget_.reserve(size, "A column chunk")};
  bytes_.fetch_add(size, std::memory_order_relaxed);
  const std::unique_lock lock(mutex_);
  Held& place = chunks_[column][group];
  if (place.chunk) bytes_.fetch_sub(static_cast<std::int64_t>(place.chunk->size()));
  place = std::move(held);
}

SharedBuffer Store::find(ColumnId column, GroupIndex group) const {
  const std::shared_lock lock(mutex_);
  const auto groups = chunks_.find(column);
  if (groups == chunks_.end()) return nullptr;
  const auto at = groups->second.find(group);
  return at == groups->second.end() ? nullptr : at->second.chunk;
}

void Store::drop(const std::vector<ColumnId>& columns) {
  for (const ColumnId column : columns) {
    decltype(chunks_)::node_type gone;
    {
      const std::unique_lock lock(mutex_);
      gone = chunks_.extract(column);
    }
    if (gone.empty()) continue;
    for (const auto& [group, held] : gone.mapped()) bytes_.fetch_sub(held.reservation.bytes());
  }
}

std::int64_t Store::chunk_bytes(std::span<const ColumnId> columns) const {
  const std::shared_lock lock(mutex_);
  std::int64_t sum = 0;
  for (const ColumnId column : columns) {
    const auto groups = chunks_.find(column);
    if (groups == chunks_.end()) continue;
    for (const auto& [group, held] : groups->second) sum += held.reservation.bytes();
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
  tell_waiters();
  if (applied.accepted && (command.copies || command.arrival)) tell_listeners();
  return applied;
}

void Store::commit_later(Command command) {
  command.writer = self_;
  sequencer_.commit_later(std::move(command));
}

void Store::restore(std::span<const std::byte> snapshot) {
  drop(catalog_.restore(snapshot));
  take_number();
  tell_waiters();
  tell_listeners();
}

void Store::take_number() {
  for (const cluster::Member& member : catalog_.view()->members) {
    if (member.id != self_) continue;
    node_bits_.store(static_cast<std::uint64_t>(member.number) << kCounterBits);
  }
}

void Store::change_view(const cluster::View& view) {
  const auto before = catalog_.view();
  drop(catalog_.change_view(view).freed);
  for (const cluster::Member& member : before->members) {
    if (!view.contains(member.id)) sweep(member);
  }
  take_number();
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

void Store::sweep(const cluster::Member& gone) {
  std::vector<ColumnId> orphans;
  {
    const std::shared_lock lock(mutex_);
    for (const auto& [column, groups] : chunks_) {
      const bool its = writer_of(column.value()) == gone.number;
      if (its && !catalog_.has_column(column)) orphans.push_back(column);
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

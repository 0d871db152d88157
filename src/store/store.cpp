#include <neve/store/store.hpp>

#include <neve/base/error.hpp>
#include <neve/base/log.hpp>

namespace neve::store {

void LocalSequencer::add(Store& store) {
  const std::lock_guard lock(mutex_);
  stores_.push_back(&store);
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

Store::Store(Budget& budget, Sequencer& sequencer, std::uint32_t node_number)
    : budget_(budget),
      sequencer_(sequencer),
      node_bits_(static_cast<std::uint64_t>(node_number) << 40U) {}

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

std::int64_t Store::chunk_bytes(ColumnId column) const {
  const std::shared_lock lock(mutex_);
  const auto groups = chunks_.find(column);
  if (groups == chunks_.end()) return 0;
  std::int64_t sum = 0;
  for (const auto& [group, held] : groups->second) sum += held.reservation.bytes();
  return sum;
}

Applied Store::apply(const Command& command) {
  Applied applied = catalog_.apply(command);
  drop(applied.freed);
  return applied;
}

void Store::restore(std::span<const std::byte> snapshot) { drop(catalog_.restore(snapshot)); }

ColumnLease::~ColumnLease() {
  try {
    store_.commit({.drop_refs = {column_}});
  } catch (const std::exception& error) {
    log::error(std::string("A column could not be given up: ") + error.what());
  }
}

}  // namespace neve::store

#include <algorithm>

#include <neve/base/error.hpp>

#include "mr/core.hpp"

// Chunks of columns: put at the nodes of a placement, found again, brought to where they belong.
namespace neve::mr {
namespace {

/// A chunk's place, as other nodes ask for it; `chunk` is filled where it is put.
struct ChunkMessage {
  ColumnId column;
  GroupIndex group;
  wire::Bytes chunk;
  template <class Archive>
  void fields(Archive& archive) {
    archive(column, group, chunk);
  }
};

/// Asks a node to hold chunks that others have.
struct FetchMessage {
  store::PlacementPtr from;
  std::vector<ColumnId> columns;
  std::int32_t first_group = 0;
  std::int32_t end_group = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(from, columns, first_group, end_group);
  }
};

wire::Bytes bytes_of(const SharedBuffer& buffer) {
  const auto bytes = buffer->bytes();
  return {bytes.begin(), bytes.end()};
}

SharedBuffer buffer_of(const wire::Bytes& bytes) {
  Buffer buffer(bytes.size());
  std::ranges::copy(bytes, buffer.bytes().begin());
  return SharedBuffer(std::move(buffer));
}

}  // namespace

void Engine::Core::serve_chunks(cluster::Inbox& inbox) {
  inbox.add("chunk.get", [this](auto bytes) {
    const auto wanted = wire::decode<ChunkMessage>(bytes);
    const SharedBuffer buffer = parts_.store.find(wanted.column, wanted.group);
    return buffer ? bytes_of(buffer) : wire::Bytes();  // no chunk is empty
  });
  inbox.add("chunk.put", [this](auto bytes) {
    const auto sent = wire::decode<ChunkMessage>(bytes);
    // Checked on arrival: from here on it is trusted.
    const auto chunk = frame::Chunk::from_bytes(buffer_of(sent.chunk));
    keep(sent.column, sent.group, chunk.buffer());
    return wire::Bytes();
  });
  inbox.add("chunk.fetch", [this](auto bytes) {
    const auto wanted = wire::decode<FetchMessage>(bytes);
    NEVE_CHECK(wanted.from != nullptr);
    fetch(*wanted.from, wanted.columns, wanted.first_group, wanted.end_group);
    return wire::Bytes();
  });
  inbox.add("chunk.discard", [this](auto bytes) {
    drop(wire::decode<std::vector<ColumnId>>(bytes));
    return wire::Bytes();
  });
  inbox.add("chunk.bytes", [this](auto bytes) {
    return wire::encode(parts_.store.chunk_bytes(wire::decode<std::vector<ColumnId>>(bytes)));
  });
}

frame::LayoutPtr Engine::Core::new_layout(std::vector<std::int64_t> cuts) {
  auto layout = std::make_shared<frame::Layout>();
  layout->id = parts_.store.new_layout_id();
  layout->cuts = std::move(cuts);
  layout->planned = placement(*layout);
  return layout;
}

store::PlacementPtr Engine::Core::placement(const frame::Layout& layout) {
  const store::Catalog& catalog = parts_.store.catalog();
  if (auto known = catalog.placement(layout.id)) return known;
  const auto view = catalog.view();
  if (layout.planned && layout.planned->epoch == view->epoch) return layout.planned;
  store::Placement made = store::place(layout.groups(), view->homes(), catalog.copies());
  made.epoch = view->epoch;
  return std::make_shared<const store::Placement>(std::move(made));
}

SharedBuffer Engine::Core::find_chunk(const store::Placement& placement, ColumnId column,
                                      GroupIndex group, const job::Token& token,
                                      std::exception_ptr& unreachable) {
  if (SharedBuffer here = parts_.store.find(column, group)) return here;
  const wire::Bytes wanted = wire::encode(ChunkMessage{column, group, {}});
  for (const NodeId home : placement.run_of(group).homes) {
    if (home == parts_.self) continue;
    try {
      const wire::Bytes bytes = call(home, "chunk.get", wanted, token);
      if (!bytes.empty()) return frame::Chunk::from_bytes(buffer_of(bytes)).buffer();
    } catch (const ClusterError&) {
      unreachable = std::current_exception();  // the next home may have it
    }
  }
  return nullptr;
}

SharedBuffer Engine::Core::get_chunk(const store::Placement& placement, ColumnId column,
                                     GroupIndex group, const job::Token& token) {
  std::exception_ptr unreachable;
  if (SharedBuffer found = find_chunk(placement, column, group, token, unreachable)) return found;
  // It may have moved since the placement was looked up; its old home has let go of it only after
  // the cluster had agreed on the new one.
  parts_.store.sync();
  if (const auto now = parts_.store.catalog().placement_of(column)) {
    unreachable = nullptr;
    if (SharedBuffer found = find_chunk(*now, column, group, token, unreachable)) return found;
  }
  if (unreachable) std::rethrow_exception(unreachable);
  throw ClusterError("A chunk of a column is gone; was its frame removed?");
}

frame::Chunk Engine::Core::chunk(const frame::Layout& layout, ColumnId column, GroupIndex group) {
  if (SharedBuffer here = parts_.store.find(column, group)) {
    return frame::Chunk::from_store(std::move(here));
  }
  return frame::Chunk::from_store(get_chunk(*placement(layout), column, group));
}

void Engine::Core::put_at(const store::Placement& placement, ColumnId column, GroupIndex group,
                          const SharedBuffer& chunk, Missed& missed) {
  std::vector<std::pair<NodeId, cluster::Answer>> answers;
  wire::Bytes message;
  bool held = false;
  for (const NodeId node : placement.receivers(group)) {
    if (node == parts_.self) {
      keep(column, group, chunk);
      held = true;
      continue;
    }
    if (message.empty()) message = wire::encode(ChunkMessage{column, group, bytes_of(chunk)});
    answers.emplace_back(node, parts_.transport.call(node, "chunk.put", message));
  }
  std::exception_ptr lost;
  for (auto& [node, answer] : answers) {
    try {
      answer.get();
      held = true;
    } catch (const ClusterError&) {
      lost = std::current_exception();
      const std::lock_guard lock(missed.mutex);
      missed.nodes.insert(node);
    }
  }
  if (!held) std::rethrow_exception(lost);
}

void Engine::Core::keep(ColumnId column, GroupIndex group, const SharedBuffer& chunk) {
  parts_.store.put(column, group, chunk);
  bool late = false;
  {
    const std::lock_guard lock(discarded_mutex_);
    late = discarded_.contains(column.value());
  }
  if (late) parts_.store.drop({column});
}

void Engine::Core::drop(const std::vector<ColumnId>& columns) {
  {
    const std::lock_guard lock(discarded_mutex_);
    for (const ColumnId column : columns) discarded_.add(column.value());
  }
  parts_.store.drop(columns);
}

void Engine::Core::put(const frame::Layout& layout, ColumnId column, GroupIndex group,
                       const frame::Chunk& chunk) {
  Pending where;
  {
    const std::lock_guard lock(pending_mutex_);
    Pending& pending = pending_[column];
    if (!pending.placement) {
      pending.layout = std::make_shared<const frame::Layout>(layout);
      pending.placement = placement(layout);
    }
    where = pending;
  }
  put_at(*where.placement, column, group, chunk.buffer(), *where.missed);
}

void Engine::Core::fetch(const store::Placement& from, std::span<const ColumnId> columns,
                         std::int32_t first_group, std::int32_t end_group) {
  store::Store& store = parts_.store;
  for (const ColumnId column : columns) {
    for (std::int32_t g = first_group; g < end_group; ++g) {
      const GroupIndex group(g);
      if (store.find(column, group)) continue;
      store.put(column, group, get_chunk(from, column, group));
    }
  }
}

void Engine::Core::fetch_copy(const store::Catalog::Fetch& wanted, ColumnId column) {
  store::Store& store = parts_.store;
  const auto alive = [&] { return store.catalog().has_column(column); };
  try {
    fetch(*wanted.placement, {&column, 1}, wanted.first_group, wanted.end_group);
  } catch (const ClusterError&) {
    if (alive()) throw;
  }
  // One that was freed while its chunks were on their way is not dropped by anybody else.
  if (!alive()) store.drop({column});
}

void Engine::Core::bring(const store::Placement& from, const store::Placement& to,
                         ColumnId column) {
  if (from.runs == to.runs) return;
  std::vector<cluster::Answer> answers;
  for (std::int32_t g = 0; g < to.groups; ++g) {
    const GroupIndex group(g);
    // Whoever has or had the chunk may be asked for it.
    store::Run sources{.first_group = g, .homes = to.run_of(group).homes, .incoming = {}};
    const std::vector<NodeId> had = from.receivers(group);
    sources.homes.insert(sources.homes.end(), had.begin(), had.end());
    const auto source = std::make_shared<const store::Placement>(
        store::Placement{.groups = to.groups, .runs = {std::move(sources)}});
    for (const NodeId node : to.receivers(group)) {
      if (std::ranges::find(had, node) != had.end()) continue;
      if (node == parts_.self) {
        fetch(*source, {&column, 1}, g, g + 1);
      } else {
        const FetchMessage message{source, {column}, g, g + 1};
        answers.push_back(parts_.transport.call(node, "chunk.fetch", wire::encode(message)));
      }
    }
  }
  for (auto& answer : answers) answer.get();
}

/// Brings chunks from where they were put to where they belong now, and to homes that could not be
/// reached then. Throws ClusterError where one still cannot.
void Engine::Core::bring_all(Written& written, const store::PlacementPtr& now) {
  for (std::size_t i = 0; i < written.ids.size(); ++i) {
    bring(*written.placed[i], *now, written.ids[i]);
    written.placed[i] = now;
  }
  std::vector<cluster::Answer> answers;
  for (const store::Run& run : now->runs) {
    const std::vector<NodeId> receivers = now->receivers(GroupIndex(run.first_group));
    const std::int32_t end = now->end_of(run);
    for (const NodeId node : written.missed) {
      if (std::ranges::find(receivers, node) == receivers.end()) continue;
      const FetchMessage message{now, written.ids, run.first_group, end};
      answers.push_back(parts_.transport.call(node, "chunk.fetch", wire::encode(message)));
    }
  }
  for (auto& answer : answers) answer.get();
  written.missed.clear();
}

void Engine::Core::commit_columns(Written written) {
  const auto until = std::chrono::steady_clock::now() + cluster::kAgreeWithin;
  while (true) {
    const store::PlacementPtr now = placement(*written.layout);
    try {
      bring_all(written, now);
    } catch (const ClusterError&) {
      // Until the cluster has agreed that the node is gone.
      if (std::chrono::steady_clock::now() > until) throw;
      await_command(std::chrono::milliseconds(50));
      continue;
    }
    const store::NewColumns columns{
        .ids = written.ids, .layout = written.layout->id, .placement = now};
    if (parts_.store.commit({.new_columns = columns}).accepted) return;
    // Refused: members or placements have changed since.
    if (!parts_.store.catalog().view()->contains(parts_.self)) {
      throw ClusterError("The cluster has gone on without this node, which will start anew.");
    }
  }
}

std::vector<frame::Column> Engine::Core::leased(std::span<const ColumnId> ids,
                                                std::span<const OutputColumn> kinds) {
  std::vector<frame::Column> columns;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    columns.push_back({ids[i], kinds[i].type, kinds[i].domain,
                       std::make_shared<const store::ColumnLease>(parts_.store, ids[i])});
  }
  return columns;
}

std::vector<frame::Column> Engine::Core::adopt(std::span<const ColumnId> ids,
                                               std::span<const OutputColumn> kinds) {
  NEVE_CHECK(ids.size() == kinds.size());
  if (ids.empty()) return {};
  Written written{.layout = {}, .ids = {ids.begin(), ids.end()}, .placed = {}, .missed = {}};
  {
    const std::lock_guard lock(pending_mutex_);
    for (const ColumnId id : ids) {
      const auto at = pending_.find(id);
      NEVE_CHECK(at != pending_.end(), "a column without chunks");
      const Pending& pending = at->second;
      NEVE_CHECK(!written.layout || written.layout->id == pending.layout->id,
                 "columns of two layouts");
      written.layout = pending.layout;
      written.placed.push_back(pending.placement);
      written.missed.insert(pending.missed->nodes.begin(), pending.missed->nodes.end());
    }
  }
  commit_columns(std::move(written));
  forget_pending(ids);
  return leased(ids, kinds);
}

std::vector<NodeId> Engine::Core::put(const store::Placement& placement, ColumnId column,
                                      GroupIndex group, const frame::Chunk& chunk) {
  Missed missed;
  put_at(placement, column, group, chunk.buffer(), missed);
  return {missed.nodes.begin(), missed.nodes.end()};
}

std::vector<frame::Column> Engine::Core::adopt(const PutColumns& put,
                                               std::span<const OutputColumn> kinds) {
  NEVE_CHECK(put.ids.size() == kinds.size());
  if (put.ids.empty()) return {};
  commit_columns({.layout = put.layout,
                  .ids = put.ids,
                  .placed = std::vector<store::PlacementPtr>(put.ids.size(), put.placement),
                  .missed = put.missed});
  return leased(put.ids, kinds);
}

void Engine::Core::forget_pending(std::span<const ColumnId> ids) {
  const std::lock_guard lock(pending_mutex_);
  for (const ColumnId id : ids) pending_.erase(id);
}

void Engine::Core::discard(std::span<const ColumnId> ids) {
  forget_pending(ids);
  const std::vector<ColumnId> all(ids.begin(), ids.end());
  drop(all);
  ask_others("chunk.discard", wire::encode(all));
}

std::int64_t Engine::Core::column_bytes(std::span<const ColumnId> columns) {
  const std::vector<ColumnId> all(columns.begin(), columns.end());
  std::int64_t sum = parts_.store.chunk_bytes(all);
  for (const wire::Bytes& answer : ask_others("chunk.bytes", wire::encode(all))) {
    sum += wire::decode<std::int64_t>(answer);
  }
  return sum;
}

}  // namespace neve::mr

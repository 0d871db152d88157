#include <algorithm>
#include <chrono>
#include <map>

#include <neve/base/error.hpp>

#include "mr/core.hpp"

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

wire::Bytes bytes_of(const SharedBuffer& buffer) {
  const auto bytes = buffer->bytes();
  return {bytes.begin(), bytes.end()};
}

SharedBuffer buffer_of(const wire::Bytes& bytes) {
  auto buffer = std::make_shared<Buffer>(bytes.size());
  std::ranges::copy(bytes, buffer->bytes().begin());
  return buffer;
}

template <class Ids>
wire::Bytes encode_ids(const Ids& ids) {
  return wire::encode(std::vector<ColumnId>(ids.begin(), ids.end()));
}

}  // namespace

void Engine::Core::serve(cluster::Inbox& inbox) {
  inbox.add("mr.run", [this](auto bytes, cluster::Call& call) { return answer_run(bytes, call); });
  inbox.add("mr.cancel", [this](auto bytes) {
    const std::lock_guard lock(mutex_);
    const auto at = foreign_runs_.find(wire::decode<std::uint64_t>(bytes));
    if (at != foreign_runs_.end()) at->second->cancel();
    return wire::Bytes();
  });
  inbox.add("mr.free_scratch", [this](auto bytes) {
    scratch_.free(wire::decode<ScratchId>(bytes));
    return wire::Bytes();
  });
  inbox.add("chunk.get", [this](auto bytes) {
    const auto wanted = wire::decode<ChunkMessage>(bytes);
    const SharedBuffer buffer = parts_.store.find(wanted.column, wanted.group);
    if (!buffer) throw ClusterError("A chunk is not at its home.");
    return bytes_of(buffer);
  });
  inbox.add("chunk.put", [this](auto bytes) {
    const auto sent = wire::decode<ChunkMessage>(bytes);
    // Checked on arrival: from here on it is trusted.
    const auto chunk = frame::Chunk::from_bytes(buffer_of(sent.chunk));
    parts_.store.put(sent.column, sent.group, chunk.buffer());
    return wire::Bytes();
  });
  inbox.add("chunk.discard", [this](auto bytes) {
    parts_.store.drop(wire::decode<std::vector<ColumnId>>(bytes));
    return wire::Bytes();
  });
  inbox.add("chunk.bytes", [this](auto bytes) {
    return wire::encode(parts_.store.chunk_bytes(wire::decode<ColumnId>(bytes)));
  });
}

frame::Chunk Engine::Core::chunk(const frame::Layout& layout, ColumnId column, GroupIndex group) {
  if (SharedBuffer here = parts_.store.find(column, group)) {
    return frame::Chunk::from_store(std::move(here));
  }
  const NodeId home = layout.home(group);
  if (home == parts_.self)
    throw ClusterError("A chunk of a column is gone; was its frame removed?");
  const wire::Bytes bytes =
      parts_.transport.call(home, "chunk.get", wire::encode(ChunkMessage{column, group, {}})).get();
  return frame::Chunk::from_bytes(buffer_of(bytes));
}

void Engine::Core::put(const frame::Layout& layout, ColumnId column, GroupIndex group,
                       const frame::Chunk& chunk) {
  const NodeId home = layout.home(group);
  if (home == parts_.self) {
    parts_.store.put(column, group, chunk.buffer());
    return;
  }
  const ChunkMessage message{column, group, bytes_of(chunk.buffer())};
  parts_.transport.call(home, "chunk.put", wire::encode(message)).get();
}

std::vector<wire::Bytes> Engine::Core::ask_others(const std::string& service,
                                                  const wire::Bytes& request) {
  std::vector<cluster::Answer> answers;
  for (const NodeId node : parts_.members) {
    if (node != parts_.self) answers.push_back(parts_.transport.call(node, service, request));
  }
  std::vector<wire::Bytes> all;
  for (auto& answer : answers) all.push_back(answer.get());
  return all;
}

void Engine::Core::discard(std::span<const ColumnId> ids) {
  parts_.store.drop({ids.begin(), ids.end()});
  ask_others("chunk.discard", encode_ids(ids));
}

void Engine::Core::free_scratch(ScratchId id) {
  scratch_.free(id);
  ask_others("mr.free_scratch", wire::encode(id));
}

std::int64_t Engine::Core::column_bytes(ColumnId column) {
  std::int64_t sum = parts_.store.chunk_bytes(column);
  for (const wire::Bytes& answer : ask_others("chunk.bytes", wire::encode(column))) {
    sum += wire::decode<std::int64_t>(answer);
  }
  return sum;
}

wire::Bytes Engine::Core::wait_for(cluster::Answer& answer, NodeId node, std::uint64_t run_id,
                                   const job::Token& token) {
  constexpr std::chrono::milliseconds kCancelPoll(20);
  bool told = false;
  while (answer.wait_for(kCancelPoll) != std::future_status::ready) {
    if (!token.cancelled() || told) continue;
    parts_.transport.call(node, "mr.cancel", wire::encode(run_id)).get();
    told = true;
  }
  return answer.get();
}

std::shared_ptr<void> Engine::Core::reduce(const TaskEntry& task, RunRequest& request,
                                           const void* state, const job::TokenPtr& token) {
  std::map<NodeId, std::vector<std::int32_t>> blocks_of_home;
  for (std::int32_t block = 0; block < request.block_count; ++block) {
    blocks_of_home[request.layout->home(GroupIndex(block * request.groups_per_block))].push_back(
        block);
  }
  std::vector<std::pair<NodeId, cluster::Answer>> answers;
  for (auto& [home, blocks] : blocks_of_home) {
    if (home == parts_.self) continue;
    if (request.state.empty()) request.state = task.encode_state(state);
    request.blocks = std::move(blocks);
    answers.emplace_back(home, parts_.transport.call(home, "mr.run", wire::encode(request)));
  }
  // Every node is waited for, also after a failure: nobody may still be writing when columns are
  // freed.
  std::exception_ptr failure;
  std::vector<Subtree> parts;
  const auto attempt = [&failure](const auto& step) {
    try {
      step();
    } catch (...) {
      if (!failure) failure = std::current_exception();
    }
  };
  attempt([&] {
    request.blocks = std::move(blocks_of_home[parts_.self]);
    parts = run_here(task, request, state, *token);
  });
  for (auto& [home, answer] : answers) {
    attempt([&, home = home] {
      const auto reply = wire::decode<RunReply>(wait_for(answer, home, request.run_id, *token));
      for (const RunReply::Part& part : reply.parts) {
        parts.push_back({part.height, part.place, task.decode_partial(part.partial)});
      }
    });
  }
  if (failure) std::rethrow_exception(failure);
  if (task.reduction == Reduction::exact) {
    auto whole = task.make_partial(state);
    for (const Subtree& part : parts) task.merge(whole.get(), part.partial.get());
    return whole;
  }
  TreeReducer tree(task, request.block_count);
  for (Subtree& part : parts) tree.add(std::move(part));
  parts = tree.take();
  NEVE_CHECK(parts.size() == 1, "a block is missing from the reduction");
  return parts[0].partial;
}

Engine::Core::Result Engine::Core::run(const TaskEntry& task, const Inputs& inputs,
                                       const void* state, const RunOptions& options) {
  const auto token = options.token ? options.token : std::make_shared<job::Token>();
  token->check();
  const Blocks blocks = blocks_of(*inputs.layout, inputs.columns.size(), task.partial_bytes(state));
  RunRequest request;
  request.run_id = parts_.store.next_id();
  request.task = task.name;
  request.layout = inputs.layout;
  request.columns = inputs.columns;
  request.scratch = options.scratch;
  request.groups_per_block = blocks.groups_per_block;
  request.block_count = blocks.count;
  for (const OutputColumn& output : options.outputs) {
    request.output_kinds.push_back(output.kind);
    request.output_ids.push_back(parts_.store.new_column_id());
  }
  try {
    auto partial = reduce(task, request, state, token);
    std::vector<frame::Column> columns;
    if (!options.outputs.empty()) {
      parts_.store.commit({.new_columns = request.output_ids});
      for (std::size_t i = 0; i < options.outputs.size(); ++i) {
        const ColumnId id = request.output_ids[i];
        columns.push_back({id, options.outputs[i].type, options.outputs[i].domain,
                           std::make_shared<const store::ColumnLease>(parts_.store, id)});
      }
    }
    return {std::move(partial), std::move(columns)};
  } catch (...) {
    discard(request.output_ids);
    throw;
  }
}

}  // namespace neve::mr

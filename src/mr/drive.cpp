#include <algorithm>
#include <chrono>
#include <map>
#include <numeric>

#include <neve/base/error.hpp>
#include <neve/base/free_memory.hpp>

#include "mr/core.hpp"
#include "mr/exchange.hpp"

namespace neve::mr {
namespace {

/// How often a wait looks whether the job was cancelled.
constexpr std::chrono::milliseconds kCancelPoll(20);

/// How often a node that has failed is asked whether it is there again.
constexpr std::chrono::milliseconds kAskAgain(500);

}  // namespace

void Engine::Core::serve(cluster::Inbox& inbox) {
  inbox.add("mr.run", [this](auto bytes, cluster::Call& call) { return answer_run(bytes, call); });
  inbox.add("mr.cancel", [this](auto bytes) {
    return wire::encode(foreign_runs_.cancel(wire::decode<std::uint64_t>(bytes)));
  });
  inbox.add("mr.state", [this](auto bytes) {
    const SharedBytes state = offered_states_.find(wire::decode<StateId>(bytes));
    if (!state) throw ClusterError("The State of a run is gone; was its job ended?");
    parts_.traffic.add("mr.state", {.calls = 1, .request_bytes = state->size()});
    return *state;
  });
  inbox.add("mr.log", [this](auto bytes) {
    const auto [id, first] = wire::decode<std::pair<ScratchId, std::uint64_t>>(bytes);
    return wire::encode(logs_.from(id, static_cast<std::size_t>(first)));
  });
  inbox.add("mr.free_scratch", [this](auto bytes) {
    forget_scratch(wire::decode<ScratchId>(bytes));
    return wire::Bytes();
  });
  serve_chunks(inbox);
  inbox.add("mr.ask", [this](auto bytes, cluster::Call& call) { return answer_ask(bytes, call); });
}

std::vector<wire::Bytes> Engine::Core::ask_others(const std::string& service,
                                                  const wire::Bytes& request) {
  std::vector<cluster::Answer> answers;
  for (const cluster::Member& member : parts_.store.catalog().view()->members) {
    if (member.id == parts_.self) continue;
    answers.push_back(parts_.transport.call(member.id, service, request));
  }
  std::vector<wire::Bytes> all;
  for (auto& answer : answers) {
    try {
      all.push_back(answer.get());
    } catch (const ClusterError&) {
      continue;  // what a lost node held is lost with it
    }
  }
  return all;
}

void Engine::Core::forget_scratch(ScratchId id) {
  scratch_.free(id);
  fetched_states_.free(id);
  // A job's memory goes back to the system, not only to the allocator.
  return_free_memory();
}

void Engine::Core::free_scratch(ScratchId id) {
  logs_.free(id);
  {
    const std::lock_guard lock(mutex_);
    scratch_runs_.erase(id.value);
    unlogged_.erase(id.value);
  }
  scratch_.free(id);
  ask_others("mr.free_scratch", wire::encode(id));
}

wire::Bytes Engine::Core::call(NodeId node, const std::string& service, wire::Bytes request,
                               const job::Token& token) {
  cluster::Answer answer = parts_.transport.call(node, service, std::move(request));
  return answer.get([&token] { token.check(); });
}

void Engine::Core::free_orphans() {
  const auto is_orphan = [this](ScratchId id) { return parts_.store.writer_is_gone(id.value); };
  scratch_.free_of(is_orphan);
  fetched_states_.free_of(is_orphan);
}

wire::Bytes Engine::Core::wait_for(cluster::Answer& answer, NodeId node, std::uint64_t run_id,
                                   const job::Token& token) {
  bool told = false;
  return answer.get([&] {
    if (!token.cancelled() || told) return;
    parts_.transport.call(node, "mr.cancel", wire::encode(run_id)).get();
    told = true;
  });
}

std::optional<NodeId> Engine::Core::runner_of(const RunRequest& request, std::int32_t block,
                                              const Round& round) {
  const GroupIndex first(block * request.groups_per_block);
  std::optional<NodeId> second;
  const std::lock_guard lock(mutex_);
  if (unlogged_.contains(request.scratch.value)) {
    if (round.failed.contains(parts_.self)) return std::nullopt;
    return parts_.self;
  }
  for (const NodeId home : request.placement->run_of(first).homes) {
    if (round.failed.contains(home)) continue;
    const auto avoided = avoided_until_.find(home);
    if (avoided == avoided_until_.end() || avoided->second < std::chrono::steady_clock::now()) {
      return home;
    }
    if (!second) second = home;
  }
  return second;
}

/// Encodes the State for other nodes, unless that was done before.
void Engine::Core::encode_state(const TaskEntry& task, RunRequest& request, const void* state) {
  if (request.encoded_state) return;
  request.encoded_state = std::make_shared<const wire::Bytes>(task.encode_state(state));
  if (task.has_scratch && request.encoded_state->size() > kLargeStateBytes) {
    request.state_id = state_id(*request.encoded_state);
    request.encoded_state = offered_states_.offer(request.state_id, request.encoded_state);
  } else {
    request.state = *request.encoded_state;
  }
}

void Engine::Core::avoid(NodeId node) {
  if (node == parts_.self) return;
  const std::lock_guard lock(mutex_);
  avoided_until_[node] = std::chrono::steady_clock::now() + cluster::kAgreeWithin / 2;
}

std::vector<std::int32_t> Engine::Core::run_round(const TaskEntry& task, RunRequest& request,
                                                  const void* state, const job::Token& token,
                                                  const std::vector<std::int32_t>& blocks,
                                                  Round& round) {
  std::map<NodeId, std::vector<std::int32_t>> blocks_of_home;
  std::vector<std::int32_t> left;
  for (const std::int32_t block : blocks) {
    const auto runner = runner_of(request, block, round);
    (runner ? blocks_of_home[*runner] : left).push_back(block);
  }
  request.run_id = parts_.store.next_id();
  TaskTraffic traffic;
  std::vector<std::pair<NodeId, cluster::Answer>> answers;
  for (const auto& [home, its_blocks] : blocks_of_home) {
    if (home == parts_.self) continue;
    encode_state(task, request, state);
    request.blocks = its_blocks;
    wire::Bytes bytes = wire::encode(request);
    traffic.request_bytes += bytes.size();
    ++traffic.calls;
    answers.emplace_back(home, parts_.transport.call(home, "mr.run", std::move(bytes)));
  }
  // Every node is waited for, also after a failure: nobody may still be writing when columns are
  // freed.
  std::exception_ptr failure;
  const auto attempt = [&](NodeId home, const auto& step) {
    try {
      step();
    } catch (const ClusterError&) {
      round.lost = std::current_exception();
      round.failed.emplace(home, request.run_id);
      avoid(home);
      left.insert(left.end(), blocks_of_home[home].begin(), blocks_of_home[home].end());
    } catch (...) {
      if (!failure) failure = std::current_exception();
    }
  };
  attempt(parts_.self, [&] {
    request.blocks = blocks_of_home[parts_.self];
    Share share;
    RunPeers peers(*this, token);
    request.peers = &peers;
    run_here({task, request, state, token}, share);
    std::ranges::move(share.parts, std::back_inserter(round.parts));
    round.missed.insert(share.missed.nodes.begin(), share.missed.nodes.end());
  });
  for (auto& asked : answers) {
    const NodeId home = asked.first;
    attempt(home, [&] {
      const auto bytes = wait_for(asked.second, home, request.run_id, token);
      RunReply reply = decode_reply(task, bytes);
      traffic.reply_bytes += bytes.size();
      traffic.partials += reply.parts.size();
      traffic.partial_bytes += reply.partial_bytes;
      round.missed.insert(reply.missed.begin(), reply.missed.end());
      std::ranges::move(reply.parts, std::back_inserter(round.parts));
    });
  }
  parts_.traffic.add(task.name, traffic);
  if (failure) std::rethrow_exception(failure);
  return left;
}

void Engine::Core::await_command(std::chrono::milliseconds limit) {
  const std::uint64_t seen = parts_.store.catalog().version();
  parts_.store.wait_for([seen](const store::Catalog& c) { return c.version() != seen; }, limit);
}

void Engine::Core::ask_failed(Round& round, std::map<NodeId, cluster::Answer>& asked) {
  for (auto at = asked.begin(); at != asked.end();) {
    if (at->second.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
      ++at;
      continue;
    }
    try {
      if (wire::decode<bool>(at->second.get())) round.failed.erase(at->first);
    } catch (const ClusterError&) {  // it still cannot be reached
    }
    at = asked.erase(at);
  }
  const auto now = std::chrono::steady_clock::now();
  if (now < round.ask_at) return;
  round.ask_at = now + kAskAgain;
  round.failed.erase(parts_.self);  // which waits for what it does itself
  for (const auto& [node, run] : round.failed) {
    if (asked.contains(node)) continue;
    asked.emplace(node, parts_.transport.call(node, "mr.cancel", wire::encode(run)));
  }
}

void Engine::Core::await_runner(RunRequest& request, const job::Token& token, Round& round) {
  std::map<NodeId, cluster::Answer> asked;
  round.ask_at = std::chrono::steady_clock::now() + kAskAgain;
  while (true) {
    token.check();
    if (std::chrono::steady_clock::now() > round.give_up_at) std::rethrow_exception(round.lost);
    const std::size_t failed = round.failed.size();
    const auto view = parts_.store.catalog().view();
    std::erase_if(round.failed, [&](const auto& item) { return !view->contains(item.first); });
    ask_failed(round, asked);
    auto now = placement(*request.layout);
    const bool moved = now->runs != request.placement->runs;
    request.placement = std::move(now);
    if (moved || round.failed.size() != failed) return;
    await_command(kCancelPoll);
  }
}

std::shared_ptr<void> Engine::Core::reduce(const TaskEntry& task, RunRequest& request,
                                           const void* state, const job::TokenPtr& token,
                                           Round& round) {
  std::vector<std::int32_t> blocks(static_cast<std::size_t>(request.block_count));
  std::iota(blocks.begin(), blocks.end(), 0);
  const auto nobody_runs = [&](std::int32_t block) { return !runner_of(request, block, round); };
  while (true) {
    const std::size_t before = blocks.size();
    blocks = run_round(task, request, state, *token, blocks, round);
    if (blocks.empty()) break;
    if (blocks.size() < before || round.give_up_at == std::chrono::steady_clock::time_point()) {
      round.give_up_at = std::chrono::steady_clock::now() + cluster::kAgreeWithin;
    }
    while (std::ranges::all_of(blocks, nobody_runs)) await_runner(request, *token, round);
  }
  if (task.reduction == Reduction::exact) {
    auto whole = task.make_partial(state);
    for (const Subtree& part : round.parts) task.merge(whole.get(), part.partial.get());
    return whole;
  }
  TreeReducer tree(task, request.block_count);
  for (Subtree& part : round.parts) tree.add(std::move(part));
  std::vector<Subtree> roots = tree.take();
  NEVE_CHECK(roots.size() == 1, "a block is missing from the reduction");
  return roots[0].partial;
}

std::int64_t Engine::Core::runs_so_far(const TaskEntry& task, ScratchId id) {
  if (!task.has_scratch) return 0;
  NEVE_CHECK(id.value != 0, "task " + std::string(task.name) + " needs a scratch id");
  const std::lock_guard lock(mutex_);
  return scratch_runs_[id.value];
}

void Engine::Core::begin_log(const RunRequest& request) {
  const std::vector<store::Run>& runs = request.placement->runs;
  const bool all_here = std::ranges::all_of(runs, [this](const store::Run& run) {
    return run.homes.size() == 1 && run.homes.front() == parts_.self;
  });
  if (!all_here) return;
  const std::lock_guard lock(mutex_);
  unlogged_.insert(request.scratch.value);
}

void Engine::Core::note_run(const TaskEntry& task, RunRequest& request, const void* state) {
  {
    const std::lock_guard lock(mutex_);
    ++scratch_runs_[request.scratch.value];
    if (unlogged_.contains(request.scratch.value)) return;
  }
  encode_state(task, request, state);
  logs_.add(request.scratch,
            {std::string(task.name), request.columns, request.output_kinds, request.encoded_state});
}

Engine::Core::Result Engine::Core::run(const TaskEntry& task, const Inputs& inputs,
                                       const void* state, const RunOptions& options) {
  const auto token = options.token ? options.token : std::make_shared<job::Token>();
  token->check();
  const Blocks blocks = blocks_of(*inputs.layout, inputs.columns.size(), task, state);
  RunRequest request;
  request.task = task.name;
  request.layout = inputs.layout;
  request.placement = placement(*inputs.layout);
  request.columns = inputs.columns;
  request.driver = parts_.self;
  request.scratch = options.scratch;
  request.scratch_runs = runs_so_far(task, options.scratch);
  request.groups_per_block = blocks.groups_per_block;
  request.block_count = blocks.count;
  request.blocks_at_once = blocks.at_once;
  for (const OutputColumn& output : options.outputs) {
    request.output_kinds.push_back(output.kind);
    request.output_ids.push_back(parts_.store.new_column_id());
  }
  if (task.has_scratch && request.scratch_runs == 0) begin_log(request);
  const store::PlacementPtr first = request.placement;
  try {
    Round round;
    auto partial = reduce(task, request, state, token, round);
    parts_.traffic.add(task.name, {.runs = 1});
    if (task.has_scratch) note_run(task, request, state);
    if (!options.outputs.empty()) {
      commit_columns({.layout = inputs.layout,
                      .ids = request.output_ids,
                      .placed = std::vector<store::PlacementPtr>(request.output_ids.size(), first),
                      .missed = round.missed});
    }
    return {std::move(partial), leased(request.output_ids, options.outputs)};
  } catch (...) {
    discard(request.output_ids);
    throw;
  }
}

}  // namespace neve::mr

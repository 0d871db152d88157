#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <neve/base/ids.hpp>
#include <neve/base/wire.hpp>

#include "cluster/api/state_machine.hpp"
#include "cluster/raft/raft_core.hpp"

namespace neve::cluster::raft {

inline wire::Bytes bytes_of(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}
inline std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Remembers what it was told.
class ListMachine final : public StateMachine {
 public:
  wire::Bytes apply(std::uint64_t /*index*/, std::span<const std::byte> command) override {
    list.push_back(text_of(command));
    return bytes_of("did " + list.back());
  }
  [[nodiscard]] wire::Bytes snapshot() const override { return wire::encode(list); }
  void restore(std::span<const std::byte> snapshot) override {
    list = wire::decode<std::vector<std::string>>(snapshot);
  }
  std::vector<std::string> list;
};

/// Replicas on one thread under a clock of their own. Messages take `delay_ms`; a node can be cut
/// off.
class RaftBus {
 public:
  explicit RaftBus(CoreSettings settings = {}) : settings_(settings) {}

  RaftCore& add(std::uint64_t id, bool bootstrap = false) {
    CoreSettings settings = settings_;
    settings.self = NodeId(id);
    settings.seed = 7;
    Node& node = nodes_[NodeId(id)];
    node.core = std::make_unique<RaftCore>(
        settings, node.machine, [this, id](NodeId to, wire::Bytes message) {
          if (cut_.contains(NodeId(id)) || cut_.contains(to)) return;
          messages_.emplace(now_ms_ + delay_ms, Message{NodeId(id), to, std::move(message)});
        });
    if (bootstrap) {
      node.core->bootstrap(now_ms_);
    } else {
      node.core->join(now_ms_);
    }
    return *node.core;
  }

  RaftCore& core(std::uint64_t id) { return *nodes_.at(NodeId(id)).core; }
  std::vector<std::string>& list(std::uint64_t id) { return nodes_.at(NodeId(id)).machine.list; }
  void cut(std::uint64_t id) { cut_.insert(NodeId(id)); }
  void heal() { cut_.clear(); }
  /// A node that is stopped has no ticks, and its messages wait.
  void stop(std::uint64_t id) { stopped_.insert(NodeId(id)); }
  void resume(std::uint64_t id) { stopped_.erase(NodeId(id)); }
  void kill(std::uint64_t id) { nodes_.erase(NodeId(id)); }
  [[nodiscard]] std::uint64_t now() const { return now_ms_; }

  void run(std::uint64_t length_ms) {
    for (const std::uint64_t end = now_ms_ + length_ms; now_ms_ < end; ++now_ms_) {
      while (!messages_.empty() && messages_.begin()->first <= now_ms_) {
        const Message message = std::move(messages_.begin()->second);
        messages_.erase(messages_.begin());
        if (stopped_.contains(message.to)) {
          messages_.emplace(now_ms_ + 1, message);
          continue;
        }
        const auto to = nodes_.find(message.to);
        if (to != nodes_.end()) to->second.core->receive(now_ms_, message.from, message.bytes);
      }
      if (now_ms_ % 50 != 0) continue;
      for (auto& [id, node] : nodes_) {
        if (!stopped_.contains(id)) node.core->tick(now_ms_);
      }
    }
  }

  /// The id of the leader that can commit, not counting nodes that are cut off; 0 for none.
  std::uint64_t leader() {
    for (auto& [id, node] : nodes_) {
      if (!cut_.contains(id) && !stopped_.contains(id) && node.core->status().ready)
        return id.value();
    }
    return 0;
  }
  std::uint64_t await_leader(std::uint64_t limit_ms = 10'000) {
    for (std::uint64_t waited = 0; waited < limit_ms && leader() == 0; waited += 10) run(10);
    return leader();
  }

  Result propose(std::uint64_t id, const std::string& text, std::uint64_t limit_ms = 5000) {
    std::optional<Result> got;
    core(id).propose(bytes_of(text), [&got](Result result) { got = std::move(result); });
    return await(got, limit_ms);
  }
  Result read(std::uint64_t id, std::uint64_t limit_ms = 5000) {
    std::optional<Result> got;
    core(id).read_index([&got](Result result) { got = std::move(result); });
    return await(got, limit_ms);
  }
  Result change(std::uint64_t id, ChangeKind kind, std::uint64_t server) {
    std::optional<Result> got;
    core(id).change({kind, NodeId(server)}, [&got](Result result) { got = std::move(result); });
    return await(got, 10'000);
  }
  /// Node 1 founds a cluster of voters 1 … n.
  void found(std::uint64_t n) {
    add(1, true);
    for (std::uint64_t id = 2; id <= n; ++id) enlist(id);
  }
  /// Adds a voter, by leader 1.
  void enlist(std::uint64_t id) {
    add(id);
    for (const ChangeKind kind : {ChangeKind::add, ChangeKind::replicate, ChangeKind::promote}) {
      change(1, kind, id);
    }
  }

  std::uint64_t delay_ms = 1;

 private:
  struct Node {
    ListMachine machine;
    std::unique_ptr<RaftCore> core;
  };
  struct Message {
    NodeId from;
    NodeId to;
    wire::Bytes bytes;
  };
  Result await(std::optional<Result>& got, std::uint64_t limit_ms) {
    for (std::uint64_t waited = 0; waited < limit_ms && !got; ++waited) run(1);
    // Busy stands for "no answer": the tests cause it nowhere else.
    return got.value_or(Result{Outcome::busy, 0, {}});
  }

  CoreSettings settings_;
  std::uint64_t now_ms_ = 1;
  std::multimap<std::uint64_t, Message> messages_;
  std::set<NodeId> cut_;
  std::set<NodeId> stopped_;
  std::map<NodeId, Node> nodes_;
};

}  // namespace neve::cluster::raft

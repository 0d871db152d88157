#pragma once

#include <deque>
#include <utility>

#include <neve/base/ids.hpp>

#include "cluster/raft/raft_core.hpp"
#include "cluster/raft/raft_message.hpp"

namespace neve::cluster::raft {

/// What a step of a replica brings, kept until the core is at rest: whoever is called then may call
/// the replica again.
class Deliveries {
 public:
  void post(NodeId to, const Message& message) { messages_.emplace_back(to, encode(message)); }
  void answer(Callback callback, Outcome outcome) {
    answer(std::move(callback), Result{outcome, 0, {}});
  }
  void answer(Callback callback, Result result) {
    answers_.emplace_back(std::move(callback), std::move(result));
  }

  void send_messages(const RaftCore::Send& send) {
    for (auto& [to, message] : std::exchange(messages_, {})) send(to, std::move(message));
  }
  void give_answers() {
    while (!answers_.empty()) {
      auto [callback, result] = std::move(answers_.front());
      answers_.pop_front();
      if (callback) callback(std::move(result));
    }
  }

 private:
  std::deque<std::pair<NodeId, wire::Bytes>> messages_;
  std::deque<std::pair<Callback, Result>> answers_;
};

}  // namespace neve::cluster::raft

#include "store/api/raft_sequencer.hpp"

#include <chrono>
#include <string>
#include <utility>

#include <neve/base/error.hpp>
#include <neve/base/log.hpp>
#include <neve/base/thread_name.hpp>

namespace neve::store {

RaftSequencer::RaftSequencer()
    : later_thread_([this](const std::stop_token& stop) { commit_leases(stop); }) {}

RaftSequencer::~RaftSequencer() { detach(); }

void RaftSequencer::detach() {
  later_thread_.request_stop();
  if (later_thread_.joinable()) later_thread_.join();
  const std::unique_lock lock(agreement_mutex_);
  agreement_ = nullptr;
}

std::shared_lock<std::shared_mutex> RaftSequencer::attached() const {
  std::shared_lock lock(agreement_mutex_);
  if (agreement_ == nullptr) throw ClusterError("This node is stopping.");
  return lock;
}

void RaftSequencer::attach(Store& store, cluster::Agreement& agreement) {
  store_ = &store;
  agreement_ = &agreement;
}

Applied RaftSequencer::commit(const Command& command) {
  const auto lock = attached();
  return wire::decode<Applied>(agreement_->commit(wire::encode(command)));
}

void RaftSequencer::commit_later(Command command) {
  NEVE_CHECK(command.put.empty() && command.remove.empty() && command.add_refs.empty(),
             "only leases may wait");
  {
    const std::lock_guard lock(later_mutex_);
    later_.writer = command.writer;
    later_.drop_refs.insert(later_.drop_refs.end(), command.drop_refs.begin(),
                            command.drop_refs.end());
    any_later_ = true;
  }
  later_changed_.notify_one();
}

/// Whatever has come together while the last commit was under way goes with the next one.
void RaftSequencer::commit_leases(const std::stop_token& stop) {
  name_this_thread("leases");
  constexpr std::chrono::milliseconds kPause(200);
  while (true) {
    Command now;
    {
      std::unique_lock lock(later_mutex_);
      if (!later_changed_.wait(lock, stop, [this] { return any_later_; })) return;
      now = std::exchange(later_, {});
      any_later_ = false;
    }
    while (!stop.stop_requested()) {
      try {
        commit(now);
        break;
      } catch (const ClusterError& error) {
        // Without a quorum the columns stay; a node that was evicted has lost its leases anyway.
        log::debug(std::string("Columns could not be given up yet: ") + error.what());
        std::unique_lock lock(later_mutex_);
        later_changed_.wait_for(lock, stop, kPause, [] { return false; });
      }
    }
  }
}

void RaftSequencer::sync() {
  const auto lock = attached();
  if (agreement_->view()->members.size() <= 1) return;
  // Where nothing can be decided, nothing new can be read either: what is here is all there is.
  if (!agreement_->status().has_quorum) return;
  try {
    agreement_->sync();
  } catch (const cluster::NoQuorumError& error) {
    log::debug(std::string("Read without a quorum, which was lost meanwhile: ") + error.what());
  }
}

wire::Bytes RaftSequencer::apply(std::uint64_t /*index*/, std::span<const std::byte> command) {
  return wire::encode(store_->apply(wire::decode<Command>(command)));
}

wire::Bytes RaftSequencer::snapshot() const { return store_->catalog().snapshot(); }

void RaftSequencer::restore(std::span<const std::byte> snapshot) { store_->restore(snapshot); }

void RaftSequencer::view_changed(const cluster::ClusterView& view) {
  store_->change_view(view.data_view());
}

}  // namespace neve::store

#pragma once

#include <condition_variable>
#include <mutex>
#include <shared_mutex>
#include <thread>

#include <neve/store/store.hpp>

#include "cluster/api/agreement.hpp"
#include "cluster/api/application.hpp"

namespace neve::store {

/// The sequencer of nodes in processes of their own: commands are agreed on by Raft and applied to
/// this node's store in the one order. It is both what the store commits through and what the
/// agreement applies to, so it is made first and then attached to the two. Columns that a command
/// frees are dropped as it is applied, on every node at the same place of the order. Thread-safe.
class RaftSequencer final : public Sequencer, public cluster::Application {
 public:
  RaftSequencer();
  ~RaftSequencer() override;
  RaftSequencer(const RaftSequencer&) = delete;
  RaftSequencer& operator=(const RaftSequencer&) = delete;
  /// Before the agreement is started. Both live until detach().
  void attach(Store& store, cluster::Agreement& agreement);
  /// Ends what is to be committed later, and lets nothing be committed from now on.
  void detach();

  /// Throws NoQuorumError where the cluster cannot decide.
  Applied commit(const Command& command) override;
  void commit_later(Command command) override;
  /// At once in a cluster of one, and where there is no quorum.
  void sync() override;

  wire::Bytes apply(std::uint64_t index, std::span<const std::byte> command) override;
  [[nodiscard]] wire::Bytes snapshot() const override;
  void restore(std::span<const std::byte> snapshot) override;
  void view_changed(const cluster::ClusterView& view) override;

 private:
  void commit_leases(const std::stop_token& stop);

  /// Throws ClusterError once detached; holds detach() up while the lock lives.
  std::shared_lock<std::shared_mutex> attached() const;

  Store* store_ = nullptr;
  mutable std::shared_mutex agreement_mutex_;
  cluster::Agreement* agreement_ = nullptr;
  std::mutex later_mutex_;
  std::condition_variable_any later_changed_;
  Command later_;  ///< lease changes only
  bool any_later_ = false;
  std::jthread later_thread_;  // last, so that it ends before what it uses
};

}  // namespace neve::store

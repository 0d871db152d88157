#pragma once

#include <functional>

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
  using ViewListener = std::function<void(const cluster::ClusterView&)>;
  /// `listener` hears of every change of the view, on Raft's thread; it may not commit.
  explicit RaftSequencer(ViewListener listener = {}) : listener_(std::move(listener)) {}
  /// Before the agreement is started. Both outlive their use here.
  void attach(Store& store, cluster::Agreement& agreement);

  /// Throws NoQuorumError, or StaleEpochError where the command has an epoch.
  Applied commit(const Command& command) override;
  void sync() override;

  wire::Bytes apply(std::uint64_t index, std::span<const std::byte> command) override;
  [[nodiscard]] wire::Bytes snapshot() const override;
  void restore(std::span<const std::byte> snapshot) override;
  void view_changed(const cluster::ClusterView& view) override;

 private:
  Store* store_ = nullptr;
  cluster::Agreement* agreement_ = nullptr;
  ViewListener listener_;
};

}  // namespace neve::store

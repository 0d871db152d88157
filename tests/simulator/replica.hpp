#pragma once

#include <cstdint>
#include <vector>

#include <neve/base/budget.hpp>
#include <neve/store/store.hpp>

#include "cluster/api/application.hpp"

namespace neve::simulator {

class RaftLedger;

/// A client's command in the log: its number tells it from all others.
struct ClientCommand {
  std::uint64_t number = 0;
  store::Command command;
  template <class Archive>
  void fields(Archive& archive) {
    archive(number, command);
  }
};

/// What a simulated process replicates: the store as it is, with its catalogue, and the history of
/// all commands. Stands where RaftSequencer stands in a real node.
class Replica final : public cluster::Application {
 public:
  Replica(RaftLedger& ledger, NodeId self)
      : ledger_(ledger), self_(self), store_(budget_, nobody_, self) {}
  wire::Bytes apply(std::uint64_t index, std::span<const std::byte> bytes) override;
  [[nodiscard]] wire::Bytes snapshot() const override;
  void restore(std::span<const std::byte> snapshot) override;
  void view_changed(const cluster::ClusterView& view) override;

  [[nodiscard]] store::Store& store() { return store_; }
  [[nodiscard]] const store::Store& store() const { return store_; }
  [[nodiscard]] const std::vector<std::uint64_t>& history() const { return history_; }
  /// A command was applied with which `removed` left the view, since this was last asked.
  [[nodiscard]] bool take_view_changed() { return std::exchange(view_changed_, false); }

 private:
  /// The simulation's clients commit as state machines; nothing may wait in the store.
  class Nobody final : public store::Sequencer {
    store::Applied commit(const store::Command& command) override;
    void commit_later(store::Command command) override;
  };
  struct Image;

  RaftLedger& ledger_;
  NodeId self_;
  Budget budget_{std::int64_t{1} << 40U};
  Nobody nobody_;
  store::Store store_;
  std::vector<std::uint64_t> history_;
  std::uint64_t digest_ = 0;
  bool view_changed_ = false;
};

}  // namespace neve::simulator

#include "store/api/raft_sequencer.hpp"

#include <neve/base/error.hpp>

namespace neve::store {

void RaftSequencer::attach(Store& store, cluster::Agreement& agreement) {
  store_ = &store;
  agreement_ = &agreement;
}

Applied RaftSequencer::commit(const Command& command) {
  NEVE_CHECK(agreement_ != nullptr);
  return wire::decode<Applied>(agreement_->commit(wire::encode(command), command.epoch));
}

void RaftSequencer::sync() { agreement_->sync(); }

wire::Bytes RaftSequencer::apply(std::uint64_t /*index*/, std::span<const std::byte> command) {
  return wire::encode(store_->apply(wire::decode<Command>(command)));
}

wire::Bytes RaftSequencer::snapshot() const { return store_->catalog().snapshot(); }

void RaftSequencer::restore(std::span<const std::byte> snapshot) { store_->restore(snapshot); }

void RaftSequencer::view_changed(const cluster::ClusterView& view) {
  if (listener_) listener_(view);
}

}  // namespace neve::store

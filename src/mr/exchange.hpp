#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "mr/api/exchange.hpp"
#include "mr/core.hpp"

namespace neve::mr {

/// The peers of one run on one node: answers from this node's Scratch directly, else from the homes
/// of the groups, and from what this node makes itself where none of them can be reached.
class RunPeers final : public Peers {
 public:
  /// Both outlive it.
  RunPeers(Engine::Core& core, const job::Token& token) : core_(core), token_(token) {}
  Budget& budget() override { return core_.parts().store.budget(); }
  void check() const override { token_.check(); }
  [[nodiscard]] const job::Token& token() const { return token_; }

 protected:
  Erased ask_erased(const Source& source, std::span<const GroupIndex> groups,
                    std::span<const void* const> questions) override;

 private:
  struct Asked;
  NodeId node_for(const Source& source, GroupIndex group);
  void ask_here(const Asked& asked, const std::vector<std::size_t>& places, Erased& found);
  std::size_t take_reply(const Asked& asked, const std::vector<std::size_t>& places,
                         const wire::Bytes& reply, Erased& found);
  cluster::Answer call(const Asked& asked, NodeId node, const std::vector<std::size_t>& places);

  Engine::Core& core_;
  const job::Token& token_;
  std::mutex mutex_;
  std::set<NodeId> unreachable_;
};

}  // namespace neve::mr

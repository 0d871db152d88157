#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "simulator/writer.hpp"

namespace neve::simulator {

/// The chunks of one process: takes what others put here, gives what they ask for, and fetches the
/// copies that the catalogue wants here, as mr::Copier does.
class Copies {
 public:
  explicit Copies(ClientParts parts) : parts_(std::move(parts)) {
    listening_ = parts_.store.on_placement_change([this] { complete_ = false; });
  }
  void tick(std::uint64_t now_ms);
  void on_put(NodeId from, std::uint64_t number, std::span<const std::byte> bytes);
  void on_get(NodeId from, std::uint64_t number, std::span<const std::byte> bytes);
  void on_got(std::uint64_t number, std::span<const std::byte> bytes);
  void on_discard(std::span<const std::byte> bytes);
  /// The view has lost a member: nothing of it is taken any more.
  void leave(NodeId node) { gone_.insert(node); }

 private:
  using Place = std::pair<LayoutId, std::int32_t>;  ///< a run
  struct Errand {
    std::uint64_t asked_ms = 0;
    std::uint64_t number = 0;
    std::size_t next_home = 0;
    bool committing = false;
  };
  bool fetch(const store::Catalog::Fetch& wanted);
  void ask(const store::Catalog::Fetch& wanted, Errand& errand, wire::Bytes missing);
  void report(const store::Catalog::Fetch& wanted, Errand& errand);

  ClientParts parts_;
  std::map<Place, Errand> errands_;
  std::set<NodeId> gone_;
  std::uint64_t now_ms_ = 0;
  std::uint64_t next_number_ = 1;
  bool complete_ = true;
  std::shared_ptr<const void> listening_;  // last: ends before what it uses
};

}  // namespace neve::simulator

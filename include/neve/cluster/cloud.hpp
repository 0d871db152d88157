#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <neve/base/ids.hpp>

namespace neve::cluster {

/// One process of the cluster.
struct Member {
  NodeId id;
  std::string address = {};  ///< host:port of its REST service
  std::string peer = {};     ///< host:port of its service for other nodes
  std::uint32_t number = 0;  ///< never used twice; part of the ids that the node draws
  bool draining = false;     ///< about to leave: is given nothing new, its data moves away
  template <class Archive>
  void fields(Archive& archive) {
    archive(id, address, peer, number, draining);
  }
};

/// The members that hold data, in the order of their joining; the same on every node for one epoch.
struct View {
  std::uint64_t epoch = 0;  ///< goes up with every change
  std::vector<Member> members = {};
  [[nodiscard]] std::size_t size() const { return members.size(); }
  [[nodiscard]] bool contains(NodeId id) const;
  [[nodiscard]] std::vector<NodeId> ids() const;
  /// Those that take new data: all that are not draining, or all where every one is.
  [[nodiscard]] std::vector<NodeId> homes() const;
};

}  // namespace neve::cluster

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <neve/base/ids.hpp>
#include <neve/cluster/cloud.hpp>

namespace neve::cluster {

/// One process of the cluster, as all of them know it.
struct ClusterMember {
  NodeId id;
  std::string rest_address;  ///< host:port for clients
  std::string node_address;  ///< host:port for other nodes
  bool witness = false;      ///< votes, but holds no data
  bool draining = false;     ///< is about to leave: its data moves away
  /// Given by the cluster when the member joins and never used twice, so that ids that nodes make
  /// of it differ.
  std::uint32_t number = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(id, rest_address, node_address, witness, draining, number);
  }
  friend bool operator==(const ClusterMember&, const ClusterMember&) = default;
};

/// Who belongs to the cluster: part of the replicated state, changed only by committed commands.
/// Thus a death that some node suspects is one only once a majority has agreed.
struct ClusterView {
  std::uint64_t epoch = 0;  ///< goes up with each change
  /// Epoch of the last loss of a member: what was written under an older one may be on nobody.
  std::uint64_t fence = 0;
  std::uint32_t next_number = 1;
  std::vector<ClusterMember> members;  ///< in the order of their joining, witnesses included
  /// Who has left. The others have given up what such a node wrote and what it did, of which it may
  /// know nothing: it can only come back as another one.
  std::vector<NodeId> gone;

  /// Null where there is no such member. Points into this view.
  [[nodiscard]] const ClusterMember* find(NodeId id) const;
  /// The members that hold data.
  [[nodiscard]] View data_view() const;
  template <class Archive>
  void fields(Archive& archive) {
    archive(epoch, fence, next_number, members, gone);
  }
  friend bool operator==(const ClusterView&, const ClusterView&) = default;
};

/// One change of the view.
struct ViewChange {
  enum class Kind : std::uint8_t {
    join,   ///< adds the member; one that is there already stays as it is, one that left is gone
    leave,  ///< removes it, dead or gone
    drain,  ///< marks it as leaving
  };
  Kind kind = Kind::join;
  ClusterMember member;  ///< of leave and drain only its id counts
  template <class Archive>
  void fields(Archive& archive) {
    archive(kind, member);
  }
};

/// Changes the view; false where there was nothing to change.
bool apply(ClusterView& view, const ViewChange& change);

}  // namespace neve::cluster

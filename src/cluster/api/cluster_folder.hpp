#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

#include <neve/base/budget.hpp>
#include <neve/base/ids.hpp>

#include "cluster/api/rpc.hpp"
#include "cluster/api/security.hpp"

namespace neve::cluster {

/// The secrets of a cluster, as files of one folder that only their owner may read. Every node gets
/// ca.crt, gossip.key and join.token; ca.key only those that shall let others in.
struct ClusterFolder {
  std::string authority;      ///< ca.crt: certificate of the authority
  std::string authority_key;  ///< ca.key; empty where this node has it not
  std::string gossip_key;     ///< gossip.key: 64 hexadecimal digits
  std::string join_token;     ///< join.token: likewise

  /// Makes new secrets in a new or empty folder; throws InputError where some are there already.
  static ClusterFolder create(const std::filesystem::path& folder);
  /// Throws InputError where a file is missing, malformed or readable by others.
  static ClusterFolder read(const std::filesystem::path& folder);
  /// A certificate of this node by its own copy of the authority's key.
  [[nodiscard]] Credentials sign_own(NodeId self) const;
};

/// Asks the node at `address` for a certificate, which the join token pays for. Throws what that
/// node threw, or a ClusterError.
Credentials join(const std::string& address, const ClusterFolder& folder, NodeId self,
                 std::chrono::milliseconds silence);

/// Lets nodes in that have the token, under ids that are no member's. Needs the authority's key.
void serve_join(Inbox& inbox, const ClusterFolder& folder,
                const std::function<bool(NodeId)>& is_member, Traffic& traffic);

}  // namespace neve::cluster

#pragma once

#include <optional>
#include <vector>

#include "cluster/gossip/member_table.hpp"

namespace neve::cluster::gossip {

/// Whether a node that has just started founds a cluster or joins one. Without a list it founds a
/// cluster of one. With a list, the smallest listed address founds one, once it sees more than half
/// of the expected nodes (itself counted) and none of them is in a cluster; everybody else, and it
/// too where somebody is in one already, joins that. Nodes that were evicted (kReturning) found
/// none and do not count. A node is "in" a cluster when a view has it: see Swim::adopt_cluster.
class Bootstrap {
 public:
  struct Options {
    std::vector<Endpoint> listed;  ///< gossip's endpoints; empty: no list was given
    std::size_t expect = 1;
    /// The list came from one DNS name, so other nodes may have got another one. Then all that
    /// gossip shows counts as listed, too, and what is seen must stay so for `settle`.
    bool is_dns_name = false;
    Time settle = std::chrono::seconds(2);
  };
  enum class Verdict : std::uint8_t { wait, found, join };
  struct Decision {
    Verdict verdict = Verdict::wait;
    ClusterId cluster;              ///< the one to join
    std::vector<Endpoint> through;  ///< those who are in it
  };

  explicit Bootstrap(Options options) : options_(std::move(options)) {}
  /// What to do, as of now; ask again whenever gossip reports something, and every second.
  Decision decide(const Member& self, const MemberTable::Members& members, Time now);

 private:
  [[nodiscard]] bool may_found(const Member& self, const std::vector<Endpoint>& seen,
                               const std::vector<Endpoint>& witnesses) const;

  Options options_;
  std::optional<Time> ready_since_;
};

}  // namespace neve::cluster::gossip

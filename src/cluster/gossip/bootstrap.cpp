#include "cluster/gossip/bootstrap.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace neve::cluster::gossip {

namespace {

using Clusters = std::map<ClusterId, std::vector<Endpoint>>;

/// Two clusters in sight are somebody's mistake; all nodes then choose the same one: the larger.
Bootstrap::Decision join_largest(Clusters clusters) {
  const auto largest = std::max_element(
      clusters.begin(), clusters.end(),
      [](const auto& left, const auto& right) { return left.second.size() < right.second.size(); });
  return {Bootstrap::Verdict::join, largest->first, std::move(largest->second)};
}

}  // namespace

Bootstrap::Decision Bootstrap::decide(const Member& self, const MemberTable::Members& members,
                                      Time now) {
  if (options_.listed.empty()) return {Verdict::found, {}, {}};
  Clusters clusters;
  std::vector<Endpoint> seen;
  std::vector<Endpoint> witnesses;
  for (const auto& [id, member] : members) {
    if (!is_present(member.state)) continue;
    // Whoever was evicted lately is a witness that a cluster is there, only not in sight.
    if ((member.info.flags & MemberInfo::kReturning) == 0) seen.push_back(member.info.endpoint);
    if ((member.info.flags & MemberInfo::kWitness) != 0) witnesses.push_back(member.info.endpoint);
    if (member.info.cluster != ClusterId())
      clusters[member.info.cluster].push_back(member.info.endpoint);
  }
  if (!clusters.empty()) return join_largest(std::move(clusters));
  if (!may_found(self, seen, witnesses)) {
    ready_since_.reset();
    return {};
  }
  if (!ready_since_) ready_since_ = now;
  const Time settle = options_.is_dns_name ? options_.settle : Time(0);
  return {now - *ready_since_ >= settle ? Verdict::found : Verdict::wait, {}, {}};
}

bool Bootstrap::may_found(const Member& self, const std::vector<Endpoint>& seen,
                          const std::vector<Endpoint>& witnesses) const {
  constexpr std::uint8_t kNoFounder = MemberInfo::kReturning | MemberInfo::kWitness;
  if ((self.info.flags & kNoFounder) != 0 || 2 * seen.size() <= options_.expect) return false;
  const Endpoint& mine = self.info.endpoint;
  const auto is_smaller = [&](const Endpoint& other) {
    return other < mine && std::ranges::find(witnesses, other) == witnesses.end();
  };
  if (std::ranges::any_of(options_.listed, is_smaller)) return false;
  // A name may not list this node yet; then what is seen says whose turn it is.
  return options_.is_dns_name ? std::ranges::none_of(seen, is_smaller)
                              : std::ranges::count(options_.listed, mine) != 0;
}

}  // namespace neve::cluster::gossip

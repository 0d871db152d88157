#include <algorithm>

#include <neve/base/error.hpp>
#include <neve/operations/operations.hpp>

#include "rest/cluster_json.hpp"
#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

NeveCluster describe(Call& call, const std::string& node) {
  NeveCluster answer = rest::neve_cluster(call.services.operations->report());
  answer.node = node;
  return answer;
}

/// The member of this address, or, without one, this node.
cluster::Member find_member(Call& call, const std::string& address) {
  const operations::Operations& operations = *call.services.operations;
  const cluster::ClusterStatus status = operations.cluster_status();
  const auto is_meant = [&](const cluster::MemberStatus& member) {
    return address.empty() ? member.member.id == operations.self()
                           : member.member.address == address;
  };
  const auto found = std::ranges::find_if(status.members, is_meant);
  if (found != status.members.end()) return found->member;
  std::string all;
  for (const cluster::MemberStatus& member : status.members) {
    all += (all.empty() ? "" : ", ") + member.member.address;
  }
  throw InputError::illegal_argument(
      "No member has the address '" + address + "'; there are: " + all + ".", {{"node", address}});
}

NeveCluster answer_status(Call& call, const NeveCluster& input) {
  return describe(call, input.node);
}

NeveCluster answer_drain(Call& call, const NeveCluster& input) {
  const cluster::Member member = find_member(call, input.node);
  call.services.operations->drain(member.id);
  return describe(call, member.address);
}

NeveCluster answer_rebalance(Call& call, const NeveCluster& input) {
  call.services.operations->rebalance();
  return describe(call, input.node);
}

}  // namespace

const Resource& neve_cluster();
const Resource& neve_cluster() {
  static const Resource kResource = about_nodes(
      {route("GET", "/3/Neve/Cluster", "neveCluster",
             "The members, their parts and what is to be done before the next loss is covered.",
             &answer_status),
       route("POST", "/3/Neve/Cluster/drain", "neveClusterDrain",
             "Has a member's data move away, so that it can leave without a loss.", &answer_drain),
       route("POST", "/3/Neve/Cluster/rebalance", "neveClusterRebalance",
             "Evens out where rows are, however little is to be gained.", &answer_rebalance)});
  return kResource;
}

}  // namespace neve::rest::endpoints

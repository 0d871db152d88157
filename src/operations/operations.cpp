#include <neve/operations/operations.hpp>

#include <algorithm>
#include <future>

#include <neve/base/error.hpp>
#include <neve/store/store.hpp>

#include "cluster/api/cluster_node.hpp"
#include "operations/watch.hpp"

namespace neve::operations {
namespace {

/// How long a node may take to tell of itself.
constexpr std::chrono::milliseconds kTellWithin(2000);
/// How long measuring the network from one node may take.
constexpr std::chrono::milliseconds kMeasureWithin(60'000);

}  // namespace

Operations::Operations(const Parts& parts) : self_(std::make_shared<Self>(parts)) {
  Self::serve(self_, parts.inbox);
  watch_ = std::make_unique<Watch>(*self_);
}

Operations::~Operations() { self_->forget_jobs(); }

void Operations::report(std::chrono::milliseconds patience, Receive receive) {
  watch_->report(patience, std::move(receive));
}

ClusterReport Operations::report() {
  const auto promise = std::make_shared<std::promise<ClusterReport>>();
  report(std::chrono::milliseconds(0),
         [promise](const ClusterReport& made) { promise->set_value(made); });
  return promise->get_future().get();
}

NodeId Operations::self() const { return self_->parts().self; }

NodeFigures Operations::own_figures() { return self_->figures(); }

cluster::ClusterStatus Operations::cluster_status() const { return status_of(self_->parts()); }

std::optional<cluster::CallCounts> Operations::call_counts() const {
  const cluster::ClusterNode* cluster = self_->parts().cluster;
  if (cluster == nullptr) return std::nullopt;
  return cluster->call_counts();
}

std::optional<cluster::GossipCounts> Operations::gossip_counts() const {
  const cluster::ClusterNode* cluster = self_->parts().cluster;
  if (cluster == nullptr) return std::nullopt;
  return cluster->gossip_counts();
}

/// The answers of the members, in their order; nothing for one that does not answer in time.
std::vector<std::optional<wire::Bytes>> Operations::ask(const std::vector<NodeId>& nodes,
                                                        const Question& question) {
  const auto until = std::chrono::steady_clock::now() + question.limit;
  std::vector<std::optional<cluster::Answer>> calls;
  calls.reserve(nodes.size());
  for (const NodeId node : nodes) {
    if (node == self_->parts().self) {
      calls.emplace_back(std::nullopt);
    } else {
      calls.emplace_back(
          self_->parts().cluster->transport().call(node, question.service, question.request));
    }
  }
  std::vector<std::optional<wire::Bytes>> answers;
  answers.reserve(nodes.size());
  for (std::optional<cluster::Answer>& call : calls) {
    answers.emplace_back();
    if (!call) {
      answers.back() = self_->answer(question.service, question.request);
      continue;
    }
    try {
      const auto left = until - std::chrono::steady_clock::now();
      if (call->wait_for(left) == std::future_status::ready) answers.back() = call->get();
    } catch (const ClusterError&) {
      continue;  // it is gone
    }
  }
  return answers;
}

namespace {

std::vector<NodeId> ids_of(const cluster::ClusterStatus& status) {
  std::vector<NodeId> ids;
  ids.reserve(status.members.size());
  for (const cluster::MemberStatus& member : status.members) ids.push_back(member.member.id);
  return ids;
}

}  // namespace

std::vector<NodeId> Operations::data_nodes() const {
  cluster::ClusterStatus status = cluster_status();
  std::erase_if(status.members, [](const auto& member) { return member.witness; });
  return ids_of(status);
}

/// What the node at this place answers.
wire::Bytes Operations::ask_node(std::int64_t place, const char* service) {
  const std::vector<NodeId> nodes = data_nodes();
  if (place < 0 || place >= static_cast<std::int64_t>(nodes.size())) {
    throw InputError::illegal_argument(
        "There is no node " + std::to_string(place) + ": the cluster's nodes are 0 to " +
            std::to_string(nodes.size() - 1) + ", in the order of /3/Cloud.",
        {{"nodeidx", std::to_string(place)}});
  }
  auto told = ask({nodes[static_cast<std::size_t>(place)]}, {service, {}, kTellWithin});
  if (!told[0]) throw ClusterError("Node " + std::to_string(place) + " does not answer.");
  return std::move(*told[0]);
}

CpuTicks Operations::cpu_ticks(std::int64_t place) {
  return wire::decode<CpuTicks>(ask_node(place, kTicksService));
}

IoCounts Operations::io_counts(std::int64_t place) {
  return wire::decode<IoCounts>(ask_node(place, kIoService));
}

IoCounts Operations::io_counts() {
  IoCounts all;
  for (const auto& told : ask(data_nodes(), {kIoService, {}, kTellWithin})) {
    if (!told) continue;
    const auto counts = wire::decode<IoCounts>(*told);
    all.reads += counts.reads;
    all.read_bytes += counts.read_bytes;
    all.writes += counts.writes;
    all.written_bytes += counts.written_bytes;
  }
  return all;
}

std::vector<Operations::NodeThreads> Operations::threads() {
  const cluster::ClusterStatus status = cluster_status();
  const auto told = ask(ids_of(status), {kThreadsService, {}, kTellWithin});
  std::vector<NodeThreads> all;
  all.reserve(told.size());
  for (std::size_t i = 0; i < told.size(); ++i) {
    NodeThreads one{status.members[i].member, std::nullopt};
    if (told[i]) one.threads = wire::decode<ThreadReport>(*told[i]);
    all.push_back(std::move(one));
  }
  return all;
}

std::vector<cluster::TimelineEvent> Operations::timeline() {
  std::vector<cluster::TimelineEvent> all;
  for (const auto& told : ask(ids_of(cluster_status()), {kTimelineService, {}, kTellWithin})) {
    if (!told) continue;
    const auto events = wire::decode<std::vector<cluster::TimelineEvent>>(*told);
    all.insert(all.end(), events.begin(), events.end());
  }
  std::ranges::stable_sort(all, {}, &cluster::TimelineEvent::time_ns);
  return all;
}

NetworkTimes Operations::test_network() {
  NetworkTimes times;
  const cluster::ClusterStatus status = cluster_status();
  const std::vector<NodeId> nodes = ids_of(status);
  for (const cluster::MemberStatus& member : status.members) times.members.push_back(member.member);
  if (nodes.size() < 2) return times;
  const auto request = [&](std::size_t from, bool together) {
    MeasureRequest made{.targets = nodes, .together = together};
    made.targets.erase(made.targets.begin() + static_cast<std::ptrdiff_t>(from));
    return wire::encode(made);
  };
  // One node after the other, so that they do not disturb each other.
  for (std::size_t from = 0; from < nodes.size(); ++from) {
    const auto told = ask({nodes[from]}, {kMeasureService, request(from, false), kMeasureWithin});
    const MeasureReply reply = told[0] ? wire::decode<MeasureReply>(*told[0]) : MeasureReply();
    for (std::size_t i = 0; i + 1 < nodes.size(); ++i) {
      times.pairs.push_back({.from = from,
                             .to = i < from ? i : i + 1,
                             .seconds = i < reply.size() ? reply[i] : std::vector<double>()});
    }
  }
  times.all_to_all.assign(std::size(NetworkTimes::kBytes), 0);
  std::vector<std::future<std::vector<std::optional<wire::Bytes>>>> all;
  all.reserve(nodes.size());
  for (std::size_t from = 0; from < nodes.size(); ++from) {
    all.push_back(std::async(std::launch::async, [&, from] {
      return ask({nodes[from]}, {kMeasureService, request(from, true), kMeasureWithin});
    }));
  }
  for (auto& one : all) {
    const auto told = one.get();
    const MeasureReply reply = told[0] ? wire::decode<MeasureReply>(*told[0]) : MeasureReply();
    if (reply.empty()) continue;
    for (std::size_t size = 0; size < reply[0].size(); ++size) {
      times.all_to_all.at(size) = std::max(times.all_to_all.at(size), reply[0][size]);
    }
  }
  return times;
}

void Operations::drain(NodeId node) {
  if (self_->parts().cluster == nullptr) {
    throw InputError::illegal_argument("Nodes of one process cannot be drained.");
  }
  self_->parts().cluster->drain(node);
}

void Operations::rebalance() { self_->parts().store.commit({.rebalance = true}); }

}  // namespace neve::operations

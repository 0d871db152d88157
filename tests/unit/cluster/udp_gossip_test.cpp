#include <gtest/gtest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include <neve/base/error.hpp>

#include "cluster/gossip/udp_gossip.hpp"

namespace neve::cluster::gossip {
namespace {

/// What a node reported, for whoever waits for it.
class Reports {
 public:
  void add(const Event& event) {
    const std::lock_guard lock(mutex_);
    seen_.insert({event.kind, event.member.id});
    added_.notify_all();
  }
  /// False only if it does not come at all.
  bool wait_for(EventKind kind, NodeId id) {
    std::unique_lock lock(mutex_);
    return added_.wait_for(lock, std::chrono::seconds(60), [&] {
      return seen_.contains({kind, id});
    });
  }

 private:
  std::mutex mutex_;
  std::condition_variable added_;
  std::set<std::pair<EventKind, NodeId>> seen_;
};

constexpr std::array<std::uint8_t, 4> kLoopback = {127, 0, 0, 1};

struct Node {
  explicit Node(std::uint64_t id, const ClusterKey& key = key_from_name("test")) {
    UdpGossip::Options options;
    options.member.id = NodeId(id);
    options.member.seed = id;
    options.key = key;
    options.bind = Endpoint::v4(kLoopback, 0);
    gossip = std::make_unique<UdpGossip>(options, [this](const Event& e) { reports.add(e); });
  }
  Reports reports;
  std::unique_ptr<UdpGossip> gossip;
};

TEST(UdpGossip, NodesMeetOnLoopbackTellAndLeave) {
  Node a(1);
  Node b(2);
  Node c(3);
  b.gossip->seek({a.gossip->endpoint()});
  c.gossip->seek({a.gossip->endpoint()});
  for (Node* node : {&a, &b}) EXPECT_TRUE(node->reports.wait_for(EventKind::joined, NodeId(3)));
  EXPECT_TRUE(c.reports.wait_for(EventKind::joined, NodeId(2)));
  a.gossip->adopt_cluster(ClusterId(9));
  EXPECT_TRUE(c.reports.wait_for(EventKind::updated, NodeId(1)));
  EXPECT_EQ(c.gossip->members().at(NodeId(1)).info.cluster, ClusterId(9));
  b.gossip->leave();
  EXPECT_TRUE(c.reports.wait_for(EventKind::left, NodeId(2)));
  a.gossip->evict(NodeId(3));
  EXPECT_TRUE(c.reports.wait_for(EventKind::evicted, NodeId(3)));
  const UdpGossip::Counters counters = a.gossip->counters();
  EXPECT_GT(counters.bytes_sent, 0U);
  EXPECT_GT(counters.bytes_received, 0U);
}

TEST(UdpGossip, StrangersAreDroppedAndCounted) {
  Node a(1);
  Node stranger(2, key_from_name("elsewhere"));
  Node friendly(3);
  stranger.gossip->seek({a.gossip->endpoint()});
  // Once the later one is in, the stranger's hello has come, too: both came over loopback in turn.
  while (stranger.gossip->counters().packets_sent == 0) std::this_thread::yield();
  friendly.gossip->seek({a.gossip->endpoint()});
  EXPECT_TRUE(a.reports.wait_for(EventKind::joined, NodeId(3)));
  EXPECT_EQ(a.gossip->members().size(), 2U);
  EXPECT_GT(a.gossip->counters().drops[static_cast<std::size_t>(DropCause::not_authentic)], 0U);
}

TEST(UdpGossip, StateTravelsAsBytesToo) {
  Node a(1);
  Node b(2);
  EXPECT_TRUE(b.gossip->merge_state(a.gossip->full_state()));
  EXPECT_TRUE(b.reports.wait_for(EventKind::joined, NodeId(1)));
  EXPECT_FALSE(b.gossip->merge_state(wire::Bytes(2)));
}

TEST(UdpGossip, ATakenPortIsTheUsersProblemToSolve) {
  Node a(1);
  UdpGossip::Options options;
  options.member.id = NodeId(2);
  options.bind = a.gossip->endpoint();
  EXPECT_THROW(UdpGossip(options, [](const Event&) {}), InputError);
}

TEST(UdpGossip, ListedNamesResolveToGossipsPort) {
  const auto endpoints = resolve(parse_join_list("127.0.0.1:4000,localhost:4000,[::1]:7", {}));
  EXPECT_EQ(endpoints.front().port, 8);
  EXPECT_EQ(endpoints.back(), Endpoint::v4(kLoopback, 4001));
}

}  // namespace
}  // namespace neve::cluster::gossip

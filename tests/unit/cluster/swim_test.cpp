#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "cluster/gossip/suspicion.hpp"
#include "cluster/gossip/swim.hpp"
#include "simulator/gossip_node.hpp"
#include "simulator/world.hpp"

namespace neve::simulator {
namespace {

using namespace std::chrono_literals;
using gossip::EventKind;
using gossip::MemberState;

/// Some nodes that join each other and are in the cluster at once; remembers what each reports.
class Nodes final : public GossipObserver {
 public:
  explicit Nodes(int count, std::uint64_t seed = 1) : world(seed) {
    GossipSetup setup;
    setup.expect = static_cast<std::size_t>(count);
    for (int i = 0; i < count; ++i) setup.join.push_back(endpoint_of(HostIndex(i)));
    for (int i = 0; i < count; ++i)
      world.start(world.add_host(
          [this, setup](Host& host) { return std::make_unique<GossipNode>(host, setup, *this); }));
    world.run_until(5s);
  }
  GossipNode& at(int i) { return dynamic_cast<GossipNode&>(*world.actor(HostIndex(i))); }
  const gossip::Member& belief(int of, NodeId about) { return at(of).swim().members().at(about); }
  int count(EventKind kind, NodeId about) {
    return static_cast<int>(std::ranges::count_if(events, [&](const gossip::Event& event) {
      return event.kind == kind && event.member.id == about;
    }));
  }
  void cut_both_ways(int a, int b) {
    world.network().cut(HostIndex(a), HostIndex(b));
    world.network().cut(HostIndex(b), HostIndex(a));
  }
  void on_event(GossipNode& /*node*/, const gossip::Event& event) override {
    events.push_back(event);
  }
  void on_accepted(GossipNode& /*node*/, NodeId /*sender*/, std::uint64_t /*counter*/) override {}
  void send(GossipNode& node, HostIndex to, wire::Bytes packet) override {
    largest_packet = std::max(largest_packet, packet.size());
    node.host().send(to, Channel::datagram, std::move(packet));
  }
  std::optional<gossip::ClusterId> found(GossipNode& /*node*/) override {
    return gossip::ClusterId(5);
  }
  bool admit(GossipNode& /*node*/, gossip::ClusterId /*cluster*/) override { return true; }

  World world;
  std::vector<gossip::Event> events;
  std::size_t largest_packet = 0;
};

TEST(Swim, NodesFindEachOtherAndAreInOneCluster) {
  Nodes nodes(5);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(nodes.at(i).swim().members().size(), 5U);
    EXPECT_EQ(nodes.at(i).cluster(), gossip::ClusterId(5));
    for (int j = 0; j < 5; ++j) {
      EXPECT_EQ(nodes.belief(i, nodes.at(j).id()).state, MemberState::alive);
      EXPECT_EQ(nodes.belief(i, nodes.at(j).id()).info.cluster, gossip::ClusterId(5));
    }
  }
}

TEST(Swim, ManyNodesNeedManyPacketsNoneOfThemTooLarge) {
  Nodes nodes(60);
  for (int i = 0; i < 60; ++i) EXPECT_EQ(nodes.at(i).swim().members().size(), 60U);
  EXPECT_LE(nodes.largest_packet, gossip::kMostPacketBytes);
  EXPECT_GT(nodes.largest_packet, gossip::kMostPacketBytes / 2);
}

TEST(Swim, CrashIsSuspectedFirstAndThenDeclaredByAll) {
  Nodes nodes(5);
  const NodeId dead = nodes.at(2).id();
  nodes.world.crash(HostIndex(2));
  nodes.world.run_until(nodes.world.now() + 1900ms);
  EXPECT_EQ(nodes.count(EventKind::declared_dead, dead), 0);
  nodes.world.run_until(10s);
  EXPECT_EQ(nodes.count(EventKind::suspected, dead), 4);
  EXPECT_EQ(nodes.count(EventKind::declared_dead, dead), 4);
  EXPECT_EQ(nodes.count(EventKind::evicted, dead), 0) << "that is for the view to say";
}

TEST(Swim, StoppedForTwentySecondsIsDeadAndThenRefutes) {
  Nodes nodes(4);
  const NodeId stopped = nodes.at(1).id();
  nodes.world.pause(HostIndex(1), 20s);
  nodes.world.run_until(24s);
  EXPECT_EQ(nodes.count(EventKind::declared_dead, stopped), 3);
  nodes.world.run_until(40s);
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 4; ++j)
      EXPECT_EQ(nodes.belief(i, nodes.at(j).id()).state, MemberState::alive) << i << " of " << j;
  for (int i = 0; i < 4; ++i)
    EXPECT_EQ(nodes.count(EventKind::suspected, nodes.at(i).id()), i == 1 ? 3 : 0)
        << "accused nobody";
}

TEST(Swim, EvictedIsToldAndStaysOut) {
  Nodes nodes(4);
  const NodeId stopped = nodes.at(1).id();
  nodes.world.pause(HostIndex(1), 20s);
  nodes.world.run_until(15s);
  nodes.at(0).evict(stopped);
  nodes.world.run_until(40s);
  EXPECT_TRUE(nodes.at(1).swim().is_evicted());
  EXPECT_TRUE(nodes.at(1).swim().has_left()) << "its process may end";
  EXPECT_EQ(nodes.count(EventKind::evicted, stopped), 4) << "it knows, too";
  nodes.world.crash(HostIndex(1));
  nodes.world.start(HostIndex(1));
  nodes.world.run_until(50s);
  EXPECT_NE(nodes.at(1).id(), stopped);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(nodes.belief(i, nodes.at(1).id()).state, MemberState::alive);
    EXPECT_EQ(nodes.belief(i == 1 ? 0 : i, stopped).state, MemberState::evicted);
  }
}

TEST(Swim, OneCutLinkAccusesNobody) {
  Nodes nodes(4);
  nodes.cut_both_ways(0, 1);
  nodes.events.clear();
  nodes.world.run_until(120s);
  EXPECT_TRUE(nodes.events.empty()) << "others ping for them";
}

TEST(Swim, WhoCannotHearDeclaresNobodyDeadForTheOthers) {
  Nodes nodes(5);
  nodes.events.clear();
  for (int i = 0; i < 4; ++i) nodes.world.network().cut(HostIndex(i), HostIndex(4));
  nodes.world.run_until(60s);
  EXPECT_EQ(nodes.count(EventKind::declared_dead, nodes.at(4).id()), 4);
  for (int i = 0; i < 4; ++i)
    EXPECT_LE(nodes.count(EventKind::declared_dead, nodes.at(i).id()), 1)
        << "the deaf one's own error";
}

TEST(Swim, LossOrDelayKillsNobody) {
  for (bool delays : {false, true}) {
    Nodes nodes(5, delays ? 3 : 4);
    Weather& weather = nodes.world.network().weather;
    if (delays) weather.least_delay = weather.most_delay = 200ms;
    if (!delays) weather.loss = 0.1;
    nodes.world.run_until(600s);
    for (int i = 0; i < 5; ++i)
      EXPECT_EQ(nodes.count(EventKind::declared_dead, nodes.at(i).id()), 0) << delays;
  }
}

TEST(Swim, SplitClusterIsWholeAgainAfterwards) {
  Nodes nodes(5);
  for (int i : {0, 1})
    for (int j : {2, 3, 4}) nodes.cut_both_ways(i, j);
  nodes.world.run_until(60s);
  EXPECT_EQ(nodes.belief(0, nodes.at(4).id()).state, MemberState::dead);
  EXPECT_EQ(nodes.belief(4, nodes.at(0).id()).state, MemberState::dead);
  nodes.world.network().mend_all();
  nodes.world.run_until(75s);
  for (int i = 0; i < 5; ++i)
    for (int j = 0; j < 5; ++j)
      EXPECT_EQ(nodes.belief(i, nodes.at(j).id()).state, MemberState::alive) << i << " of " << j;
}

TEST(Swim, WhatAMemberSaysOfItselfReachesAll) {
  Nodes nodes(4);
  gossip::MemberInfo info = nodes.at(0).swim().self().info;
  info.flags = gossip::MemberInfo::kWitness;
  info.about = {std::byte{42}};
  info.cluster = gossip::ClusterId(999);
  nodes.at(0).swim().describe(info, nodes.at(0).host().now());
  nodes.world.run_until(7s);
  info.cluster = gossip::ClusterId(5);  // which only the view changes
  for (int i = 0; i < 4; ++i) EXPECT_EQ(nodes.belief(i, nodes.at(0).id()).info, info);
  EXPECT_GE(nodes.count(EventKind::updated, nodes.at(0).id()), 3);
}

TEST(Swim, WhoLeavesIsGoneAtOnceAndNotDead) {
  Nodes nodes(4);
  const NodeId leaver = nodes.at(3).id();
  nodes.at(3).swim().leave(nodes.at(3).host().now());
  nodes.world.run_until(7s);
  EXPECT_TRUE(nodes.at(3).swim().has_left());
  EXPECT_EQ(nodes.count(EventKind::left, leaver), 3);
  nodes.world.crash(HostIndex(3));
  nodes.world.run_until(30s);
  EXPECT_EQ(nodes.count(EventKind::suspected, leaver), 0);
}

// --- one node alone, fed by hand
// -------------------------------------------------------------------

gossip::Swim::Options options_of(std::uint64_t id, std::uint64_t cluster = 0) {
  gossip::Swim::Options options;
  options.id = NodeId(id);
  options.self.endpoint = endpoint_of(HostIndex(static_cast<std::int32_t>(id)));
  options.self.cluster = gossip::ClusterId(cluster);
  return options;
}

gossip::Update update_of(std::uint64_t id, std::uint32_t incarnation, MemberState state) {
  gossip::Update update;
  update.id = NodeId(id);
  update.incarnation = incarnation;
  update.state = state;
  if (state == MemberState::alive) {
    update.info_incarnation = incarnation;
    update.info = options_of(id).self;
    update.info->rest_address = "incarnation " + std::to_string(incarnation);
  }
  return update;
}

wire::Bytes state_of(const std::vector<gossip::Update>& updates) {
  wire::Bytes bytes;
  for (const auto& update : updates) gossip::encode(update, bytes);
  return bytes;
}

std::string gone(MemberState state) { return "gone " + std::to_string(static_cast<int>(state)); }

// Of those who are gone for ever, it does not matter what they were.
std::map<std::uint64_t, std::string> beliefs(const gossip::Swim& swim) {
  std::map<std::uint64_t, std::string> beliefs;
  for (const auto& [id, member] : swim.members())
    beliefs[id.value()] = is_final(member.state) ? gone(member.state)
                                                 : std::to_string(static_cast<int>(member.state)) +
                                                       " " + std::to_string(member.incarnation) +
                                                       " " + member.info.rest_address;
  return beliefs;
}

TEST(SwimNews, TheOrderInWhichNewsComeDoesNotMatter) {
  std::vector<gossip::Update> news = {
      update_of(2, 3, MemberState::alive), update_of(2, 2, MemberState::suspect),
      update_of(3, 1, MemberState::alive), update_of(3, 2, MemberState::left),
      update_of(4, 5, MemberState::alive), update_of(4, 0, MemberState::evicted),
      update_of(4, 6, MemberState::alive)};
  std::ranges::sort(news, {}, [](const gossip::Update& u) { return state_of({u}); });
  std::optional<std::map<std::uint64_t, std::string>> first;
  do {
    gossip::Swim swim(options_of(1), 0s);
    // Whoever is met for the first time with bad news only is not known by them, so all come twice.
    for (int round = 0; round < 2; ++round)
      for (const auto& update : news) ASSERT_TRUE(swim.merge_state(state_of({update}), 1ms));
    const auto believed = beliefs(swim);
    if (!first) first = believed;
    ASSERT_EQ(believed, *first);
  } while (std::next_permutation(news.begin(), news.end(), [](const auto& a, const auto& b) {
    return state_of({a}) < state_of({b});
  }));
  EXPECT_EQ(first->at(2), "0 3 incarnation 3");
  EXPECT_EQ(first->at(3), gone(MemberState::left));
  EXPECT_EQ(first->at(4), gone(MemberState::evicted));
}

TEST(SwimNews, OnlyTheNodeItselfCountsItsIncarnationUp) {
  gossip::Swim swim(options_of(1), 0s);
  EXPECT_EQ(swim.self().incarnation, 1U);
  swim.merge_state(state_of({update_of(1, 1, MemberState::suspect)}), 0s);
  EXPECT_EQ(swim.self().incarnation, 2U) << "refutes";
  swim.merge_state(state_of({update_of(1, 1, MemberState::dead)}), 0s);
  EXPECT_EQ(swim.self().incarnation, 2U) << "has refuted that already";
  swim.merge_state(state_of({update_of(1, 900, MemberState::dead)}), 0s);
  EXPECT_EQ(swim.self().incarnation, 2U) << "nobody can know that";
  swim.merge_state(state_of({update_of(1, 2, MemberState::dead)}), 0s);
  EXPECT_EQ(swim.self().incarnation, 3U);
  EXPECT_EQ(swim.self().state, MemberState::alive);
}

/// A packet of node `from`, and what is answered.
std::vector<gossip::Outgoing> say(gossip::Swim& swim, std::uint64_t from, gossip::Packet packet,
                                  gossip::Time now) {
  const auto at = endpoint_of(HostIndex(static_cast<std::int32_t>(from)));
  swim.take_packets();
  swim.receive({NodeId(from), at, true, gossip::encode(packet)}, now);
  return swim.take_packets();
}

TEST(SwimNews, WhoMissedARefutationHearsItWhenItPings) {
  gossip::Swim swim(options_of(1), 0s);
  swim.merge_state(state_of({update_of(2, 1, MemberState::alive)}), 0s);
  swim.merge_state(state_of({update_of(1, 1, MemberState::suspect)}), 0s);
  ASSERT_EQ(swim.self().incarnation, 2U);
  for (auto now = 0ms; now < 10s; now += 20ms) swim.tick(now);  // the news have gone out
  gossip::Packet ping;
  ping.kind = gossip::PacketKind::ping;
  const auto refutations = [&] {
    const auto answers = say(swim, 2, ping, 10s);
    const auto updates = gossip::decode_packet(answers.at(0).body)->updates;
    return std::ranges::count(updates, NodeId(1), &gossip::Update::id);
  };
  EXPECT_EQ(refutations(), 0) << "nobody asked";
  ping.updates = {update_of(1, 1, MemberState::suspect)};
  EXPECT_EQ(refutations(), 1);
}

TEST(SwimNews, AgreementWithOneOtherDoesNotHideADifferenceFromTheRest) {
  gossip::Swim swim(options_of(1), 0s);
  swim.merge_state(state_of({update_of(2, 1, MemberState::alive)}), 0s);
  swim.merge_state(state_of({update_of(3, 1, MemberState::alive)}), 0s);
  for (auto now = 0ms; now < 900ms; now += 20ms) swim.tick(now);  // the news have gone out
  gossip::Packet agrees;
  agrees.kind = gossip::PacketKind::ack;
  gossip::Packet differs = agrees;
  int syncs = 0;
  gossip::Packet asks;
  asks.kind = gossip::PacketKind::ping;
  agrees.digest = gossip::decode_packet(say(swim, 2, asks, 900ms).at(0).body)->digest;
  differs.digest = agrees.digest + 1;
  for (auto now = 900ms; now < 4s; now += 100ms) {
    say(swim, 2, agrees, now);
    for (const auto& packet : say(swim, 3, differs, now)) {
      const auto kind = gossip::decode_packet(packet.body)->kind;
      syncs += kind == gossip::PacketKind::sync_request ? 1 : 0;
    }
  }
  EXPECT_GE(syncs, 1);
  EXPECT_LE(syncs, 4) << "one a second";
}

TEST(SwimNews, MembersOfAnotherClusterAreNotHeard) {
  gossip::Swim swim(options_of(1), 0s);
  auto theirs = update_of(2, 1, MemberState::alive);
  theirs.info->cluster = gossip::ClusterId(8);
  swim.merge_state(state_of({theirs, update_of(3, 1, MemberState::alive)}), 0s);
  EXPECT_EQ(swim.members().size(), 3U) << "who is in no cluster looks around";
  swim.adopt_cluster(gossip::ClusterId(7), 0s);
  EXPECT_EQ(swim.members().size(), 2U);
  swim.merge_state(state_of({theirs}), 0s);
  EXPECT_EQ(swim.members().size(), 2U);
  EXPECT_FALSE(swim.merge_state(wire::Bytes(3, std::byte{7}), 0s));
}

TEST(SwimNews, AHelloChangesNothingAndIsAnsweredWithNoMoreThanAWelcome) {
  gossip::Swim swim(options_of(1), 0s);
  gossip::Packet packet;
  packet.kind = gossip::PacketKind::hello;
  packet.updates = {update_of(2, 1, MemberState::alive)};
  const auto from = endpoint_of(HostIndex(2));
  swim.receive({NodeId(2), from, false, gossip::encode(packet)}, 0s);
  EXPECT_EQ(swim.members().size(), 1U);
  auto answers = swim.take_packets();
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].to, NodeId(2));
  EXPECT_EQ(gossip::decode_packet(answers[0].body)->kind, gossip::PacketKind::welcome);
  packet.kind = gossip::PacketKind::sync_request;
  swim.receive({NodeId(2), from, false, gossip::encode(packet)}, 0s);
  EXPECT_EQ(swim.members().size(), 1U);
  EXPECT_TRUE(swim.take_packets().empty()) << "only hello may come for nobody in particular";
}

TEST(SwimNews, AnEvictedMemberIsToldWhenItAsksAndNotWhenItTells) {
  gossip::Swim swim(options_of(1), 0s);
  swim.evict(NodeId(2), 0s);
  swim.take_packets();
  const auto send = [&](gossip::PacketKind kind) {
    gossip::Packet packet;
    packet.kind = kind;
    swim.receive({NodeId(2), endpoint_of(HostIndex(2)), true, gossip::encode(packet)}, 0s);
    return swim.take_packets();
  };
  EXPECT_TRUE(send(gossip::PacketKind::news).empty()) << "or two of them would never end";
  const auto answers = send(gossip::PacketKind::ping);
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(gossip::decode_packet(answers[0].body)->updates.at(0).state, MemberState::evicted);
}

TEST(SwimNews, AnAddressThatIsNotKnownIsLearntFromWhoeverAnswers) {
  gossip::Swim::Options options = options_of(1);
  options.self.endpoint = gossip::Endpoint::v4({0, 0, 0, 0}, 54322);
  gossip::Swim swim(options, 0s);
  gossip::Packet welcome;
  welcome.kind = gossip::PacketKind::welcome;
  welcome.endpoint = endpoint_of(HostIndex(9));
  swim.receive({NodeId(2), endpoint_of(HostIndex(2)), true, gossip::encode(welcome)}, 0s);
  EXPECT_EQ(swim.self().info.endpoint, endpoint_of(HostIndex(9)));
  EXPECT_EQ(swim.self().incarnation, 2U);
}

TEST(Suspicion, ShrinksWithTheLogarithmOfIndependentConfirmations) {
  gossip::Suspicion suspicion(NodeId(1), 100s, {2s, 12s, 3});
  const auto lasts = [&] {
    return std::chrono::duration<double>(suspicion.deadline() - 100s).count();
  };
  EXPECT_DOUBLE_EQ(lasts(), 12);
  EXPECT_FALSE(suspicion.confirm(NodeId(1))) << "the first accuser again";
  EXPECT_FALSE(suspicion.confirm(NodeId())) << "hearsay";
  EXPECT_TRUE(suspicion.confirm(NodeId(2)));
  EXPECT_NEAR(lasts(), 12 - 10 * std::log(2.0) / std::log(4.0), 1e-8);
  EXPECT_TRUE(suspicion.confirm(NodeId(3)));
  EXPECT_NEAR(lasts(), 12 - 10 * std::log(3.0) / std::log(4.0), 1e-8);
  EXPECT_TRUE(suspicion.confirm(NodeId(4)));
  EXPECT_DOUBLE_EQ(lasts(), 2);
  EXPECT_FALSE(suspicion.confirm(NodeId(5))) << "brings nothing more";
  gossip::Suspicion hurried(NodeId(1), 100s, {2s, 12s, 3});
  hurried.hurry();
  EXPECT_EQ(hurried.deadline(), 102s);
  hurried.extend(20s);
  EXPECT_EQ(hurried.deadline(), 122s);
}

}  // namespace
}  // namespace neve::simulator

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <neve/base/error.hpp>

#include "cluster/api/join_list.hpp"
#include "cluster/gossip/bootstrap.hpp"

namespace neve::cluster::gossip {
namespace {

using namespace std::chrono_literals;
using Verdict = Bootstrap::Verdict;

Endpoint endpoint(int number) {
  return Endpoint::v4({10, 0, 0, static_cast<std::uint8_t>(number)}, 54322);
}

Member member(int number, std::uint64_t cluster = 0, MemberState state = MemberState::alive) {
  Member made;
  made.id =
      NodeId(static_cast<std::uint64_t>(1000 - number));  // ids and addresses order differently
  made.state = state;
  made.info.endpoint = endpoint(number);
  made.info.cluster = ClusterId(cluster);
  return made;
}

struct Case {
  const char* what;
  int self;
  std::vector<Member> others;
  Verdict verdict;
  std::uint64_t joins = 0;
};

Bootstrap::Decision decide(Bootstrap& bootstrap, int self, const std::vector<Member>& others,
                           Time now = 0s) {
  MemberTable::Members members;
  for (const Member& other : others) members.emplace(other.id, other);
  members.emplace(member(self).id, member(self));
  return bootstrap.decide(member(self), members, now);
}

TEST(Bootstrap, WithoutAListItFoundsAClusterOfOne) {
  Bootstrap bootstrap({});
  EXPECT_EQ(decide(bootstrap, 1, {}).verdict, Verdict::found);
}

TEST(Bootstrap, AWitnessFoundsNothingAndLeavesThatToTheNextAddress) {
  const auto witness = [](int number) {
    Member made = member(number);
    made.info.flags = MemberInfo::kWitness;
    return made;
  };
  const Bootstrap::Options options{.listed = {endpoint(1), endpoint(2), endpoint(3)}, .expect = 3};
  Bootstrap data(options);
  EXPECT_EQ(decide(data, 2, {member(3)}).verdict, Verdict::wait) << "node 1 may be no witness";
  EXPECT_EQ(decide(data, 2, {witness(1)}).verdict, Verdict::found);
  MemberTable::Members members;
  for (const Member& one : {witness(1), member(2), member(3)}) members.emplace(one.id, one);
  Bootstrap own(options);
  EXPECT_EQ(own.decide(witness(1), members, 0s).verdict, Verdict::wait);
}

TEST(Bootstrap, OnlyTheSmallestFoundsAndOnlyInSightOfAMajorityThatIsInNoCluster) {
  const std::vector<Case> cases = {
      {"alone", 1, {}, Verdict::wait},
      {"smallest, two of four", 1, {member(2)}, Verdict::wait},
      {"smallest, three of four", 1, {member(2), member(4)}, Verdict::found},
      {"smallest, but one of three is dead",
       1,
       {member(2), member(4, 0, MemberState::dead)},
       Verdict::wait},
      {"a suspect still counts",
       1,
       {member(2), member(4, 0, MemberState::suspect)},
       Verdict::found},
      {"not the smallest", 2, {member(3), member(4)}, Verdict::wait},
      {"not the smallest, which is not in sight", 2, {member(3), member(4)}, Verdict::wait},
      {"not listed, though smaller", 0, {member(1), member(2), member(3)}, Verdict::wait},
      {"somebody is in a cluster", 1, {member(2), member(3), member(4, 77)}, Verdict::join, 77},
      {"one is enough to join", 3, {member(9, 77)}, Verdict::join, 77},
      {"who is dead carries no cluster",
       1,
       {member(2), member(3), member(4, 77, MemberState::dead)},
       Verdict::found},
      {"of two clusters the larger",
       4,
       {member(1, 99), member(2, 77), member(3, 77)},
       Verdict::join,
       77},
      {"of two equal clusters the lower id", 4, {member(1, 99), member(2, 77)}, Verdict::join, 77},
  };
  for (const Case& one : cases) {
    Bootstrap bootstrap(
        {.listed = {endpoint(3), endpoint(1), endpoint(2), endpoint(4)}, .expect = 4});
    const auto decision = decide(bootstrap, one.self, one.others);
    EXPECT_EQ(decision.verdict, one.verdict) << one.what;
    EXPECT_EQ(decision.cluster, ClusterId(one.joins)) << one.what;
    EXPECT_EQ(decision.through.empty(), one.joins == 0) << one.what;
  }
}

TEST(Bootstrap, WhoWasEvictedFoundsNothingAndCountsForNothing) {
  const Bootstrap::Options options{.listed = {endpoint(1), endpoint(2), endpoint(3)}, .expect = 3};
  Member returning = member(2);
  returning.info.flags = MemberInfo::kReturning;
  Bootstrap smallest(options);
  EXPECT_EQ(decide(smallest, 1, {returning}).verdict, Verdict::wait);
  EXPECT_EQ(decide(smallest, 1, {returning, member(3)}).verdict, Verdict::found);
  Member self = member(1);
  self.info.flags = MemberInfo::kReturning;
  MemberTable::Members members;
  for (const Member& one : {self, member(2), member(3)}) members.emplace(one.id, one);
  EXPECT_EQ(Bootstrap(options).decide(self, members, 0s).verdict, Verdict::wait);
}

TEST(Bootstrap, BehindADnsNameWhatIsSeenIsListedToo) {
  Bootstrap::Options options;
  options.listed = {endpoint(2)};
  options.expect = 3;
  options.is_dns_name = true;
  Bootstrap two(options);
  EXPECT_EQ(decide(two, 2, {member(1), member(3)}).verdict, Verdict::wait) << "1 is smaller";
  Bootstrap one(options);
  EXPECT_EQ(decide(one, 1, {member(2), member(3)}, 10s).verdict, Verdict::wait) << "not settled";
  EXPECT_EQ(decide(one, 1, {}, 11s).verdict, Verdict::wait);
  EXPECT_EQ(decide(one, 1, {member(2), member(3)}, 12s).verdict, Verdict::wait) << "settles anew";
  EXPECT_EQ(decide(one, 1, {member(2), member(3)}, 15s).verdict, Verdict::found);
}

TEST(JoinList, ReadsHostsAndPorts) {
  using Entries = std::vector<JoinList::Entry>;
  const JoinList list =
      parse_join_list("10.0.0.1:4000, node-b.example,[fe80::1]:5,[::1],10.0.0.1:4000", {});
  EXPECT_EQ(list.entries, (Entries{{"10.0.0.1", 4000},
                                   {"node-b.example", kDefaultPort},
                                   {"fe80::1", 5},
                                   {"::1", kDefaultPort}}));
  EXPECT_EQ(list.expect, 4U);
  EXPECT_FALSE(list.is_dns_name);
  EXPECT_EQ(parse_join_list("a:1,b:2", 7).expect, 7U);
  EXPECT_EQ(parse_flatfile("# nodes\n\n a:1 # first\r\nb:2\n", {}).entries,
            (Entries{{"a", 1}, {"b", 2}}));
}

TEST(JoinList, ASingleNameNeedsToKnowHowMany) {
  EXPECT_TRUE(parse_join_list("neve.default.svc", 3).is_dns_name);
  EXPECT_THROW(parse_join_list("neve.default.svc:54321", {}), InputError);
  EXPECT_EQ(parse_join_list("localhost:1", {}).expect, 1U);
  EXPECT_EQ(parse_join_list("10.0.0.1", {}).expect, 1U);
}

TEST(JoinList, SaysWhatIsWrong) {
  for (const char* text : {"", ",", "a,,b", "a:", "a:0", "a:65535", "a:65536", "a:1x", "a:-1", ":5",
                           "[::1", "[::1]5", "fe80::1", "a b:1", "a/b:1", "\xFF:1"})
    EXPECT_THROW(parse_join_list(text, {}), InputError) << text;
  EXPECT_THROW(parse_flatfile("# nobody\n", {}), InputError);
  EXPECT_THROW(parse_join_list("a:1,b:1", 0), InputError);
  try {
    parse_join_list("good:1,bad:x", {});
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("'bad:x'"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace neve::cluster::gossip

#include "mr/states.hpp"

#include <gtest/gtest.h>

#include "mr/foreign_runs.hpp"

namespace {

using namespace neve;

wire::Bytes some_bytes(std::size_t size, std::uint8_t first) {
  wire::Bytes bytes(size, std::byte{7});
  bytes[0] = std::byte{first};
  return bytes;
}

TEST(FetchedStates, AreFetchedOncePerJob) {
  Budget budget(std::int64_t{1} << 20U);
  mr::FetchedStates states(budget);
  const wire::Bytes bytes = some_bytes(1000, 1);
  int fetches = 0;
  const auto fetch = [&] {
    ++fetches;
    return bytes;
  };
  const mr::ScratchId job{5};
  EXPECT_EQ(*states.get(job, mr::state_id(bytes), fetch), bytes);
  EXPECT_EQ(*states.get(job, mr::state_id(bytes), fetch), bytes);
  EXPECT_EQ(fetches, 1);
  EXPECT_EQ(budget.used(), 1000);
  states.free(job);
  EXPECT_EQ(budget.used(), 0);
  states.get(job, mr::state_id(bytes), fetch);
  EXPECT_EQ(fetches, 2);
}

TEST(FetchedStates, OfOldRunsGo) {
  Budget budget(std::int64_t{1} << 20U);
  mr::FetchedStates states(budget);
  for (std::uint8_t i = 0; i < 20; ++i) {
    const wire::Bytes bytes = some_bytes(1000, i);
    states.get({1}, mr::state_id(bytes), [&] { return bytes; });
  }
  EXPECT_LE(budget.used(), 4000);
}

TEST(FetchedStates, ThatCannotBeHadOrAreOthersLeaveNothing) {
  Budget budget(std::int64_t{1} << 20U);
  mr::FetchedStates states(budget);
  const mr::StateId id = mr::state_id(some_bytes(1000, 1));
  const auto lost = []() -> wire::Bytes { throw ClusterError("gone"); };
  EXPECT_THROW(states.get({1}, id, lost), ClusterError);
  EXPECT_THROW(states.get({1}, id, [] { return some_bytes(1000, 2); }), InternalError);
  EXPECT_EQ(budget.used(), 0);
  EXPECT_EQ(states.get({1}, id, [] { return some_bytes(1000, 1); })->size(), 1000U);
}

TEST(OfferedStates, AreThereWhileSomebodyHoldsThem) {
  mr::OfferedStates offered;
  const mr::StateId id = mr::state_id(some_bytes(10, 1));
  auto first = offered.offer(id, std::make_shared<const wire::Bytes>(some_bytes(10, 1)));
  auto second = offered.offer(id, std::make_shared<const wire::Bytes>(some_bytes(10, 1)));
  EXPECT_EQ(first, second);
  first.reset();
  EXPECT_EQ(*offered.find(id), some_bytes(10, 1));
  second.reset();
  EXPECT_EQ(offered.find(id), nullptr);
}

TEST(ForeignRuns, ACancelFindsEveryOneOfARunAndThoseThatComeAfterIt) {
  mr::ForeignRuns runs;
  {
    const auto first = runs.begin(7);
    const auto again = runs.begin(7);
    const auto other = runs.begin(8);
    runs.cancel(7);
    EXPECT_TRUE(first.token()->cancelled());
    EXPECT_TRUE(again.token()->cancelled());
    EXPECT_FALSE(other.token()->cancelled());
  }
  runs.cancel(9);
  EXPECT_TRUE(runs.begin(9).token()->cancelled());
  EXPECT_FALSE(runs.begin(10).token()->cancelled());
}

}  // namespace

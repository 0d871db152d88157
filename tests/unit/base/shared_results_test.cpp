#include <neve/base/shared_results.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace neve;

struct Text {
  std::string text;
  [[nodiscard]] std::int64_t byte_size() const { return static_cast<std::int64_t>(text.size()); }
};

wire::Bytes key_of(int value) { return wire::encode(value); }

TEST(SharedResults, AreMadeOnceHoweverManyNeedThem) {
  Budget budget(1 << 20);
  std::atomic<int> made = 0;
  {
    SharedResults shared(budget);
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&, t] {
        const auto got = shared.get<Text>(key_of(t % 2), [&] {
          ++made;
          return Text{std::string(100, static_cast<char>('a' + t % 2))};
        });
        EXPECT_EQ(got->text, std::string(100, static_cast<char>('a' + t % 2)));
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(made, 2);
    EXPECT_EQ(budget.used(), 200);
  }
  EXPECT_EQ(budget.used(), 0);
}

TEST(SharedResults, AreMadeByTheNextWhereMakingThemFails) {
  Budget budget(1 << 20);
  SharedResults shared(budget);
  const auto fails = []() -> Text { throw std::runtime_error("cancelled"); };
  EXPECT_THROW((void)shared.get<Text>(key_of(1), fails), std::runtime_error);
  EXPECT_EQ(shared.get<Text>(key_of(1), [] { return Text{"made"}; })->text, "made");
}

TEST(SharedResults, AreNotKeptWhereMemoryIsScarce) {
  Budget budget(1'000);
  SharedResults shared(budget);
  int made = 0;
  for (int i = 0; i < 3; ++i) {
    const auto got = shared.get<Text>(key_of(1), [&] {
      ++made;
      return Text{std::string(500, 'x')};
    });
    EXPECT_EQ(got->text.size(), 500U);
  }
  EXPECT_EQ(made, 3);
  EXPECT_EQ(budget.used(), 0);
}

}  // namespace

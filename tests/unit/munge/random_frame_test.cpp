#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include <neve/base/error.hpp>
#include <neve/frame/chunk_builder.hpp>
#include <neve/munge/expression.hpp>
#include <neve/munge/random_frame.hpp>
#include <neve/munge/rollups.hpp>
#include <neve/munge/rows.hpp>

#include "mr/api/compute_node.hpp"
#include "munge/api/tasks.hpp"

namespace {

using namespace neve;
using munge::RandomFrame;

constexpr std::int64_t kMemory = std::int64_t{1} << 28U;
constexpr std::int64_t kRows = 30'000;

/// All types, a tenth of the cells missing.
RandomFrame everything() {
  return {.rows = kRows,
          .columns = 12,
          .seed = 5,
          .type_seed = 6,
          .real_range = 10,
          .categorical_fraction = 0.25,
          .levels = 7,
          .integer_fraction = 0.25,
          .integer_range = 3,
          .binary_fraction = 1.0 / 12,
          .ones = 0.3,
          .time_fraction = 1.0 / 12,
          .string_fraction = 1.0 / 6,
          .missing = 0.1,
          .has_response = true,
          .response_levels = 2};
}

std::int64_t checksum(int nodes, int threads) {
  mr::LocalCluster cluster(nodes, threads, kMemory, munge::tasks());
  mr::Engine& engine = cluster.node(0).engine();
  munge::Rollups rollups(engine);
  return rollups.checksum(munge::make_random_frame(engine, everything()));
}

TEST(RandomFrames, AreTheSameOnAnyThreadsAndNodes) {
  const std::int64_t expected = checksum(1, 1);
  EXPECT_EQ(checksum(1, 3), expected);
  EXPECT_EQ(checksum(3, 2), expected);
}

TEST(RandomFrames, HaveTheColumnsThatTheirSharesSay) {
  mr::LocalCluster cluster(1, 2, kMemory, munge::tasks());
  mr::Engine& engine = cluster.node(0).engine();
  const frame::Frame frame = munge::make_random_frame(engine, everything());
  ASSERT_EQ(frame.width(), 13U);
  EXPECT_EQ(frame.names.front(), "response");
  EXPECT_EQ(frame.names.back(), "C12");
  std::map<frame::ColumnType, int> types;
  for (const frame::Column& column : frame.columns) ++types[column.type];
  EXPECT_EQ(types[frame::ColumnType::categorical], 3 + 1);
  EXPECT_EQ(types[frame::ColumnType::numeric], 3 + 1 + 2);
  EXPECT_EQ(types[frame::ColumnType::time], 1);
  EXPECT_EQ(types[frame::ColumnType::string], 2);
  EXPECT_EQ(*frame.columns[0].domain, (frame::Domain{"0", "1"}));
}

TEST(RandomFrames, HaveValuesAsDescribed) {
  mr::LocalCluster cluster(1, 2, kMemory, munge::tasks());
  mr::Engine& engine = cluster.node(0).engine();
  const frame::Frame frame = munge::make_random_frame(engine, everything());
  const auto rollups = munge::roll_up(engine, frame.layout, frame.columns);
  int binary = 0;
  int whole = 0;
  int real = 0;
  for (std::size_t c = 0; c < frame.columns.size(); ++c) {
    const frame::Rollup& rollup = rollups[c];
    const double missing = static_cast<double>(rollup.missing) / kRows;
    // Five standard deviations of a share of 0.1 among so many.
    EXPECT_NEAR(missing, 0.1, 5 * std::sqrt(0.09 / kRows)) << frame.names[c];
    if (frame.columns[c].type != frame::ColumnType::numeric) continue;
    if (!rollup.is_int) {
      ++real;
      EXPECT_GT(rollup.maxs[0], 9.9);
      EXPECT_LT(rollup.maxs[0], 10);
      EXPECT_NEAR(rollup.sigma, 20 / std::sqrt(12.0), 0.1);
    } else if (rollup.maxs[0] == 1) {
      ++binary;
      EXPECT_NEAR(rollup.mean, 0.3, 0.02);
    } else {
      ++whole;
      EXPECT_EQ(rollup.mins[0], -3);
      EXPECT_EQ(rollup.maxs[0], 3);
      EXPECT_NEAR(rollup.sigma, 2, 0.05);  // of seven equal numbers
    }
  }
  EXPECT_EQ(binary, 1);
  EXPECT_EQ(whole, 3);
  EXPECT_EQ(real, 2);
}

TEST(RandomFrames, HoldOneValueWithoutRandomize) {
  mr::LocalCluster cluster(1, 2, kMemory, munge::tasks());
  mr::Engine& engine = cluster.node(0).engine();
  const RandomFrame like{.rows = 100,
                         .columns = 2,
                         .randomize = false,
                         .value = 7,
                         .categorical_fraction = 0,
                         .integer_fraction = 0,
                         .missing = 0};
  const frame::Frame frame = munge::make_random_frame(engine, like);
  for (const frame::Rollup& rollup : munge::roll_up(engine, frame.layout, frame.columns)) {
    EXPECT_EQ(rollup.mins[0], 7);
    EXPECT_EQ(rollup.maxs[0], 7);
    EXPECT_EQ(rollup.missing, 0);
  }
}

TEST(RandomFrames, LoseAllOrNoCells) {
  mr::LocalCluster cluster(1, 2, kMemory, munge::tasks());
  mr::Engine& engine = cluster.node(0).engine();
  RandomFrame like = everything();
  like.missing = 0;
  const frame::Frame frame = munge::make_random_frame(engine, like);
  munge::Rollups rollups(engine);
  EXPECT_EQ(rollups.checksum(munge::with_missing(engine, frame, 0, 1)), rollups.checksum(frame));
  const frame::Frame none = munge::with_missing(engine, frame, 1, 1);
  for (const frame::Rollup& rollup : munge::roll_up(engine, none.layout, none.columns)) {
    EXPECT_EQ(rollup.missing, kRows);
  }
  EXPECT_EQ(none.columns[0].domain, frame.columns[0].domain);
}

TEST(RandomFrames, RefuseWhatDoesNotFitTogether) {
  const auto refused = [](auto change) {
    RandomFrame like = everything();
    change(like);
    EXPECT_THROW(munge::check(like), InputError);
  };
  munge::check(everything());
  refused([](RandomFrame& f) { f.integer_fraction = 0.9; });
  refused([](RandomFrame& f) { f.missing = -0.1; });
  refused([](RandomFrame& f) { f.rows = 0; });
  refused([](RandomFrame& f) { f.rows = std::int64_t{1} << 62U; });
  refused([](RandomFrame& f) { f.levels = 1; });
  refused([](RandomFrame& f) { f.integer_range = 0; });
  refused([](RandomFrame& f) { f.response_levels = 0; });
  refused([](RandomFrame& f) { f.value = 3; });
  refused([](RandomFrame& f) { f.randomize = false; });
}

TEST(RandomFrames, ThatWouldNotFitAreRefusedBeforehand) {
  mr::LocalCluster cluster(1, 2, kMemory, munge::tasks());
  mr::Engine& engine = cluster.node(0).engine();
  RandomFrame like = everything();
  like.rows = 100'000'000;
  EXPECT_THROW(munge::make_random_frame(engine, like), OutOfMemoryError);
  EXPECT_EQ(engine.budget().used(), 0);
}

}  // namespace

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numbers>
#include <string>
#include <vector>

#include <neve/base/error.hpp>
#include <neve/munge/frame_verbs.hpp>
#include <neve/munge/random_frame.hpp>
#include <neve/munge/rollups.hpp>
#include <neve/munge/rows.hpp>

#include "mr/api/compute_node.hpp"
#include "munge/api/tasks.hpp"

namespace {

using namespace neve;

constexpr std::int64_t kMemory = std::int64_t{1} << 29U;
constexpr std::int64_t kRows = 30'000;

munge::SimpleFrame like() {
  return {.seed = 3,
          .rows = kRows,
          .reals = 6,
          .integers = 1,
          .categories = 2,
          .texts = 1,
          .times = 1,
          .integer_low = 0,
          .integer_high = 5,
          .levels = 9,
          .letters = 13,
          .missing = 0};
}

frame::Frame with_gaps(mr::Engine& engine) {
  auto description = like();
  description.missing = 0.1;
  return munge::make_simple_frame(engine, description);
}

const frame::Column& column(const frame::Frame& frame, const char* name) {
  return frame.column(frame.require(name));
}

frame::Frame reals_of(const frame::Frame& frame) {
  std::vector<ColumnIndex> picked;
  for (const char* name : {"R1", "R2", "R3", "R4", "R5", "R6"}) {
    picked.push_back(frame.require(name));
  }
  return frame.select(picked);
}

/// Everything that threads and nodes could make differ.
std::vector<double> figures(int nodes, int threads) {
  mr::LocalCluster cluster(nodes, threads, kMemory, munge::tasks());
  mr::Engine& engine = cluster.node(0).engine();
  munge::Rollups rollups(engine);
  std::vector<double> all;
  const auto add = [&](const frame::Frame& frame) {
    all.push_back(static_cast<double>(rollups.checksum(frame)));
  };
  const frame::Frame gaps = with_gaps(engine);
  add(gaps);
  frame::Frame crossed;
  crossed.layout = gaps.layout;
  crossed.add("", munge::interact(engine, gaps.layout, column(gaps, "E0"), column(gaps, "E1"),
                                  {.most_levels = 40, .least_rows = 3}));
  add(crossed);
  add(munge::cosine_transform(engine, reals_of(munge::make_simple_frame(engine, like())),
                              {.sides = {2, 3, 1}, .inverse = false}));
  const auto table = munge::tabulate(engine, gaps, {.predictor = "R1", .response = "E0"}, rollups);
  all.insert(all.end(), table.counts.begin(), table.counts.end());
  all.insert(all.end(), table.means.begin(), table.means.end());
  const auto near = munge::find_rows(engine, gaps, std::nullopt, kRows / 2);
  all.push_back(static_cast<double>(near.before));
  all.push_back(static_cast<double>(near.behind));
  return all;
}

TEST(Verbs, GiveTheSameBitsOnAnyThreadsAndNodes) {
  const auto expected = figures(1, 1);
  for (const int threads : {2, 3, 8}) EXPECT_EQ(figures(1, threads), expected);
  EXPECT_EQ(figures(3, 2), expected);
}

TEST(Verbs, InteractionsCountEveryPair) {
  mr::LocalCluster cluster(3, 2, kMemory, munge::tasks());
  mr::Engine& engine = cluster.node(0).engine();
  const frame::Frame frame = with_gaps(engine);
  const frame::Column& a = column(frame, "E0");
  const frame::Column& b = column(frame, "E1");
  const auto left = munge::collect(engine, frame.layout, munge::column_of(a));
  const auto right = munge::collect(engine, frame.layout, munge::column_of(b));
  const auto text = [](const frame::Column& of, double code) {
    return std::isnan(code) ? "NA" : (*of.domain)[static_cast<std::size_t>(code)];
  };
  std::map<std::string, std::int64_t> counts;
  for (std::size_t i = 0; i < left.size(); ++i)
    ++counts[text(a, left[i]) + "_" + text(b, right[i])];
  const munge::InteractionRule rule{.most_levels = 1000, .least_rows = 300};
  const frame::Column made = munge::interact(engine, frame.layout, a, b, rule);
  std::int64_t before = kRows;
  for (const std::string& level : *made.domain) {
    if (level == "other") continue;
    EXPECT_GE(counts.at(level), 300) << level;
    EXPECT_LE(counts.at(level), before) << level;
    before = counts.at(level);
  }
  EXPECT_EQ(made.domain->back(), "other");
  const auto codes = munge::collect(engine, frame.layout, munge::column_of(made));
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const std::string wanted = text(a, left[i]) + "_" + text(b, right[i]);
    EXPECT_EQ(text(made, codes[i]), counts[wanted] >= 300 ? wanted : "other");
  }
}

/// The definition of the transform, of one line.
std::vector<double> cosines(const std::vector<double>& x) {
  const auto n = static_cast<double>(x.size());
  std::vector<double> made;
  for (std::size_t k = 0; k < x.size(); ++k) {
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      sum += x[i] * std::cos(std::numbers::pi * (static_cast<double>(i) + 0.5) *
                             static_cast<double>(k) / n);
    }
    made.push_back(sum * std::sqrt((k == 0 ? 1 : 2) / n));
  }
  return made;
}

TEST(Verbs, CosineTransformsAreThoseOfTheDefinition) {
  mr::LocalCluster cluster(1, 2, kMemory, munge::tasks());
  mr::Engine& engine = cluster.node(0).engine();
  const frame::Frame frame = reals_of(munge::make_simple_frame(engine, like()));
  const munge::CosineShape shape{.sides = {6, 1, 1}, .inverse = false};
  const frame::Frame made = munge::cosine_transform(engine, frame, shape);
  const frame::Frame back =
      munge::cosine_transform(engine, made, {.sides = shape.sides, .inverse = true});
  const auto all = [&](const frame::Frame& of) {
    std::vector<std::vector<double>> columns;
    for (const frame::Column& c : of.columns) {
      columns.push_back(munge::collect(engine, of.layout, munge::column_of(c)));
    }
    return columns;
  };
  const auto from = all(frame);
  const auto to = all(made);
  const auto again = all(back);
  for (std::size_t row = 0; row < static_cast<std::size_t>(kRows); row += 251) {
    std::vector<double> line;
    for (const auto& values : from) line.push_back(values[row]);
    const auto wanted = cosines(line);
    for (std::size_t c = 0; c < line.size(); ++c) {
      EXPECT_NEAR(to[c][row], wanted[c], 1e-11);
      EXPECT_NEAR(again[c][row], line[c], 1e-11);
    }
  }
}

TEST(Verbs, RefuseWhatDoesNotFit) {
  mr::LocalCluster cluster(1, 1, kMemory, munge::tasks());
  mr::Engine& engine = cluster.node(0).engine();
  munge::Rollups rollups(engine);
  const frame::Frame gaps = with_gaps(engine);
  EXPECT_THROW(munge::check({.sides = {6, 1, 1}}, reals_of(gaps), rollups), InputError);
  EXPECT_THROW(munge::check({.sides = {0, 1, 1}}, gaps, rollups), InputError);
  EXPECT_THROW(munge::check({.sides = {1 << 30, 1 << 30, 1 << 30}}, gaps, rollups), InputError);
  EXPECT_THROW(munge::tabulate(engine, gaps, {.predictor = "S0", .response = "E0"}, rollups),
               InputError);
  EXPECT_THROW(munge::find_rows(engine, gaps.select(std::vector{gaps.require("E0")}),
                                std::string("no level"), 0),
               InputError);
}

TEST(Verbs, SimpleFramesKeepTheirBounds) {
  mr::LocalCluster cluster(1, 2, kMemory, munge::tasks());
  mr::Engine& engine = cluster.node(0).engine();
  munge::Rollups rollups(engine);
  const frame::Frame frame = munge::make_simple_frame(engine, like());
  const auto whole = rollups.of(frame.layout, column(frame, "I1"));
  EXPECT_TRUE(whole.is_int);
  EXPECT_EQ(whole.min(), 0);
  EXPECT_EQ(whole.max(), 5);
  EXPECT_EQ(column(frame, "E1").cardinality(), 9);
  const frame::Chunk texts = engine.chunk(*frame.layout, column(frame, "S0").id, GroupIndex(0));
  EXPECT_EQ(texts.text(0)->size(), 13U);
  EXPECT_NE(*texts.text(0), *texts.text(1));
}

}  // namespace

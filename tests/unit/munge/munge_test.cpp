#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include <neve/base/rng.hpp>
#include <neve/frame/chunk_builder.hpp>
#include <neve/munge/calendar.hpp>
#include <neve/munge/evaluate.hpp>
#include <neve/munge/group_by.hpp>
#include <neve/munge/order.hpp>
#include <neve/munge/rollups.hpp>
#include <neve/munge/rows.hpp>

#include "mr/api/compute_node.hpp"
#include "munge/api/tasks.hpp"

namespace {

using namespace neve;

constexpr std::int64_t kMemory = std::int64_t{1} << 30U;
constexpr std::int64_t kRows = 40'000;

/// x: normal-like reals with some missing; k: whole numbers below 50.
struct Data {
  std::vector<double> x;
  std::vector<double> k;
  Data() {
    const CounterRng random(11);
    for (std::uint64_t i = 0; i < kRows; ++i) {
      x.push_back(i % 97 == 0 ? std::nan("") : std::ldexp(random.uniform(i) - 0.5, 10));
      k.push_back(static_cast<double>(random.below(i + kRows, 50)));
    }
  }
};

frame::Frame load(mr::Engine& engine, const Data& data) {
  frame::Frame frame;
  frame.layout = engine.new_layout(frame::row_cuts(kRows, 2));
  for (const auto* values : {&data.x, &data.k}) {
    const ColumnId id = engine.new_column_id();
    for (std::int32_t g = 0; g < frame.layout->groups(); ++g) {
      const auto first = static_cast<std::size_t>(frame.layout->first_row(GroupIndex(g)));
      const auto rows = static_cast<std::size_t>(frame.layout->rows_of(GroupIndex(g)));
      engine.put_chunk(*frame.layout, id, GroupIndex(g),
                       frame::encode_doubles(std::span(*values).subspan(first, rows)));
    }
    const mr::OutputColumn kind;
    frame.add(values == &data.x ? "x" : "k", engine.adopt({&id, 1}, {&kind, 1})[0]);
  }
  return frame;
}

/// Everything that floats could make differ, as one list.
std::vector<double> figures(int nodes, int threads) {
  mr::LocalCluster cluster(nodes, threads, kMemory, munge::tasks());
  mr::Engine& engine = cluster.node(0).engine();
  const frame::Frame frame = load(engine, Data());
  const auto x = munge::column_of(frame.columns[0]);
  const auto k = munge::column_of(frame.columns[1]);
  const auto sum = munge::binary(munge::Op::add, munge::binary(munge::Op::multiply, x, x), k);
  const auto reduced = munge::reduce(engine, frame.layout, {&sum, 1})[0];
  std::vector<double> all = {reduced.sum, reduced.mean, reduced.squares, reduced.min, reduced.max};
  const auto groups = munge::group_by(engine, frame.layout, {&k, 1}, {&x, 1});
  for (std::size_t g = 0; g < groups.size(); ++g) {
    all.push_back(groups.figure(g, 0).sum);
    all.push_back(groups.figure(g, 0).squares);
  }
  const std::vector<double> probs = {0.01, 0.5, 0.99};
  for (const double q : munge::quantiles(engine, frame.layout, x, probs)) all.push_back(q);
  munge::Rollups rollups(engine);
  all.push_back(rollups.of(frame)[0].sigma);
  all.push_back(static_cast<double>(rollups.checksum(frame)));
  const auto mask = munge::binary(munge::Op::greater, x, munge::constant_of(0));
  all.push_back(static_cast<double>(rollups.checksum(munge::filter(engine, {mask, frame}))));
  return all;
}

TEST(Munge, GivesTheSameBitsOnAnyThreadsAndNodes) {
  const auto expected = figures(1, 1);
  for (const int threads : {2, 3, 8}) EXPECT_EQ(figures(1, threads), expected);
  EXPECT_EQ(figures(3, 2), expected);
}

TEST(Munge, FiguresAgreeWithPlainLoops) {
  mr::LocalCluster cluster(1, 2, kMemory, munge::tasks());
  mr::Engine& engine = cluster.node(0).engine();
  const Data data;
  const frame::Frame frame = load(engine, data);
  std::vector<double> present;
  for (const double v : data.x) {
    if (!std::isnan(v)) present.push_back(v);
  }
  std::ranges::sort(present);
  const auto x = munge::column_of(frame.columns[0]);
  const auto reduced = munge::reduce(engine, frame.layout, {&x, 1})[0];
  const double sum = std::accumulate(present.begin(), present.end(), 0.0);
  EXPECT_NEAR(reduced.sum, sum, 1e-9 * std::fabs(sum));
  EXPECT_EQ(reduced.present(), static_cast<std::int64_t>(present.size()));
  EXPECT_EQ(reduced.min, present.front());
  EXPECT_EQ(reduced.max, present.back());
  const std::vector<double> probs = {0, 0.37, 1};
  const auto found = munge::quantiles(engine, frame.layout, x, probs, munge::Interpolation::low);
  const auto rank = static_cast<std::size_t>(0.37 * static_cast<double>(present.size() - 1));
  EXPECT_EQ(found, (std::vector<double>{present.front(), present[rank], present.back()}));
}

TEST(Munge, QuantilesOfWholeNumbersAreCounted) {
  mr::LocalCluster cluster(2, 2, kMemory, munge::tasks());
  mr::Engine& engine = cluster.node(0).engine();
  const Data data;
  const frame::Frame frame = load(engine, data);
  // Counted, at both ends of what is counted, beyond them, and with one fraction among them.
  for (const auto& [by, plus, odd] : std::vector<std::array<double, 3>>{
           {1, -7, 0}, {2000, -32768, 0}, {2000, -32769, 0}, {1400, -3064, 0}, {1, 0, 0.5}}) {
    std::vector<double> expected;
    for (const double k : data.k) {
      expected.push_back(k * by + plus + (k == 11 ? odd : 0));
    }
    std::ranges::sort(expected);
    const auto k = munge::column_of(frame.columns[1]);
    const auto scaled =
        munge::binary(munge::Op::add, munge::binary(munge::Op::multiply, k, munge::constant_of(by)),
                      munge::constant_of(plus));
    const auto values =
        munge::binary(munge::Op::add, scaled,
                      munge::binary(munge::Op::multiply,
                                    munge::binary(munge::Op::equal, k, munge::constant_of(11)),
                                    munge::constant_of(odd)));
    const std::vector<double> probs = {0, 0.1, 0.5, 0.77, 1};
    const auto found =
        munge::quantiles(engine, frame.layout, values, probs, munge::Interpolation::low);
    for (std::size_t i = 0; i < probs.size(); ++i) {
      EXPECT_EQ(found[i], expected[static_cast<std::size_t>(probs[i] * (kRows - 1))]);
    }
  }
}

TEST(Munge, SortIsStableWithMissingFirst) {
  mr::LocalCluster cluster(3, 2, kMemory, munge::tasks());
  mr::Engine& engine = cluster.node(0).engine();
  const Data data;
  const frame::Frame frame = load(engine, data);
  for (const bool up : {true, false}) {
    std::vector<std::int64_t> expected(kRows);
    std::iota(expected.begin(), expected.end(), 0);
    std::ranges::stable_sort(expected, [&](std::int64_t a, std::int64_t b) {
      const double p = data.x[static_cast<std::size_t>(a)];
      const double q = data.x[static_cast<std::size_t>(b)];
      if (std::isnan(p) || std::isnan(q)) return std::isnan(p) && !std::isnan(q);
      return up ? p < q : p > q;
    });
    const munge::SortKey key{frame.columns[0], up};
    EXPECT_EQ(munge::sorted_rows(engine, frame.layout, {&key, 1}), expected);
    const frame::Frame sorted = munge::gather(engine, frame, expected);
    const auto values = munge::collect(engine, sorted.layout, munge::column_of(sorted.columns[0]));
    for (std::size_t i = 0; i < values.size(); i += 997) {
      const double original = data.x[static_cast<std::size_t>(expected[i])];
      EXPECT_TRUE(values[i] == original || (std::isnan(values[i]) && std::isnan(original)));
    }
  }
}

TEST(Munge, SparseFiltersAreCutAnew) {
  mr::LocalCluster cluster(1, 1, kMemory, munge::tasks());
  mr::Engine& engine = cluster.node(0).engine();
  const frame::Frame frame = load(engine, Data());
  const auto k = munge::column_of(frame.columns[1]);
  const auto few = munge::binary(munge::Op::equal, k, munge::constant_of(3));
  const auto most = munge::binary(munge::Op::not_equal, k, munge::constant_of(3));
  const frame::Frame small = munge::filter(engine, {few, frame});
  const frame::Frame large = munge::filter(engine, {most, frame});
  EXPECT_EQ(small.rows() + large.rows(), kRows);
  EXPECT_EQ(small.layout->cuts, frame::row_cuts(small.rows(), 2));
  EXPECT_EQ(large.layout->groups(), frame.layout->groups());
}

TEST(Munge, FreesWhatItMade) {
  mr::LocalCluster cluster(1, 1, kMemory, munge::tasks());
  mr::Engine& engine = cluster.node(0).engine();
  const frame::Frame frame = load(engine, Data());
  const std::int64_t before = cluster.node(0).budget().used();
  {
    const auto x = munge::column_of(frame.columns[0]);
    const frame::Frame half = munge::slice(engine, frame, 5, kRows / 2);
    const auto made = munge::evaluate(engine, frame.layout, {&x, 1});
    EXPECT_GT(cluster.node(0).budget().used(), before);
  }
  EXPECT_EQ(cluster.node(0).budget().used(), before);
}

TEST(Calendar, CountsDaysLeapYearsAndWeeks) {
  EXPECT_EQ(munge::millis_of({.year = 2000, .month = 2, .day = 29}), 951'782'400'000);
  const munge::CivilTime time = munge::civil_of(-1);
  EXPECT_EQ(time.year, 1969);
  EXPECT_EQ(time.millis, 999);
  EXPECT_EQ(munge::weekday_of(0), 3);
  // 1 January 2021 was a Friday and belongs to week 53 of 2020.
  EXPECT_EQ(munge::iso_week_of(munge::millis_of({.year = 2021, .month = 1, .day = 1})), 53);
  EXPECT_EQ(munge::millis_of({.year = 2019, .month = 14, .day = 1}),
            munge::millis_of({.year = 2020, .month = 2, .day = 1}));
}

}  // namespace

/// Searches against plain loops over all pairs, and the same bits on any threads and nodes.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <tuple>

#include <neve/base/error.hpp>
#include <neve/base/isa.hpp>

#include "series/packing.hpp"
#include "series/search_kernels.hpp"
#include "unit/series/series_frames.hpp"

namespace neve::series_test {
namespace {

using series::Neighbors;

/// Distances are added in another order than here.
constexpr double kRelative = 1e-5;

struct Pair {
  double squared = 0;
  std::int64_t row = 0;
  std::int64_t other = 0;
};

std::vector<Pair> by_distance(std::vector<Pair> pairs) {
  std::ranges::sort(pairs, [](const Pair& a, const Pair& b) {
    return std::tie(a.squared, a.row, a.other) < std::tie(b.squared, b.row, b.other);
  });
  return pairs;
}

/// Distances must be right, and rows those of the plain loop wherever distances tell them apart.
void expect_same(const Neighbors& found, const std::vector<Pair>& wanted) {
  ASSERT_EQ(found.distance.size(), wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const double distance = std::sqrt(wanted[i].squared);
    EXPECT_NEAR(found.distance[i], distance, kRelative * distance + 1e-6) << i;
    const auto near = [&](std::size_t j) {
      return j < wanted.size() &&
             std::fabs(std::sqrt(wanted[j].squared) - distance) < kRelative * distance + 1e-6;
    };
    if ((i > 0 && near(i - 1)) || near(i + 1)) continue;
    EXPECT_EQ(found.query[i], wanted[i].row) << i;
    EXPECT_EQ(found.row[i], wanted[i].other) << i;
  }
}

struct Case {
  std::size_t rows;
  std::size_t length;
  std::int32_t segments;
  bool normalize;
  std::int64_t rows_of_group;
};

class Searches : public ::testing::TestWithParam<Case> {
 protected:
  Searches()
      : cluster(1, 2, kMemory, series::tasks()),
        engine(cluster.node(0).engine()),
        table(walks(GetParam().rows, GetParam().length, 3)),
        exact(held(table, GetParam().normalize)) {
    const frame::Frame frame = load(engine, table, GetParam().rows_of_group);
    index = series::build(engine, frame,
                          {.segments = GetParam().segments, .normalize = GetParam().normalize});
  }
  mr::LocalCluster cluster;
  mr::Engine& engine;
  Table table;
  Table exact;
  series::Index index;
};

TEST_P(Searches, NearestIsThatOfAPlainLoop) {
  Table queries = walks(40, GetParam().length, 4);
  queries[5] = table[table.size() / 2];
  const Table exact_queries = held(queries, GetParam().normalize);
  const frame::Frame frame = load(engine, queries, 16);
  for (const std::int64_t most : {std::int64_t{1}, std::int64_t{5}, std::int64_t{9'999}}) {
    const Neighbors found = series::nearest(engine, index, frame, {.most = most});
    const auto each = std::min<std::size_t>(static_cast<std::size_t>(most), table.size());
    ASSERT_EQ(found.row.size(), each * queries.size());
    for (std::size_t q = 0; q < queries.size(); ++q) {
      std::vector<Pair> pairs;
      for (std::size_t row = 0; row < table.size(); ++row) {
        pairs.push_back({squared_distance(exact_queries[q], exact[row]),
                         static_cast<std::int64_t>(q), static_cast<std::int64_t>(row)});
      }
      pairs = by_distance(pairs);
      pairs.resize(each);
      Neighbors mine;
      for (std::size_t i = q * each; i < (q + 1) * each; ++i) {
        mine.query.push_back(found.query[i]);
        mine.row.push_back(found.row[i]);
        mine.distance.push_back(found.distance[i]);
      }
      expect_same(mine, pairs);
    }
  }
}

TEST_P(Searches, OfEquallyNearRowsTheFirstComesFirst) {
  Table twice = table;
  twice.insert(twice.end(), table.begin(), table.end());
  const frame::Frame frame = load(engine, twice, GetParam().rows_of_group);
  const series::Index both = series::build(
      engine, frame, {.segments = GetParam().segments, .normalize = GetParam().normalize});
  const frame::Frame queries = load(engine, table, GetParam().rows_of_group);
  const Neighbors found = series::nearest(engine, both, queries, {.most = 2});
  for (std::size_t q = 0; q < table.size(); ++q) {
    std::vector<std::int64_t> equal;
    for (std::size_t row = 0; row < twice.size(); ++row) {
      const bool same =
          GetParam().normalize ? exact[q] == exact[row % table.size()] : table[q] == twice[row];
      if (same) equal.push_back(static_cast<std::int64_t>(row));
    }
    EXPECT_EQ(found.distance[2 * q], 0);
    EXPECT_EQ(found.distance[2 * q + 1], 0);
    EXPECT_EQ(found.row[2 * q], equal[0]) << q;
    EXPECT_EQ(found.row[2 * q + 1], equal[1]) << q;
  }
}

TEST_P(Searches, MotifsAreTheClosestPairs) {
  std::vector<Pair> pairs;
  for (std::size_t a = 0; a < table.size(); ++a) {
    for (std::size_t b = a + 1; b < table.size(); ++b) {
      pairs.push_back({squared_distance(exact[a], exact[b]), static_cast<std::int64_t>(a),
                       static_cast<std::int64_t>(b)});
    }
  }
  pairs = by_distance(pairs);
  for (const std::size_t most : {std::size_t{1}, std::size_t{400}}) {
    auto wanted = pairs;
    wanted.resize(std::min(most, pairs.size()));
    expect_same(series::motifs(engine, index, static_cast<std::int64_t>(most)), wanted);
  }
}

TEST_P(Searches, DiscordsAreFarthestFromTheirNearest) {
  std::vector<Pair> rows;
  for (std::size_t a = 0; a < table.size() && table.size() > 1; ++a) {
    Pair nearest{std::numeric_limits<double>::infinity(), static_cast<std::int64_t>(a), -1};
    for (std::size_t b = 0; b < table.size(); ++b) {
      const double squared = squared_distance(exact[a], exact[b]);
      if (b != a && squared < nearest.squared) {
        nearest = {squared, static_cast<std::int64_t>(a), static_cast<std::int64_t>(b)};
      }
    }
    rows.push_back(nearest);
  }
  std::ranges::stable_sort(rows,
                           [](const Pair& a, const Pair& b) { return a.squared > b.squared; });
  for (const std::size_t most : {std::size_t{1}, std::size_t{20}, table.size()}) {
    auto wanted = rows;
    wanted.resize(std::min(most, rows.size()));
    expect_same(series::discords(engine, index, static_cast<std::int64_t>(most)), wanted);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, Searches,
    ::testing::Values(Case{700, 64, 16, true, 256}, Case{700, 64, 16, false, 256},
                      Case{513, 61, 7, true, 200}, Case{300, 100, 33, true, 1000},
                      Case{130, 3, 3, true, 64}, Case{130, 1, 1, false, 64},
                      Case{1, 20, 4, true, 64}, Case{65, 300, 256, false, 65}));

/// What everything gives on a cluster, bit for bit.
std::vector<double> all_figures(int nodes, int threads, bool normalize) {
  mr::LocalCluster cluster(nodes, threads, kMemory, series::tasks());
  mr::Engine& engine = cluster.node(0).engine();
  const frame::Frame frame = load(engine, walks(3000, 40, 8), 256);
  const frame::Frame queries = load(engine, walks(100, 40, 9), 32);
  series::Index index = series::build(engine, frame, {.normalize = normalize});
  index.key = "index";
  series::Indexes(engine).publish(index);
  mr::Engine& other = cluster.node(cluster.size() - 1).engine();
  const series::Index found = series::Indexes(other).require("index", "index");
  std::vector<double> all = {static_cast<double>(found.checksum >> 32U),
                             static_cast<double>(found.checksum & 0xFFFFFFFFU),
                             static_cast<double>(found.bytes)};
  const auto add = [&all](const Neighbors& some) {
    for (const double x : figures(some)) all.push_back(x);
  };
  add(series::nearest(other, found, queries, {.most = 7}));
  add(series::nearest(engine, index, queries, {.most = 3, .leaves = 2}));
  add(series::motifs(other, found, 50));
  add(series::discords(engine, found, 10));
  return all;
}

TEST(Series, GiveTheSameBitsOnAnyThreadsAndNodes) {
  for (const bool normalize : {true, false}) {
    const auto expected = all_figures(1, 1, normalize);
    for (const int threads : {2, 3, 8}) EXPECT_EQ(all_figures(1, threads, normalize), expected);
    EXPECT_EQ(all_figures(3, 2, normalize), expected);
  }
}

TEST(Series, ApproximateNeighboursAreNearAndNeverTooNear) {
  mr::LocalCluster cluster(1, 2, kMemory, series::tasks());
  mr::Engine& engine = cluster.node(0).engine();
  const frame::Frame frame = load(engine, walks(4000, 64, 21), 1024);
  const frame::Frame queries = load(engine, walks(200, 64, 22), 64);
  const series::Index index = series::build(engine, frame, {});
  const Neighbors exact = series::nearest(engine, index, queries, {});
  std::size_t before = 0;
  for (const std::int32_t leaves : {1, 4, 16}) {
    const Neighbors near = series::nearest(engine, index, queries, {.leaves = leaves});
    std::size_t right = 0;
    for (std::size_t q = 0; q < exact.row.size(); ++q) {
      EXPECT_GE(near.distance[q], exact.distance[q]);
      if (near.row[q] == exact.row[q]) ++right;
    }
    EXPECT_GE(right, before);
    before = right;
  }
  // 16 leaves are all of a row group.
  EXPECT_EQ(before, exact.row.size());
}

TEST(Series, AnIndexOutlivesItsFrameAndANode) {
  mr::LocalCluster cluster(
      {.nodes = 3, .threads_each = 1, .memory_bytes_each = kMemory, .copies = 2}, series::tasks());
  mr::Engine& engine = cluster.node(0).engine();
  const frame::Frame queries = load(engine, walks(60, 32, 9), 16);
  std::vector<double> before;
  {
    const frame::Frame frame = load(engine, walks(900, 32, 8), 64);
    series::Index index = series::build(engine, frame, {});
    index.key = "index";
    series::Indexes(engine).publish(index);
    before = figures(series::nearest(engine, index, queries, {.most = 2}));
  }
  cluster.kill(1);
  const series::Index index = series::Indexes(engine).require("index", "index");
  EXPECT_EQ(figures(series::nearest(engine, index, queries, {.most = 2})), before);
}

TEST(Series, AnIndexIsGoneWhenNobodyNamesIt) {
  mr::LocalCluster cluster(1, 2, kMemory, series::tasks());
  mr::Engine& engine = cluster.node(0).engine();
  const std::int64_t used = engine.store().chunk_bytes();
  {
    const frame::Frame frame = load(engine, walks(900, 32, 8), 64);
    series::Index index = series::build(engine, frame, {});
    index.key = "index";
    series::Indexes(engine).publish(index);
    EXPECT_EQ(series::Indexes(engine).list().size(), 1U);
    EXPECT_GE(engine.store().chunk_bytes(), index.bytes);
  }
  engine.store().commit({.remove = {"index"}});
  EXPECT_FALSE(series::Indexes(engine).find("index"));
  EXPECT_EQ(engine.store().chunk_bytes(), used);
}

/// The message of what a call throws.
template <class Call>
std::string refusal(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(Series, WhatIsNoSeriesIsRefused) {
  mr::LocalCluster cluster(1, 2, kMemory, series::tasks());
  mr::Engine& engine = cluster.node(0).engine();
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double cell : {std::nan(""), infinity, -infinity, 2e15}) {
    Table table = walks(500, 20, 1);
    table[300][7] = cell;
    table[411][2] = cell;
    const frame::Frame frame = load(engine, table, 64);
    for (const bool normalize : {true, false}) {
      const auto message = refusal([&] { series::build(engine, frame, {.normalize = normalize}); });
      EXPECT_NE(message.find("Row 300 of frame 'walks'"), std::string::npos) << message;
      EXPECT_NE(message.find("column 't7'"), std::string::npos) << message;
    }
    const series::Index index = series::build(engine, load(engine, walks(99, 20, 1), 64), {});
    const auto message = refusal([&] { series::nearest(engine, index, frame, {}); });
    EXPECT_NE(message.find("Row 300"), std::string::npos) << message;
  }
}

TEST(Series, RequestsThatDoNotFitAreRefused) {
  mr::LocalCluster cluster(1, 2, kMemory, series::tasks());
  mr::Engine& engine = cluster.node(0).engine();
  const frame::Frame frame = load(engine, walks(99, 20, 1), 64);
  const frame::Frame shorter = load(engine, walks(99, 19, 1), 64);
  const series::Index index = series::build(engine, frame, {});
  EXPECT_EQ(index.settings.segments, 16);
  const auto has = [](const std::string& message, const std::string& part) {
    EXPECT_NE(message.find(part), std::string::npos) << message;
  };
  has(refusal([&] { series::build(engine, frame, {.segments = 21}); }), "from 1 to 20");
  has(refusal([&] { series::build(engine, frame, {.segments = -1}); }), "not -1");
  has(refusal([&] { series::build(engine, frame::Frame{}, {}); }), "has no series");
  has(refusal([&] { series::nearest(engine, index, shorter, {}); }), "19 points");
  has(refusal([&] { series::nearest(engine, index, frame, {.most = 0}); }), "not 0");
  has(refusal([&] { series::nearest(engine, index, frame, {.leaves = -1}); }), "not -1");
  has(refusal([&] { series::motifs(engine, index, 0); }), "not 0");
  has(refusal([&] { series::discords(engine, index, 10'001); }), "not 10001");
  has(refusal([&] { (void)series::Indexes(engine).require("none", "index"); }), "none");
  frame::Frame mixed = frame;
  mixed.columns[3].type = frame::ColumnType::categorical;
  has(refusal([&] { series::build(engine, mixed, {}); }), "Column 't3'");
}

TEST(Series, WhatDoesNotFitIntoMemoryIsRefused) {
  mr::LocalCluster cluster(1, 1, std::int64_t{2} << 20U, series::tasks());
  mr::Engine& engine = cluster.node(0).engine();
  Table table;
  for (int row = 0; row < 20'000; ++row) {
    table.push_back({double(row % 2), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17});
  }
  const frame::Frame frame = load(engine, table, 4096);
  const std::int64_t used = engine.budget().used();
  EXPECT_THROW((void)series::build(engine, frame, {}), OutOfMemoryError);
  EXPECT_EQ(engine.budget().used(), used);
}

TEST(Series, ACancelledSearchEnds) {
  mr::LocalCluster cluster(1, 2, kMemory, series::tasks());
  mr::Engine& engine = cluster.node(0).engine();
  const frame::Frame frame = load(engine, walks(2000, 128, 1), 256);
  const series::Index index = series::build(engine, frame, {});
  std::vector<double> told;
  const auto token = std::make_shared<job::Token>();
  series::Watch watch;
  watch.token = token;
  watch.progress = [&](double fraction) {
    told.push_back(fraction);
    if (told.size() == 2) token->cancel();
  };
  EXPECT_THROW((void)series::motifs(engine, index, 3, watch), Cancelled);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_LT(told[0], told[1]);
  EXPECT_THROW((void)series::build(engine, frame, {}, watch), Cancelled);
}

/// Goes on from each state that a search kept, and counts how often it then told how far it is.
void expect_resumes(const std::function<Neighbors(const series::Watch&)>& search) {
  std::vector<wire::Bytes> states;
  std::vector<double> told;
  series::Watch watch;
  watch.progress = [&](double fraction) { told.push_back(fraction); };
  watch.keep = [&](const std::function<wire::Bytes()>& state) { states.push_back(state()); };
  const auto expected = figures(search(watch));
  ASSERT_GE(states.size(), 2U);
  const std::vector<wire::Bytes> kept = states;
  const std::size_t all = told.size();
  for (std::size_t i = 0; i < kept.size(); ++i) {
    told.clear();
    watch.saved = &kept[i];
    EXPECT_EQ(figures(search(watch)), expected);
    EXPECT_EQ(told.size(), all - i - 1);
  }
}

TEST(Series, SearchesGoOnWhereTheyWereCutOff) {
  mr::LocalCluster cluster(1, 2, kMemory, series::tasks());
  mr::Engine& engine = cluster.node(0).engine();
  const frame::Frame frame = load(engine, walks(1500, 400, 1), 256);
  const series::Index index = series::build(engine, frame, {});
  expect_resumes([&](const series::Watch& watch) {
    return series::nearest(engine, index, frame, {.most = 2}, watch);
  });
  expect_resumes(
      [&](const series::Watch& watch) { return series::motifs(engine, index, 5, watch); });
  expect_resumes(
      [&](const series::Watch& watch) { return series::discords(engine, index, 400, watch); });
}

TEST(SeriesKernels, GiveTheSameAtBothLevels) {
  if (highest_isa() != Isa::v4) GTEST_SKIP() << "this CPU has no x86-64-v4";
  const CounterRng random(5);
  std::vector<float> a(1000);
  std::vector<float> b(1000);
  for (std::size_t i = 0; i < a.size(); ++i) {
    a[i] = static_cast<float>(random.uniform(i) - 0.5);
    b[i] = static_cast<float>(random.uniform(i + 5000) - 0.5);
  }
  const double all = std::numeric_limits<double>::infinity();
  const std::vector<float> figures = {0.1F, 3, 1e-6F};
  std::vector<float> sums3(900, 1);
  std::vector<float> sums4(900, 1);
  series::v3::kSearchKernels.add_boxes(a.data(), b.data(), 900, figures.data(), sums3.data());
  series::v4::kSearchKernels.add_boxes(a.data(), b.data(), 900, figures.data(), sums4.data());
  EXPECT_EQ(sums3, sums4);
  for (const std::size_t stride : {8U, 64U, 72U, 1000U}) {
    EXPECT_EQ(series::v3::kSearchKernels.distance(a.data(), b.data(), stride, all),
              series::v4::kSearchKernels.distance(a.data(), b.data(), stride, all));
  }
  std::vector<float> rounded = a;
  series::round_as_packed(rounded);
  const float step = series::step_of(series::exponent_of(a));
  std::vector<std::uint8_t> packed(a.size() * series::kPackedBytes);
  series::pack(a, step, packed.data());
  for (const std::size_t stride : {8U, 64U, 72U, 1000U}) {
    const series::PackedSeries points{packed.data(), step};
    const double wanted =
        series::v3::kSearchKernels.distance(rounded.data(), b.data(), stride, all);
    EXPECT_EQ(series::v3::kSearchKernels.packed_distance(points, b.data(), stride, all), wanted);
    EXPECT_EQ(series::v4::kSearchKernels.packed_distance(points, b.data(), stride, all), wanted);
  }
  std::vector<std::uint8_t> words(8 * 64);
  std::vector<std::uint8_t> table(8 * 32);
  for (std::size_t i = 0; i < words.size(); ++i) {
    words[i] = static_cast<std::uint8_t>(random.below(i, 256));
  }
  for (std::size_t i = 0; i < table.size(); ++i) {
    table[i] = static_cast<std::uint8_t>(random.below(i + 1000, 40));
  }
  for (const std::uint8_t limit : {std::uint8_t{0}, std::uint8_t{200}, std::uint8_t{255}}) {
    std::uint64_t marks = 0;
    for (std::size_t row = 0; row < 64; ++row) {
      int sum = 0;
      for (std::size_t s = 0; s < 16; ++s) {
        const int both = words[s / 2 * 64 + row];
        sum += table[s * 16 + static_cast<std::size_t>(s % 2 == 0 ? both & 15 : both >> 4)];
      }
      if (std::min(sum, 255) <= limit) marks |= std::uint64_t{1} << row;
    }
    EXPECT_EQ(series::v3::kSearchKernels.mark_rows(words.data(), 8, table.data(), limit), marks);
    EXPECT_EQ(series::v4::kSearchKernels.mark_rows(words.data(), 8, table.data(), limit), marks);
  }
}

}  // namespace
}  // namespace neve::series_test

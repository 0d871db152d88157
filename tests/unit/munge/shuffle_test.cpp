#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <map>
#include <numeric>
#include <string>
#include <thread>

#include <neve/base/rng.hpp>
#include <neve/frame/chunk_builder.hpp>
#include <neve/munge/expression.hpp>
#include <neve/munge/group_by.hpp>
#include <neve/munge/order.hpp>
#include <neve/munge/rollups.hpp>
#include <neve/munge/rows.hpp>

#include "mr/api/compute_node.hpp"
#include "munge/api/tasks.hpp"

// Sorts, joins and group-bys as exchanges between nodes: against plain loops, on several numbers of
// nodes, and while a node dies.
namespace {

using namespace neve;

constexpr std::int64_t kMemory = std::int64_t{1} << 30U;
constexpr std::int64_t kRows = 40'000;
constexpr int kMissingText = -1;

/// Columns by row; every kind of key, with ties and missing values.
struct Table {
  std::vector<double> reals;           ///< NaN is missing
  std::vector<std::int64_t> integers;  ///< beyond 2^53
  std::vector<std::int32_t> codes;     ///< of kLevels
  std::vector<std::int32_t> texts;     ///< of text_of
  std::vector<std::int64_t> times;

  Table(std::int64_t rows, std::uint64_t seed, std::uint64_t distinct) {
    const CounterRng random(seed);
    const auto draw = [&](std::uint64_t row, std::uint64_t column) {
      return random.below(row * 8 + column, distinct);
    };
    for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(rows); ++i) {
      const auto real = static_cast<double>(draw(i, 0)) - 3.5;
      reals.push_back(i % 31 == 0 ? std::nan("") : real / 8);
      const auto big = static_cast<std::int64_t>(draw(i, 1));
      integers.push_back(i % 29 == 0 ? frame::kMissingInt64 : (std::int64_t{1} << 60U) + big);
      codes.push_back(static_cast<std::int32_t>(draw(i, 2) % 12) - 1);
      texts.push_back(static_cast<std::int32_t>(draw(i, 3) % 300) - 1);
      times.push_back(1'600'000'000'000 + static_cast<std::int64_t>(draw(i, 4)) * 1000);
    }
  }
  [[nodiscard]] std::int64_t rows() const { return static_cast<std::int64_t>(reals.size()); }
};

/// Texts that differ behind a long common start, and that hold bytes of every kind.
std::string text_of(std::int32_t n) {
  if (n == 0) return "";
  return n % 3 == 0 ? std::string("a common start, then ") + std::to_string(n)
                    : std::string(1, static_cast<char>(n)) + std::to_string(n % 5);
}

const std::vector<std::string> kLevels = {"k", "a", "j", "b", "i", "c", "h", "d", "g", "e", "f"};

frame::Chunk text_chunk(std::span<const std::int32_t> texts) {
  frame::TextBuilder builder;
  for (const std::int32_t n : texts) {
    n == kMissingText ? builder.append_missing() : builder.append(text_of(n));
  }
  return builder.finish();
}

frame::Frame load(mr::Engine& engine, const Table& table) {
  frame::Frame frame;
  frame.layout = engine.new_layout(frame::row_cuts(table.rows(), 5));
  const auto add = [&](std::string name, const mr::OutputColumn& kind, const auto& values,
                       const auto& encode) {
    const ColumnId id = engine.new_column_id();
    for (std::int32_t g = 0; g < frame.layout->groups(); ++g) {
      const auto first = static_cast<std::size_t>(frame.layout->first_row(GroupIndex(g)));
      const auto rows = static_cast<std::size_t>(frame.layout->rows_of(GroupIndex(g)));
      engine.put_chunk(*frame.layout, id, GroupIndex(g),
                       encode(std::span(values).subspan(first, rows)));
    }
    frame.add(std::move(name), engine.adopt({&id, 1}, {&kind, 1})[0]);
  };
  using frame::ColumnType;
  add("reals", {}, table.reals, [](auto v) { return frame::encode_doubles(v); });
  add("integers", {}, table.integers, [](auto v) { return frame::encode_int64(v); });
  add("codes",
      {.type = ColumnType::categorical, .domain = std::make_shared<const frame::Domain>(kLevels)},
      table.codes, [](auto v) { return frame::encode_codes(v); });
  add("texts", {.type = ColumnType::string}, table.texts, text_chunk);
  add("times", {.type = ColumnType::time}, table.times,
      [](auto v) { return frame::encode_times(v); });
  return frame;
}

/// The order of two rows in one column: missing ones first, whatever the direction.
template <class Value>
int compare(const Value& a, const Value& b, bool a_missing, bool b_missing, bool up) {
  if (a_missing || b_missing) return static_cast<int>(b_missing) - static_cast<int>(a_missing);
  if (a == b) return 0;
  return (a < b) == up ? -1 : 1;
}

int compare(const Table& t, std::size_t column, std::int64_t a, std::int64_t b, bool up) {
  const auto i = static_cast<std::size_t>(a);
  const auto j = static_cast<std::size_t>(b);
  switch (column) {
    case 0:
      return compare(t.reals[i], t.reals[j], std::isnan(t.reals[i]), std::isnan(t.reals[j]), up);
    case 1: {
      const auto none = frame::kMissingInt64;
      return compare(t.integers[i], t.integers[j], t.integers[i] == none, t.integers[j] == none,
                     up);
    }
    case 2:
      return compare(t.codes[i], t.codes[j], t.codes[i] < 0, t.codes[j] < 0, up);
    case 3:
      return compare(text_of(t.texts[i]), text_of(t.texts[j]), t.texts[i] == kMissingText,
                     t.texts[j] == kMissingText, up);
    default:
      return compare(t.times[i], t.times[j], false, false, up);
  }
}

struct Key {
  std::size_t column;
  bool up;
};

std::vector<std::int64_t> expected_order(const Table& table, const std::vector<Key>& keys) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(table.rows()));
  std::iota(rows.begin(), rows.end(), 0);
  std::ranges::stable_sort(rows, [&](std::int64_t a, std::int64_t b) {
    for (const Key& key : keys) {
      const int order = compare(table, key.column, a, b, key.up);
      if (order != 0) return order < 0;
    }
    return false;
  });
  return rows;
}

std::vector<munge::SortKey> keys_on(const frame::Frame& frame, const std::vector<Key>& keys) {
  std::vector<munge::SortKey> made;
  for (const Key& key : keys) made.push_back({frame.columns[key.column], key.up});
  return made;
}

const std::vector<std::vector<Key>> kOrders = {
    {{0, true}},
    {{1, false}},
    {{3, true}},
    {{3, false}, {0, true}},
    {{2, true}, {4, false}, {1, true}},
    {{0, false}, {1, true}, {2, false}, {3, true}, {4, true}},
};

TEST(Sort, AgreesWithAStableSortInMemory) {
  mr::LocalCluster cluster(3, 2, kMemory, munge::tasks());
  mr::Engine& engine = cluster.node(1).engine();
  for (const std::uint64_t distinct : {1U, 40U, 1U << 30U}) {
    const Table table(kRows, 3, distinct);
    const frame::Frame frame = load(engine, table);
    for (const auto& keys : kOrders) {
      EXPECT_EQ(munge::sorted_rows(engine, frame.layout, keys_on(frame, keys)),
                expected_order(table, keys))
          << "by column " << keys[0].column << ", " << distinct << " distinct values";
    }
  }
}

TEST(Sort, GivesTheRowsInThatOrder) {
  mr::LocalCluster cluster(2, 2, kMemory, munge::tasks());
  mr::Engine& engine = cluster.node(0).engine();
  const Table table(kRows, 5, 40);
  const frame::Frame frame = load(engine, table);
  const std::vector<Key> keys = {{3, false}, {0, true}};
  const frame::Frame sorted = munge::sort(engine, frame, keys_on(frame, keys));
  EXPECT_EQ(sorted.layout->cuts, frame::row_cuts(kRows, 5));
  const std::vector<std::int64_t> order = expected_order(table, keys);
  Table moved(0, 1, 1);
  for (const std::int64_t row : order) {
    const auto i = static_cast<std::size_t>(row);
    moved.reals.push_back(table.reals[i]);
    moved.integers.push_back(table.integers[i]);
    moved.codes.push_back(table.codes[i]);
    moved.texts.push_back(table.texts[i]);
    moved.times.push_back(table.times[i]);
  }
  munge::Rollups rollups(engine);
  EXPECT_EQ(rollups.checksum(sorted), rollups.checksum(load(engine, moved)));
}

TEST(Sort, OfNoRowsAndOfNoColumns) {
  mr::LocalCluster cluster(2, 1, kMemory, munge::tasks());
  mr::Engine& engine = cluster.node(0).engine();
  const frame::Frame none = load(engine, Table(0, 1, 1));
  EXPECT_EQ(munge::sort(engine, none, keys_on(none, {{0, true}, {3, true}})).rows(), 0);
  const Table table(5000, 1, 9);
  const frame::Frame frame = load(engine, table);
  EXPECT_EQ(munge::sorted_rows(engine, frame.layout, {}), expected_order(table, {}));
}

const std::vector<munge::Statistic> kStatistics = {
    munge::Statistic::rows,     munge::Statistic::sum,       munge::Statistic::mean,
    munge::Statistic::variance, munge::Statistic::deviation, munge::Statistic::least,
    munge::Statistic::most,     munge::Statistic::median,    munge::Statistic::sum_of_squares};

/// Every statistic of the reals by the columns at `keys`, and the mode of the codes.
munge::Grouping grouping_of(const frame::Frame& frame, const std::vector<std::size_t>& keys) {
  munge::Grouping grouping;
  for (const std::size_t k : keys) grouping.keys.push_back(munge::column_of(frame.columns[k]));
  for (const munge::Statistic statistic : kStatistics) {
    grouping.aggregates.push_back({statistic, grouping.values.size(), munge::MissingCells::remove});
    grouping.values.push_back(munge::column_of(frame.columns[0]));
  }
  grouping.aggregates.push_back(
      {munge::Statistic::mode, grouping.values.size(), munge::MissingCells::count});
  grouping.values.push_back(munge::column_of(frame.columns[2]));
  return grouping;
}

/// Row pairs of a join by nested loops over sorted rows.
struct Pairs {
  std::vector<std::int64_t> left;
  std::vector<std::int64_t> right;
};

/// Checksums of everything that moves rows, as driven by one node.
std::vector<std::int64_t> checksums(mr::Engine& engine, const frame::Frame& a,
                                    const frame::Frame& b) {
  munge::Rollups rollups(engine);
  std::vector<std::int64_t> all;
  for (const auto& keys : kOrders) {
    all.push_back(rollups.checksum(munge::sort(engine, a, keys_on(a, keys))));
  }
  for (const bool all_left : {false, true}) {
    for (const bool all_right : {false, true}) {
      const munge::JoinRule rule{
          .left = {2, 0}, .right = {2, 0}, .all_left = all_left, .all_right = all_right};
      const munge::Joined joined = munge::join(engine, a, b, rule);
      all.push_back(rollups.checksum(joined.left));
      all.push_back(rollups.checksum(joined.right));
      all.push_back(joined.left.rows());
      const munge::Joined turned = munge::join(engine, b, a, rule);
      all.push_back(rollups.checksum(turned.left));
      all.push_back(rollups.checksum(turned.right));
    }
  }
  for (const std::vector<std::size_t>& keys :
       std::vector<std::vector<std::size_t>>{{2}, {0, 4}, {}}) {
    const auto groups = munge::group_frame(engine, a.layout, grouping_of(a, keys));
    all.push_back(rollups.checksum(groups));
    all.push_back(groups.rows());
  }
  for (const auto missing : {munge::MissingKeys::last, munge::MissingKeys::dropped}) {
    const munge::Grouping unique{.keys = {munge::column_of(a.columns[0])}, .missing_keys = missing};
    all.push_back(rollups.checksum(munge::group_frame(engine, a.layout, unique)));
  }
  const std::vector<double> probs = {0, 0.1, 0.5, 0.999, 1};
  for (const double q : munge::quantiles(engine, a.layout, munge::column_of(a.columns[0]), probs)) {
    all.push_back(std::bit_cast<std::int64_t>(q));
  }
  return all;
}

std::vector<std::int64_t> checksums_on(int nodes, int threads, std::uint64_t distinct) {
  mr::LocalCluster cluster({.nodes = nodes,
                            .threads_each = threads,
                            .memory_bytes_each = kMemory,
                            .copies = std::min(nodes, 2)},
                           munge::tasks());
  mr::Engine& engine = cluster.node(static_cast<std::size_t>(nodes) - 1).engine();
  const frame::Frame a = load(engine, Table(kRows, 3, distinct));
  const frame::Frame b = load(engine, Table(distinct == 1 ? 3 : 900, 4, distinct));
  return checksums(engine, a, b);
}

TEST(Shuffles, GiveTheSameBitsOnAnyNodes) {
  for (const std::uint64_t distinct : {1U, 40U, 1U << 20U}) {
    const auto expected = checksums_on(1, 1, distinct);
    EXPECT_EQ(checksums_on(1, 3, distinct), expected);
    for (const int nodes : {2, 3, 5}) EXPECT_EQ(checksums_on(nodes, 2, distinct), expected);
  }
}

TEST(Join, AgreesWithNestedLoops) {
  mr::LocalCluster cluster(3, 2, kMemory, munge::tasks());
  mr::Engine& engine = cluster.node(0).engine();
  const std::int64_t left_rows = 9000;
  const Table a(left_rows, 6, 60);
  const Table b(400, 7, 90);
  const frame::Frame left = load(engine, a);
  const frame::Frame right = load(engine, b);
  Table both = a;
  const auto append = [](auto& to, const auto& from) {
    to.insert(to.end(), from.begin(), from.end());
  };
  append(both.reals, b.reals);
  append(both.codes, b.codes);
  append(both.integers, b.integers);
  append(both.texts, b.texts);
  append(both.times, b.times);
  const std::vector<Key> keys = {{2, true}, {0, true}};
  const std::vector<std::int64_t> order = expected_order(both, keys);
  for (const int flags : {0, 1, 2, 3}) {
    const bool all_left = (flags & 1) != 0;
    const bool all_right = (flags & 2) != 0;
    Pairs expected;
    for (std::size_t begin = 0; begin < order.size();) {
      std::size_t end = begin;
      std::vector<std::int64_t> on_left;
      std::vector<std::int64_t> on_right;
      for (; end < order.size(); ++end) {
        if (compare(both, 2, order[begin], order[end], true) != 0) break;
        if (compare(both, 0, order[begin], order[end], true) != 0) break;
        order[end] < left_rows ? on_left.push_back(order[end])
                               : on_right.push_back(order[end] - left_rows);
      }
      if (on_right.empty() && all_left) on_right = {-1};
      if (on_left.empty() && all_right) on_left = {-1};
      for (const std::int64_t i : on_left) {
        for (const std::int64_t j : on_right) {
          expected.left.push_back(i);
          expected.right.push_back(j);
        }
      }
      begin = end;
    }
    const munge::Joined joined = munge::join(
        engine, left, right,
        {.left = {2, 0}, .right = {2, 0}, .all_left = all_left, .all_right = all_right});
    munge::Rollups rollups(engine);
    EXPECT_EQ(joined.left.rows(), static_cast<std::int64_t>(expected.left.size()));
    EXPECT_EQ(rollups.checksum(joined.left),
              rollups.checksum(munge::gather(engine, left, expected.left)));
    EXPECT_EQ(rollups.checksum(joined.right),
              rollups.checksum(munge::gather(engine, right, expected.right)));
  }
}

/// One group as plain loops have it.
struct PlainGroup {
  std::int64_t rows = 0;
  std::vector<double> values;  ///< present ones
  std::map<std::int32_t, std::int64_t> codes;
};

/// A key and then the statistics of `grouping_of`.
std::vector<double> expected_figures(double key, PlainGroup group) {
  std::ranges::sort(group.values);
  const auto n = static_cast<double>(group.values.size());
  const double sum = std::accumulate(group.values.begin(), group.values.end(), 0.0);
  double squares = 0;
  double about = 0;
  for (const double v : group.values) {
    squares += v * v;
    about += (v - sum / n) * (v - sum / n);
  }
  std::int32_t mode = group.codes.begin()->first;
  for (const auto& [code, count] : group.codes) mode = count > group.codes[mode] ? code : mode;
  const std::size_t half = group.values.size() / 2;
  const double median = (group.values[(group.values.size() - 1) / 2] + group.values[half]) / 2;
  return {key,
          n,
          sum,
          sum / n,
          about / (n - 1),
          std::sqrt(about / (n - 1)),
          group.values.front(),
          group.values.back(),
          median,
          squares,
          static_cast<double>(mode)};
}

TEST(GroupFrame, AgreesWithPlainLoops) {
  mr::LocalCluster cluster(3, 2, kMemory, munge::tasks());
  mr::Engine& engine = cluster.node(2).engine();
  const Table table(kRows, 3, 9000);
  const frame::Frame frame = load(engine, table);
  std::map<double, PlainGroup> groups;
  for (std::size_t i = 0; i < table.reals.size(); ++i) {
    PlainGroup& group = groups[static_cast<double>(table.times[i])];
    ++group.rows;
    if (!std::isnan(table.reals[i])) group.values.push_back(table.reals[i]);
    if (table.codes[i] >= 0) ++group.codes[table.codes[i]];
  }
  const frame::Frame made = munge::group_frame(engine, frame.layout, grouping_of(frame, {4}));
  ASSERT_EQ(made.rows(), static_cast<std::int64_t>(groups.size()));
  EXPECT_EQ(made.columns[0].type, frame::ColumnType::time);
  std::vector<std::vector<double>> found;
  for (const frame::Column& column : made.columns) {
    found.push_back(munge::collect(engine, made.layout, munge::column_of(column)));
  }
  std::size_t row = 0;
  for (const auto& [key, group] : groups) {
    if (group.values.size() >= 2 && !group.codes.empty()) {
      const std::vector<double> expected = expected_figures(key, group);
      for (std::size_t c = 0; c < expected.size(); ++c) {
        ASSERT_NEAR(found[c][row], expected[c], 1e-9 * std::max(1.0, std::fabs(expected[c])))
            << "column " << c << ", row " << row;
      }
    }
    ++row;
  }
}

/// A node dies once it has begun to hold something of the shuffle, or something and a bit more.
class LossOfANode : public ::testing::TestWithParam<std::int64_t> {};

TEST_P(LossOfANode, InTheMiddleOfAShuffleChangesNoBit) {
  const auto expected = checksums_on(1, 1, 40);
  mr::LocalCluster cluster(
      {.nodes = 3, .threads_each = 1, .memory_bytes_each = kMemory, .copies = 2}, munge::tasks());
  mr::Engine& engine = cluster.node(0).engine();
  const frame::Frame a = load(engine, Table(kRows, 3, 40));
  const frame::Frame b = load(engine, Table(900, 4, 40));
  const std::int64_t limit = cluster.node(1).budget().used() + GetParam();
  std::atomic<bool> over{false};
  std::thread killer([&] {
    while (!over && cluster.node(1).budget().used() <= limit) std::this_thread::yield();
    cluster.kill(1);
  });
  const auto found = checksums(engine, a, b);
  over = true;
  killer.join();
  EXPECT_EQ(found, expected);
}

INSTANTIATE_TEST_SUITE_P(AtSeveralMoments, LossOfANode,
                         ::testing::Values(0, 200'000, 400'000, 600'000));

TEST(Shuffles, LeaveNothingBehindOnAnyNode) {
  mr::LocalCluster cluster(3, 1, kMemory, munge::tasks());
  mr::Engine& engine = cluster.node(0).engine();
  const frame::Frame a = load(engine, Table(kRows, 3, 40));
  const frame::Frame b = load(engine, Table(900, 4, 40));
  std::vector<std::int64_t> before;
  for (std::size_t n = 0; n < 3; ++n) before.push_back(cluster.node(n).budget().used());
  checksums(engine, a, b);
  for (std::size_t n = 0; n < 3; ++n) EXPECT_EQ(cluster.node(n).budget().used(), before[n]);
}

TEST(Shuffles, ThatDoNotFitAreRefusedAndLeaveNothingBehind) {
  mr::LocalCluster cluster(2, 1, std::int64_t{1} << 21U, munge::tasks());
  mr::Engine& engine = cluster.node(0).engine();
  const frame::Frame frame = load(engine, Table(kRows, 3, 40));
  const std::int64_t before = cluster.node(1).budget().used();
  EXPECT_THROW(munge::sort(engine, frame, keys_on(frame, kOrders.back())), OutOfMemoryError);
  EXPECT_EQ(cluster.node(1).budget().used(), before);
}

}  // namespace

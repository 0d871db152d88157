#include <cmath>
#include <set>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <neve/base/error.hpp>
#include <neve/base/rng.hpp>
#include <neve/frame/chunk_builder.hpp>
#include <neve/munge/expression.hpp>
#include <neve/munge/order.hpp>
#include <neve/munge/rows.hpp>

#include "mr/api/compute_node.hpp"
#include "munge/api/tasks.hpp"

namespace neve {
namespace {

constexpr std::int64_t kMemory = std::int64_t{1} << 30U;

/// Two keys and the number of each row; a NaN key is missing.
struct Rows {
  std::vector<double> first;
  std::vector<double> second;
};

frame::Frame load(mr::Engine& engine, const Rows& rows) {
  frame::Frame frame;
  const auto count = static_cast<std::int64_t>(rows.first.size());
  frame.layout = engine.new_layout(frame::row_cuts(count, 3));
  std::vector<double> numbers;
  for (std::size_t i = 0; i < rows.first.size(); ++i) numbers.push_back(static_cast<double>(i));
  for (const auto* values : {&rows.first, &rows.second, &std::as_const(numbers)}) {
    const ColumnId id = engine.new_column_id();
    for (std::int32_t g = 0; g < frame.layout->groups(); ++g) {
      const GroupIndex group(g);
      const auto first = static_cast<std::size_t>(frame.layout->first_row(group));
      const auto size = static_cast<std::size_t>(frame.layout->rows_of(group));
      const auto part = std::span(*values).subspan(first, size);
      engine.put_chunk(*frame.layout, id, group, frame::encode_doubles(part));
    }
    const mr::OutputColumn kind;
    frame.add("c" + std::to_string(frame.width()), engine.adopt({&id, 1}, {&kind, 1})[0]);
  }
  return frame;
}

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

using Pairs = std::vector<std::pair<double, double>>;

/// By nested loops: each row of the side that is gone through, with its partners.
Pairs expected(const Rows& outer, const Rows& inner, bool all_outer) {
  Pairs pairs;
  for (std::size_t i = 0; i < outer.first.size(); ++i) {
    bool alone = true;
    for (std::size_t j = 0; j < inner.first.size(); ++j) {
      if (!same(outer.first[i], inner.first[j]) || !same(outer.second[i], inner.second[j]))
        continue;
      pairs.emplace_back(i, j);
      alone = false;
    }
    if (alone && all_outer) pairs.emplace_back(i, std::nan(""));
  }
  return pairs;
}

Pairs numbers_of(mr::Engine& engine, const munge::Joined& joined) {
  const auto collect = [&](const frame::Frame& side) {
    return munge::collect(engine, side.layout, munge::column_of(side.columns[2]));
  };
  const std::vector<double> left = collect(joined.left);
  const std::vector<double> right = collect(joined.right);
  EXPECT_EQ(left.size(), right.size());
  Pairs pairs;
  for (std::size_t i = 0; i < left.size(); ++i) pairs.emplace_back(left[i], right[i]);
  return pairs;
}

void expect_same(const Pairs& found, const Pairs& wanted) {
  ASSERT_EQ(found.size(), wanted.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    ASSERT_TRUE(same(found[i].first, wanted[i].first) && same(found[i].second, wanted[i].second))
        << "pair " << i;
  }
}

/// `spread`: how far keys lie apart, so that they take one word or two.
Rows draw(std::size_t count, std::uint64_t seed, double spread, bool distinct) {
  const CounterRng random(seed);
  Rows rows;
  std::set<std::pair<double, double>> seen;
  for (std::size_t i = 0; rows.first.size() < count; ++i) {
    const auto key = [&](std::uint64_t at) {
      const auto n = static_cast<double>(random.below(at, 20));
      return n == 7 ? std::nan("") : n * spread;
    };
    const double a = key(2 * i);
    const double b = key(2 * i + 1);
    const bool fresh = seen.emplace(std::isnan(a) ? -1 : a, std::isnan(b) ? -1 : b).second;
    if (distinct && !fresh) continue;
    rows.first.push_back(a);
    rows.second.push_back(b);
  }
  return rows;
}

TEST(JoinInTheOrderOfRows, AgreesWithNestedLoops) {
  mr::LocalCluster cluster(3, 2, kMemory, munge::tasks());
  mr::Engine& engine = cluster.node(0).engine();
  for (const double spread : {1.0, 1e12}) {
    for (const bool distinct : {true, false}) {
      const Rows a = draw(9000, 1, spread, false);
      const Rows b = draw(150, 2, spread, distinct);
      const frame::Frame left = load(engine, a);
      const frame::Frame right = load(engine, b);
      munge::JoinRule rule{.left = {0, 1}, .right = {0, 1}, .order = munge::JoinOrder::rows};
      expect_same(numbers_of(engine, munge::join(engine, left, right, rule)),
                  expected(a, b, false));
      rule.all_left = true;
      expect_same(numbers_of(engine, munge::join(engine, left, right, rule)), expected(a, b, true));
      rule = {.left = {0, 1}, .right = {0, 1}, .all_right = true, .order = munge::JoinOrder::rows};
      Pairs turned = expected(b, a, true);
      for (auto& [outer, inner] : turned) std::swap(outer, inner);
      expect_same(numbers_of(engine, munge::join(engine, left, right, rule)), turned);
    }
  }
}

TEST(JoinInTheOrderOfRows, RefusesToKeepAllOfBoth) {
  mr::LocalCluster cluster(1, 1, kMemory, munge::tasks());
  mr::Engine& engine = cluster.node(0).engine();
  const frame::Frame frame = load(engine, draw(10, 1, 1, false));
  EXPECT_THROW(munge::join(engine, frame, frame,
                           {.left = {0},
                            .right = {0},
                            .all_left = true,
                            .all_right = true,
                            .order = munge::JoinOrder::rows}),
               InputError);
}

TEST(JoinInTheOrderOfRows, WithoutRightRows) {
  mr::LocalCluster cluster(2, 1, kMemory, munge::tasks());
  mr::Engine& engine = cluster.node(0).engine();
  const Rows a = draw(50, 1, 1, false);
  const frame::Frame left = load(engine, a);
  const frame::Frame right = load(engine, {});
  const munge::JoinRule rule{
      .left = {0}, .right = {0}, .all_left = true, .order = munge::JoinOrder::rows};
  expect_same(numbers_of(engine, munge::join(engine, left, right, rule)), expected(a, {}, true));
}

}  // namespace
}  // namespace neve

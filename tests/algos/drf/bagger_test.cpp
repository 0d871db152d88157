#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include <neve/base/error.hpp>
#include <neve/base/rng.hpp>

#include "algos/drf/bagger.hpp"
#include "algos/trees/small_table.hpp"
#include "mr/api/compute_node.hpp"

namespace {

using namespace neve;
using namespace neve::algos;
using namespace neve::algos::drf;
using trees::testing::Table;

const double kNaN = std::numeric_limits<double>::quiet_NaN();

mr::TaskList all_tasks() {
  mr::TaskList tasks = trees::tasks();
  for (const mr::TaskEntry* task :
       {&mr::task_entry<StartTask>(), &mr::task_entry<TargetTask>(), &mr::task_entry<VoteTask>()}) {
    tasks.push_back(task);
  }
  return tasks;
}

ForestColumns columns_of(const Table& table) {
  ForestColumns made;
  const auto width = static_cast<std::int32_t>(table.predictors.size());
  for (std::int32_t c = 0; c < width; ++c) {
    const std::int32_t levels = table.levels[static_cast<std::size_t>(c)];
    made.rows.predictors.push_back(c);
    made.kinds.push_back({levels > 0, levels});
    made.plan.types.push_back(levels > 0 ? frame::ColumnType::categorical
                                         : frame::ColumnType::numeric);
  }
  made.rows.response = width;
  made.rows.classes = table.trees_at_once;
  if (!table.weights.empty()) made.rows.weights = width + 1;
  made.plan.predictors = made.rows.predictors;
  made.plan.levels.resize(table.predictors.size());
  return made;
}

ForestSettings settings_of(const Table& table) {
  ForestSettings made;
  made.response_classes = table.classes;
  made.grow.max_depth = 20;
  made.grow.rules.min_rows = 1;
  made.grow.rules.seed = 1;
  made.grow.sampling.seed = 1;
  made.grow.columns_per_split = static_cast<std::int32_t>(table.predictors.size());
  return made;
}

struct Machine {
  int nodes = 1;
  int threads = 2;
  int copies = 1;
  int lose_node_before_tree = -1;  ///< node 1 dies then
  std::int64_t memory = std::int64_t{1} << 30U;
};

/// What a bagger learnt.
struct Learnt {
  std::vector<Iteration> iterations;
  std::vector<double> importance;
  std::vector<std::int32_t> levels;
  [[nodiscard]] wire::Bytes bytes() const {
    wire::Writer writer;
    writer(iterations, importance);
    return writer.take();
  }
};

Learnt grow(const Table& table, const ForestSettings& settings, int trees, Machine machine = {}) {
  mr::LocalCluster cluster({.nodes = machine.nodes,
                            .threads_each = machine.threads,
                            .memory_bytes_each = machine.memory,
                            .copies = machine.copies},
                           all_tasks());
  mr::Engine& engine = cluster.node(0).engine();
  std::vector<frame::Column> held;
  const mr::Inputs inputs = put(engine, table, held);
  Bagger bagger(engine, inputs, columns_of(table), settings, {});
  bagger.load();
  for (int i = 0; i < trees; ++i) {
    if (i == machine.lose_node_before_tree) cluster.kill(1);
    bagger.iterate();
  }
  Learnt learnt{{}, bagger.importance(), bagger.levels()};
  learnt.iterations = bagger.take_iterations();
  return learnt;
}

/// What the first tree of an iteration says of each row.
std::vector<double> values_of(const Learnt& learnt, std::size_t iteration, const Table& table) {
  std::vector<double> values(table.rows());
  for (std::size_t begin = 0; begin < table.rows(); begin += model::ScoreBlock::kMostRows) {
    model::ScoreBlock block;
    block.rows = std::min(model::ScoreBlock::kMostRows, table.rows() - begin);
    std::vector<std::vector<std::int32_t>> codes(table.predictors.size());
    for (std::size_t c = 0; c < table.predictors.size(); ++c) {
      const auto part = std::span(table.predictors[c]).subspan(begin, block.rows);
      for (const double v : part)
        codes[c].push_back(std::isnan(v) ? -1 : static_cast<std::int32_t>(v));
      block.numbers.push_back(table.levels[c] > 0 ? std::span<const double>() : part);
      block.codes.push_back(table.levels[c] > 0 ? std::span<const std::int32_t>(codes[c])
                                                : std::span<const std::int32_t>());
    }
    const std::span<double> sums = std::span(values).subspan(begin, block.rows);
    const Iteration one{learnt.iterations[iteration].front()};
    add_votes({&one, 1}, learnt.levels, block, {&sums, 1});
  }
  return values;
}

enum class Response : std::uint8_t { number, two, three };

/// A number with missing values, a category, a number; a response that depends on all.
Table made_up(std::size_t rows, std::uint64_t seed, Response kind) {
  Table table;
  table.levels = {0, 19, 0};
  table.predictors.resize(3);
  table.classes = kind == Response::number ? 0 : kind == Response::two ? 2 : 3;
  table.trees_at_once = kind == Response::three ? 3 : 1;
  const CounterRng random(seed);
  for (std::uint64_t i = 0; i < rows; ++i) {
    const double x = std::floor(random.uniform(8 * i) * 50);
    const double k = std::floor(random.uniform(8 * i + 1) * 19);
    const double z = random.uniform(8 * i + 2);
    const bool lost = random.uniform(8 * i + 3) < 0.1;
    table.predictors[0].push_back(lost ? kNaN : x);
    table.predictors[1].push_back(k);
    table.predictors[2].push_back(z);
    const double mean = (lost ? 0.4 : x / 50) + (std::fmod(k, 3) == 1 ? 0.5 : 0) - 0.3 * z;
    const double u = random.uniform(8 * i + 4);
    if (kind == Response::number) table.response.push_back(mean + u);
    if (kind == Response::two) table.response.push_back(u < mean ? 1 : 0);
    if (kind == Response::three)
      table.response.push_back(std::clamp(std::floor(mean * 2 + u), 0.0, 2.0));
  }
  return table;
}

TEST(Bagger, ASplitGivesTheMeansOfItsSides) {
  Table table;
  table.levels = {0};
  table.predictors = {{1, 1, 2, 2, 3, 3}};
  table.response = {0, 2, 0, 2, 9, 11};
  ForestSettings settings = settings_of(table);
  settings.grow.max_depth = 1;
  const Learnt learnt = grow(table, settings, 1);
  EXPECT_EQ(learnt.iterations[0][0].nodes(), 3U);
  EXPECT_EQ(values_of(learnt, 0, table), (std::vector<double>{1, 1, 1, 1, 10, 10}));
  // 6² · … : Σ (y - 4)² = 112 before, 4 + 2 after; 108 gained.
  EXPECT_NEAR(learnt.importance[0], 108, 1e-9);
}

TEST(Bagger, LeavesOfAClassAreItsShareByWeight) {
  Table table;
  table.levels = {2};
  table.classes = 2;
  table.predictors = {{0, 0, 0, 1, 1, 1}};
  table.response = {0, 0, 1, 1, 1, 0};
  table.weights = {1, 1, 2, 0.5, 0.5, 3};
  const std::vector<double> values = values_of(grow(table, settings_of(table), 1), 0, table);
  EXPECT_EQ(values, (std::vector<double>{0.5, 0.5, 0.5, 0.25, 0.25, 0.25}));
}

TEST(Bagger, PureNodesAreLeaves) {
  Table table;
  table.levels = {0, 0};
  table.predictors.resize(2);
  // 0.1 has no exact sum: rounding must not look like something to gain.
  for (int i = 0; i < 5'000; ++i) {
    table.predictors[0].push_back(i % 2);
    table.predictors[1].push_back(i);
    table.response.push_back(i % 2 == 0 ? 0.1 : 1000.7);
  }
  for (const std::int64_t small : {1, 10'000}) {
    ForestSettings settings = settings_of(table);
    settings.grow.small_rows = small;
    settings.grow.rules.min_split_improvement = 0;
    EXPECT_EQ(grow(table, settings, 1).iterations[0][0].leaves(), 2) << small;
  }
}

TEST(Bagger, SplitsOfNodesFarFromTheMeanCountByTheirOwnSpread) {
  Table table;
  table.levels = {0};
  table.predictors.resize(1);
  for (int i = 0; i < 4'000; ++i) {
    table.predictors[0].push_back(i % 4);
    table.response.push_back((i % 4 < 2 ? -1000 : 1000) + (i % 2));
  }
  const Learnt learnt = grow(table, settings_of(table), 1);
  EXPECT_EQ(learnt.iterations[0][0].leaves(), 4);
  EXPECT_EQ(values_of(learnt, 0, table), table.response);
}

TEST(Bagger, NodesThatAreFinishedFromTheirRowsSplitAsThoseWithHistograms) {
  for (const Response kind : {Response::number, Response::two}) {
    for (const int weights : {0, 1, 2}) {
      Table table = made_up(6'000, 5, kind);
      for (std::size_t i = 0; weights > 0 && i < table.rows(); ++i)
        table.weights.push_back(static_cast<double>(i * 7 % 4) * (weights == 1 ? 1 : 0.3));
      ForestSettings settings = settings_of(table);
      settings.grow.sampling.rate = 0.7;
      settings.grow.small_rows = 1;
      const Learnt by_histogram = grow(table, settings, 1);
      for (const std::int64_t small : {30, 700, 100'000}) {
        settings.grow.small_rows = small;
        const Learnt learnt = grow(table, settings, 1);
        EXPECT_EQ(learnt.iterations[0][0].leaves(), by_histogram.iterations[0][0].leaves());
        EXPECT_EQ(learnt.iterations[0][0].depth(), by_histogram.iterations[0][0].depth());
        EXPECT_EQ(values_of(learnt, 0, table), values_of(by_histogram, 0, table)) << small;
      }
    }
  }
}

TEST(Bagger, DeepTreesGrowWithoutEnd) {
  Table table;
  table.levels = {0};
  table.predictors.resize(1);
  for (int i = 0; i < 400; ++i) {
    // Of rows that alternate, the best split takes one away at either end.
    table.predictors[0].push_back(i);
    table.response.push_back(i % 2);
  }
  ForestSettings settings = settings_of(table);
  settings.grow.rules.min_split_improvement = 0;
  for (const std::int64_t small : {1, 1'000}) {
    settings.grow.small_rows = small;
    settings.grow.max_depth = 60;
    EXPECT_EQ(grow(table, settings, 1).iterations[0][0].depth(), 60) << small;
    settings.grow.max_depth = std::numeric_limits<std::int32_t>::max();
    const Learnt whole = grow(table, settings, 1);
    EXPECT_GT(whole.iterations[0][0].depth(), 100) << small;
    EXPECT_EQ(whole.iterations[0][0].leaves(), 400) << small;
    EXPECT_EQ(values_of(whole, 0, table), table.response) << small;
  }
}

TEST(Bagger, DrawsColumnsForEachSplit) {
  const Table table = made_up(2'000, 3, Response::number);
  ForestSettings settings = settings_of(table);
  const auto different_stumps = [&] {
    settings.grow.max_depth = 1;
    std::set<wire::Bytes> different;
    for (const Iteration& iteration : grow(table, settings, 30).iterations)
      different.insert(wire::encode(iteration));
    return different.size();
  };
  EXPECT_EQ(different_stumps(), 1U) << "all rows, all columns: all trees are one";
  settings.grow.columns_per_split = 1;
  EXPECT_EQ(different_stumps(), 3U) << "each column is the only one of some root";
}

TEST(Bagger, ColumnsThatDoNotVaryAreNotDrawn) {
  Table table = made_up(2'000, 3, Response::number);
  for (int i = 0; i < 20; ++i) {
    table.predictors.emplace_back(table.rows(), 7.0);
    table.levels.push_back(0);
  }
  ForestSettings settings = settings_of(table);
  settings.grow.columns_per_split = 1;
  settings.grow.max_depth = 1;
  for (const std::int64_t small : {1, 10'000}) {
    settings.grow.small_rows = small;
    for (const Iteration& iteration : grow(table, settings, 20).iterations)
      EXPECT_EQ(iteration[0].leaves(), 2) << small;
  }
}

TEST(Bagger, AWeightCountsAsThatManyRowsAndZeroAsNone) {
  for (const Response kind : {Response::number, Response::two, Response::three}) {
    Table table = made_up(1'200, 6, kind);
    Table copies = table;
    copies.response.clear();
    for (auto& column : copies.predictors) column.clear();
    for (std::size_t i = 0; i < table.rows(); ++i) {
      table.weights.push_back(static_cast<double>(i * 7 % 4));
      for (int copy = 0; copy < static_cast<int>(table.weights.back()); ++copy) {
        for (std::size_t c = 0; c < table.predictors.size(); ++c)
          copies.predictors[c].push_back(table.predictors[c][i]);
        copies.response.push_back(table.response[i]);
      }
    }
    ForestSettings settings = settings_of(table);
    settings.grow.rules.min_rows = 3;
    // How nodes are numbered goes by rows, where these are too many for one thread.
    settings.grow.small_rows = 100'000;
    const Learnt weighted = grow(table, settings, 2);
    const Learnt rows = grow(copies, settings, 2);
    EXPECT_EQ(wire::encode(weighted.iterations), wire::encode(rows.iterations));
  }
}

TEST(Bagger, GivesTheSameBitsOnAnyThreadsAndNodes) {
  for (const Response kind : {Response::number, Response::two, Response::three}) {
    const Table table = made_up(70'000, 5, kind);
    ForestSettings settings = settings_of(table);
    settings.grow.sampling.rate = 0.632;
    settings.grow.columns_per_split = 2;
    settings.grow.column_rate_change = 0.99;
    const wire::Bytes expected = grow(table, settings, 2, {1, 1}).bytes();
    for (const Machine machine :
         {Machine{1, 2}, Machine{1, 3}, Machine{1, 8}, Machine{2, 1}, Machine{3, 2}}) {
      EXPECT_EQ(grow(table, settings, 2, machine).bytes(), expected)
          << machine.nodes << " nodes, " << machine.threads << " threads";
    }
  }
}

TEST(Bagger, ALostNodeChangesNoBit) {
  const Table table = made_up(70'000, 5, Response::three);
  ForestSettings settings = settings_of(table);
  settings.grow.sampling.rate = 0.632;
  settings.grow.max_depth = 12;
  const wire::Bytes expected = grow(table, settings, 3, {1, 2}).bytes();
  for (const int tree : {0, 2})
    EXPECT_EQ(grow(table, settings, 3, {3, 2, 2, tree}).bytes(), expected) << "before " << tree;
}

TEST(Bagger, WhatDoesNotFitIsRefusedWithWhatItNeeds) {
  const Table table = made_up(50'000, 13, Response::number);
  try {
    grow(table, settings_of(table), 1, {.memory = std::int64_t{8} << 20U});
    ADD_FAILURE() << "eight megabytes are too few";
  } catch (const OutOfMemoryError& error) {
    EXPECT_NE(std::string(error.what()).find(" needs "), std::string::npos) << error.what();
  }
}

TEST(Votes, AreAveraged) {
  std::vector<double> first{3, 0, 0};
  std::vector<double> second{1, 0.5, 0};
  const std::vector<std::span<double>> both{first, second};
  const std::vector<double> voters{4, 2, 1};
  votes_to_outputs(true, voters, both);
  EXPECT_EQ(first, (std::vector<double>{0.75, 0, 0.5}));
  EXPECT_EQ(second, (std::vector<double>{0.25, 1, 0.5}));
  first = {0, 0, 0};
  second = {1, 0.5, 0};
  votes_to_outputs(false, voters, both);
  EXPECT_EQ(second, (std::vector<double>{0.25, 0.25, 0}));
  EXPECT_EQ(first, (std::vector<double>{0.75, 0.75, 1}));
  std::vector<double> alone{6, 0};
  const std::vector<std::span<double>> one{alone};
  votes_to_outputs(false, std::vector<double>{3, 0}, one);
  EXPECT_EQ(alone[0], 2);
  EXPECT_TRUE(std::isnan(alone[1]));
}

}  // namespace

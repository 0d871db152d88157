#include "model/folds.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <vector>

#include <neve/base/error.hpp>
#include <neve/base/rng.hpp>
#include <neve/model/models.hpp>

#include "metrics_columns.hpp"
#include "model/fold_summary.hpp"

namespace neve::model {
namespace {

using metrics::testing::kMemory;
using Values = std::vector<double>;

/// Nodes with a frame of a category "class" (0 to 2, -1 missing), a "fold", a weight "w", and "y".
class Session {
 public:
  Session(int nodes, int threads) : cluster_(nodes, threads, kMemory, tasks()) {}
  mr::Engine& engine() { return cluster_.node(0).engine(); }

  frame::Frame frame(const Values& classes, const Values& folds, std::int64_t groups = 5) {
    const auto made = metrics::testing::put(engine(), {classes, folds}, groups);
    frame::Frame frame;
    frame.layout = made.layout;
    frame.add("class", made.held[0]);
    frame.columns[0].type = frame::ColumnType::categorical;
    frame.columns[0].domain = std::make_shared<const frame::Domain>(frame::Domain{"a", "b", "c"});
    frame.add("fold", made.held[1]);
    return frame;
  }
  Values values(const frame::LayoutPtr& layout, const frame::Column& column) {
    Values all;
    for (std::int32_t g = 0; g < layout->groups(); ++g) {
      Values part(static_cast<std::size_t>(layout->rows_of(GroupIndex(g))));
      engine().chunk(*layout, column.id, GroupIndex(g)).decode(0, part);
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }
  Values folds_of(const CommonParameters& p, const frame::Frame& frame, std::uint64_t seed = 7) {
    const Folds folds = assign_folds(engine(), p, frame, seed, nullptr);
    return values(frame.layout, folds.column);
  }

 private:
  mr::LocalCluster cluster_;
};

CommonParameters asking(std::int32_t folds, FoldAssignment assignment) {
  CommonParameters p;
  p.nfolds = folds;
  p.fold_assignment = assignment;
  p.response_column.name = "class";
  return p;
}

CommonParameters told_by_column() {
  CommonParameters p;
  p.fold_column.name = "fold";
  return p;
}

/// Classes of shares 1/2, 1/3 and 1/6 and some missing ones.
Values some_classes(std::size_t rows) {
  const CounterRng random(3);
  Values classes;
  for (std::size_t i = 0; i < rows; ++i) {
    const auto draw = random.below(i, 6);
    classes.push_back(i % 50 == 0 ? frame::kMissingDouble : (draw < 3 ? 0 : (draw < 5 ? 1 : 2)));
  }
  return classes;
}

TEST(Folds, RandomOnesAreThoseOfKfoldColumn) {
  Session session(1, 2);
  const auto frame = session.frame(some_classes(1000), Values(1000));
  const CounterRng random(7);
  Values expected;
  for (std::uint64_t i = 0; i < 1000; ++i) expected.push_back(std::floor(random.uniform(i) * 4));
  EXPECT_EQ(session.folds_of(asking(4, FoldAssignment::random), frame), expected);
  EXPECT_EQ(session.folds_of(asking(4, FoldAssignment::automatic), frame), expected);
}

TEST(Folds, ModuloGoesByRowNumber) {
  Session session(1, 2);
  const auto frame = session.frame(some_classes(23), Values(23));
  const Values folds = session.folds_of(asking(5, FoldAssignment::modulo), frame);
  for (std::size_t i = 0; i < folds.size(); ++i) EXPECT_EQ(folds[i], static_cast<double>(i % 5));
}

TEST(Folds, StratifiedOnesDifferByARowOfAClassAndAreNotInOrder) {
  Session session(1, 2);
  const Values classes = some_classes(1003);
  const auto frame = session.frame(classes, Values(1003));
  const Values folds = session.folds_of(asking(4, FoldAssignment::stratified), frame);
  std::array<std::array<int, 4>, 3> rows{};
  std::map<double, Values> order;
  for (std::size_t i = 0; i < folds.size(); ++i) {
    if (std::isnan(classes[i])) {
      EXPECT_EQ(folds[i], static_cast<double>(i % 4));
      continue;
    }
    ++rows.at(static_cast<std::size_t>(classes[i])).at(static_cast<std::size_t>(folds[i]));
    order[classes[i]].push_back(folds[i]);
  }
  for (const auto& of_class : rows) {
    const auto [least, most] = std::ranges::minmax(of_class);
    EXPECT_LE(most - least, 1);
  }
  const Values& first = order[0];
  EXPECT_NE(Values(first.begin(), first.begin() + 40),
            Values(first.begin() + 4, first.begin() + 44))
      << "the same order in each round";
  EXPECT_NE(folds, session.folds_of(asking(4, FoldAssignment::stratified), frame, 8));
}

TEST(Folds, AreTheSameOnAnyNodesAndRowCuts) {
  const Values classes = some_classes(1003);
  for (const FoldAssignment assignment : {FoldAssignment::random, FoldAssignment::stratified}) {
    std::vector<Values> all;
    for (const auto& [nodes, groups] : {std::pair(1, 1), std::pair(1, 9), std::pair(3, 5)}) {
      Session session(nodes, 2);
      const auto frame = session.frame(classes, Values(1003), groups);
      all.push_back(session.folds_of(asking(3, assignment), frame));
      EXPECT_EQ(all.back(), all.front()) << nodes << " nodes, " << groups << " groups";
    }
  }
}

TEST(Folds, AColumnTellsThemFromZeroOrOneOnOrByLevel) {
  Session session(1, 2);
  const Values told = {2, 0, 1, 2, 1, 0, 0};
  Values from_one = told;
  for (double& value : from_one) ++value;
  for (const Values& column : {told, from_one}) {
    const auto frame = session.frame(some_classes(7), column);
    EXPECT_EQ(session.folds_of(told_by_column(), frame), told);
  }
  auto frame = session.frame(some_classes(7), {3, 0, 1, 3, 1, 0, 0});
  frame.columns[1].type = frame::ColumnType::categorical;
  frame.columns[1].domain =
      std::make_shared<const frame::Domain>(frame::Domain{"p", "q", "unused", "r"});
  const Folds folds = assign_folds(session.engine(), told_by_column(), frame, 1, nullptr);
  EXPECT_EQ(folds.count, 3);
  EXPECT_EQ(folds.as_told.id, frame.columns[1].id);
  EXPECT_EQ(session.values(frame.layout, folds.column), told);
}

TEST(Folds, AColumnThatTellsNoneIsRefused) {
  Session session(1, 2);
  const Values refused[] = {
      {0, 1, 3, 0}, {2, 3, 2, 3}, {-1, 0, 1, 0},   {0, 0.5, 1, 0},
      {0, 0, 0, 0}, {1, 1, 1, 1}, {0, 1, 1e12, 0}, {0, 1, frame::kMissingDouble, 0}};
  for (const Values& column : refused) {
    const auto frame = session.frame(some_classes(4), column, 1);
    EXPECT_THROW(assign_folds(session.engine(), told_by_column(), frame, 1, nullptr), InputError)
        << column[1] << " " << column[2];
  }
}

TEST(Folds, ParametersThatDoNotFitAreNamed) {
  Session session(1, 1);
  const auto frame = session.frame(some_classes(10), Values(10));
  const auto field_of = [&](const CommonParameters& p) {
    Messages messages;
    check_folds(p, frame, messages);
    return messages.size() == 1 ? messages[0].field : std::to_string(messages.size());
  };
  EXPECT_EQ(field_of(asking(1, FoldAssignment::automatic)), "nfolds");
  EXPECT_EQ(field_of(asking(11, FoldAssignment::automatic)), "nfolds");
  EXPECT_EQ(field_of(asking(0, FoldAssignment::modulo)), "fold_assignment");
  EXPECT_EQ(field_of(asking(10, FoldAssignment::stratified)), "0");
  CommonParameters both = told_by_column();
  both.nfolds = 2;
  EXPECT_EQ(field_of(both), "nfolds");
  CommonParameters numeric = asking(2, FoldAssignment::stratified);
  numeric.response_column.name = "fold";
  EXPECT_EQ(field_of(numeric), "fold_assignment");
}

TEST(Folds, WeightsOfAFoldAndTheRestAddUp) {
  Session session(1, 2);
  const auto columns = metrics::testing::put(session.engine(), {{0, 1, 0, 1}, {2, 3, 0, 0.5}}, 2);
  Dataset data;
  data.inputs = {columns.layout, {columns.id(1)}};
  const Folds folds{2, columns.held[0], columns.held[0]};
  data.weights = 0;
  const FoldWeights weighted = weigh_fold(session.engine(), data, folds, 0, nullptr);
  EXPECT_EQ(session.values(columns.layout, weighted.training), (Values{0, 3, 0, 0.5}));
  EXPECT_EQ(session.values(columns.layout, weighted.holdout), (Values{2, 0, 0, 0}));
  data.weights = -1;
  const FoldWeights plain = weigh_fold(session.engine(), data, folds, 1, nullptr);
  EXPECT_EQ(session.values(columns.layout, plain.training), (Values{1, 0, 1, 0}));
  EXPECT_EQ(session.values(columns.layout, plain.holdout), (Values{0, 1, 0, 1}));
}

TEST(Folds, AFoldOfNoWeightIsRefused) {
  Session session(1, 2);
  const auto columns = metrics::testing::put(session.engine(), {{0, 1, 2}, {1, 0, 1}}, 1);
  Dataset data;
  data.inputs = {columns.layout, {columns.id(1)}};
  const Folds folds{3, columns.held[0], columns.held[0]};
  EXPECT_NO_THROW(check_filled(session.engine(), data, folds, nullptr));
  data.weights = 0;
  EXPECT_THROW(check_filled(session.engine(), data, folds, nullptr), InputError);
}

double cell(const schema::Table& table, const std::string& row, std::size_t column) {
  const auto& names = table.columns[0].cells;
  const auto at = std::ranges::find(names, schema::Table::Cell(row));
  if (at == names.end()) return -1;
  return std::get<float>(table.columns[column].cells[static_cast<std::size_t>(at - names.begin())]);
}

TEST(FoldSummary, HasTheRatesOfEachFoldWithMeanAndDeviation) {
  // At the threshold 0.6 that F1 chooses: 2 right and 1 wrong positive, 2 right negatives.
  const metrics::Metrics one =
      metrics::testing::binomial_of({0.9, 0.8, 0.6, 0.2, 0.1}, {1, 0, 1, 0, 0});
  // All right.
  const metrics::Metrics two = metrics::testing::binomial_of({0.9, 0.1, 0.2, 0.8}, {1, 0, 0, 1});
  const metrics::Metrics* folds[] = {&one, &two};
  const schema::Table table = fold_summary(folds);
  ASSERT_EQ(table.columns.size(), 5U);
  EXPECT_EQ(table.columns[3].name, "cv_1_valid");
  EXPECT_EQ(table.rows(), 22U);
  EXPECT_TRUE(std::ranges::is_sorted(table.columns[0].cells));
  const std::map<std::string, double> expected = {{"accuracy", 0.8},
                                                  {"err", 0.2},
                                                  {"err_count", 1},
                                                  {"precision", 2.0 / 3},
                                                  {"recall", 1},
                                                  {"specificity", 2.0 / 3},
                                                  {"f1", 0.8},
                                                  {"f2", 10.0 / 11},
                                                  {"f0point5", 5.0 / 7},
                                                  {"mcc", 2.0 / 3},
                                                  {"max_per_class_error", 1.0 / 3},
                                                  {"mean_per_class_error", 1.0 / 6},
                                                  {"mean_per_class_accuracy", 5.0 / 6}};
  for (const auto& [name, value] : expected) {
    EXPECT_FLOAT_EQ(static_cast<float>(cell(table, name, 3)), static_cast<float>(value)) << name;
  }
  EXPECT_FLOAT_EQ(static_cast<float>(cell(table, "accuracy", 4)), 1.0F);
  EXPECT_FLOAT_EQ(static_cast<float>(cell(table, "accuracy", 1)), 0.9F);
  EXPECT_FLOAT_EQ(static_cast<float>(cell(table, "accuracy", 2)),
                  static_cast<float>(std::sqrt(2 * 0.1 * 0.1)));
}

}  // namespace
}  // namespace neve::model

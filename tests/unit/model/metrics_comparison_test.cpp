#include <neve/model/metrics/comparison.hpp>

#include <gtest/gtest.h>

#include <cmath>

#include <neve/frame/chunk_builder.hpp>
#include <neve/munge/rows.hpp>

#include "metrics_columns.hpp"

namespace neve::model::metrics {
namespace {

/// A one-node engine with frames of columns that share one layout.
class ComparisonTest : public ::testing::Test {
 protected:
  frame::Frame numbers(const std::vector<std::vector<double>>& columns) {
    if (!layout_)
      layout_ = engine_.new_layout({0, 2, static_cast<std::int64_t>(columns[0].size())});
    frame::Frame frame;
    frame.key = "frame";
    frame.layout = layout_;
    for (const std::vector<double>& column : columns) {
      add(frame, {}, [&](std::size_t first, std::size_t count) {
        return frame::encode_doubles(std::span(column).subspan(first, count));
      });
    }
    return frame;
  }

  frame::Frame labels(const std::vector<std::int32_t>& codes, std::vector<std::string> domain) {
    frame::Frame frame;
    frame.layout = layout_;
    add(frame,
        {mr::OutputKind::codes, frame::ColumnType::categorical,
         std::make_shared<const frame::Domain>(std::move(domain))},
        [&](std::size_t first, std::size_t count) {
          return frame::encode_codes(std::span(codes).subspan(first, count));
        });
    return frame;
  }

  mr::LocalCluster cluster_{1, 2, testing::kMemory, tasks()};
  mr::Engine& engine_ = cluster_.node(0).engine();
  frame::LayoutPtr layout_;

 private:
  template <class Encode>
  void add(frame::Frame& frame, const mr::OutputColumn& kind, const Encode& encode) {
    const ColumnId id = engine_.new_column_id();
    for (std::int32_t g = 0; g < layout_->groups(); ++g) {
      engine_.put_chunk(*layout_, id, GroupIndex(g),
                        encode(static_cast<std::size_t>(layout_->first_row(GroupIndex(g))),
                               static_cast<std::size_t>(layout_->rows_of(GroupIndex(g)))));
    }
    frame.add("c" + std::to_string(frame.width()), engine_.adopt({&id, 1}, {&kind, 1})[0]);
  }
};

TEST_F(ComparisonTest, LabelsAreMatchedByText) {
  Comparison comparison;
  comparison.predictions = numbers({{0.1, 0.8, 0.7, 0.3, 0.9}});
  comparison.actuals = labels({2, 0, 0, 1, -1}, {"yes", "maybe", "no"});
  comparison.domain = {"no", "yes"};
  const Metrics made = compare(engine_, comparison);
  ASSERT_NE(made.binomial(), nullptr);
  EXPECT_EQ(made.header()->nobs, 3) << "an unknown label and a missing one do not count";
  EXPECT_EQ(made.binomial()->AUC, 1);
  EXPECT_FALSE(made.header()->model_category.has_value());
  EXPECT_EQ(made.header()->description,
            "Computed on user-given predictions and labels, using F1-optimal threshold: 0.7.");
  comparison.actuals = numbers({{7, 3, 3, std::nan(""), 7}});
  comparison.domain = {"7", "3"};
  EXPECT_EQ(compare(engine_, comparison).header()->nobs, 4);
  comparison.domain = {"a", "b"};
  EXPECT_THROW(compare(engine_, comparison), InputError);
}

TEST_F(ComparisonTest, FramesMayBeCutDifferently) {
  Comparison comparison;
  comparison.predictions = numbers({{0.1, 0.8, 0.7, 0.3, 0.9}});
  comparison.actuals = numbers({{1, 2, 3, 4, 5}});
  comparison.weights = numbers({{1, 1, 2, 1, 3}});
  const double expected = *compare(engine_, comparison).find("MSE");
  comparison.actuals = munge::recut(engine_, comparison.actuals, engine_.new_layout({0, 1, 3, 5}));
  comparison.weights = munge::recut(engine_, *comparison.weights, engine_.new_layout({0, 5}));
  EXPECT_EQ(*compare(engine_, comparison).find("MSE"), expected);
}

TEST_F(ComparisonTest, FramesThatDoNotFitAreRefused) {
  Comparison comparison;
  comparison.predictions = numbers({{0.1, 0.8, 0.7}, {0.9, 0.2, 0.3}});
  comparison.actuals = numbers({{0, 1, 1}});
  EXPECT_THROW(compare(engine_, comparison), InputError) << "a regression has one prediction";
  comparison.domain = {"0", "1"};
  EXPECT_THROW(compare(engine_, comparison), InputError) << "two classes have one probability";
  comparison.predictions = numbers({{0.1, 1.5, 0.7}});
  EXPECT_THROW(compare(engine_, comparison), InputError) << "no probability";
  comparison.predictions = numbers({{0.1, 0.5, 0.7}});
  EXPECT_EQ(compare(engine_, comparison).header()->nobs, 3);
  layout_ = nullptr;
  comparison.actuals = numbers({{0, 1, 1, 0}});
  EXPECT_THROW(compare(engine_, comparison), InputError) << "other rows";
}

TEST_F(ComparisonTest, NumbersAndWeights) {
  Comparison comparison;
  comparison.predictions = numbers({{1, 2, 3}});
  comparison.actuals = numbers({{1, 4, 3}});
  comparison.weights = numbers({{1, 3, 0}});
  comparison.deviance.family = DevianceFamily::laplace;
  const Metrics made = compare(engine_, comparison);
  EXPECT_EQ(made.find("MSE"), 3.0);
  EXPECT_EQ(made.find("mean_residual_deviance"), 1.5);
  EXPECT_EQ(made.header()->description,
            "Computed on user-given predictions and targets, distribution: laplace.");
}

TEST_F(ComparisonTest, AucsOfSeveralClasses) {
  const auto golden = testing::golden_case("multinomial");
  const std::vector<std::vector<double>> columns(golden.columns.begin(),
                                                 golden.columns.begin() + 4);
  Comparison comparison;
  comparison.predictions = numbers(columns);
  comparison.actuals = numbers({golden.columns[4]});
  comparison.domain = {"0", "1", "2", "3"};
  EXPECT_TRUE(std::isnan(compare(engine_, comparison).multinomial()->AUC));
  for (const auto& [type, name] : {std::pair(AucType::macro_ovr, "macro ovr"),
                                   std::pair(AucType::weighted_ovr, "weighted ovr"),
                                   std::pair(AucType::macro_ovo, "macro ovo")}) {
    comparison.auc_type = type;
    const Metrics made = compare(engine_, comparison);
    EXPECT_NEAR(made.multinomial()->AUC, golden.values.at(name), 1e-12) << name;
    EXPECT_GT(made.multinomial()->pr_auc, 0.2);
    EXPECT_EQ(made.multinomial()->multinomial_auc_table->rows(), 4U + 6U + 4U);
    EXPECT_EQ(made.multinomial()->multinomial_aucpr_table->columns[3].name, "auc_pr");
  }
}

}  // namespace
}  // namespace neve::model::metrics

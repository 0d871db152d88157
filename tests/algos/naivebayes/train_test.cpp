#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include <neve/base/rng.hpp>
#include <neve/frame/chunk_builder.hpp>
#include <neve/model/models.hpp>

#include "algos/naivebayes/naivebayes_model.hpp"
#include "support/described_frame.hpp"
#include "support/take_over.hpp"
#include "support/training_nodes.hpp"

namespace neve::algos::naivebayes {
const model::Algorithm& algorithm();
}

namespace {

using namespace neve;
using algos::naivebayes::NaiveBayesModel;

constexpr std::size_t kRows = 9'000;

/// Rows of x and z (numbers), k (levels, of which the first class never has c) and a class; all but
/// z with missing ones.
struct Rows {
  std::vector<double> x, z, k, three;
};

Rows make_rows() {
  const CounterRng random(5);
  Rows rows;
  for (std::uint64_t i = 0; i < kRows; ++i) {
    const double of = static_cast<double>(random.below(5 * i, 3));
    const auto missing = [i](std::uint64_t every) { return i % every == every - 1; };
    rows.three.push_back(missing(31) ? -1 : of);
    rows.x.push_back(missing(17) ? frame::kMissingDouble : 1e6 + of + random.uniform(5 * i + 1));
    rows.z.push_back(random.uniform(5 * i + 2) * (1 + of));
    const double draw = static_cast<double>(random.below(5 * i + 3, 3));
    rows.k.push_back(missing(23) ? -1 : std::min(draw, of == 0 ? 1.0 : 2.0));
  }
  return rows;
}

/// The frame "tr"; nobody has the last level of k.
void publish_rows(mr::ComputeNode& node) {
  const Rows rows = make_rows();
  node.frames().publish(neve::testing::described_frame(
      node.engine(), "tr",
      {{"x", {}}, {"z", {}}, {"k", {"a", "b", "c", "never"}}, {"three", {"low", "middle", "high"}}},
      {rows.x, rows.z, rows.k, rows.three}));
}

class Session : public neve::testing::TrainingNodes {
 public:
  explicit Session(int nodes = 1, int threads = 2)
      : TrainingNodes(algos::naivebayes::algorithm(), nodes, threads) {
    publish_rows(node());
  }
  model::Build check(schema::Form form, const std::string& response = "three") {
    return check_form(complete(std::move(form), response));
  }
  std::shared_ptr<const NaiveBayesModel> train(schema::Form form) {
    train_form(complete(std::move(form), "three"));
    return model<NaiveBayesModel>();
  }
  static schema::Form complete(schema::Form form, const std::string& response) {
    return neve::testing::with(std::move(form), {{"response_column", response},
                                                 {"training_frame", "tr"},
                                                 {"model_id", "model"},
                                                 {"seed", "1"}});
  }
};

/// The same figures from the rows, one sum after the other.
struct Plain {
  std::vector<double> count = std::vector<double>(3);
  std::vector<long double> x_mean = std::vector<long double>(3);
  std::vector<long double> x_sd = std::vector<long double>(3);
  std::vector<std::vector<double>> k = std::vector<std::vector<double>>(3, {0, 0, 0, 0});
  explicit Plain(const Rows& rows) {
    const auto each = [&](auto use) {
      for (std::size_t i = 0; i < kRows; ++i) {
        if (rows.three[i] >= 0 && rows.k[i] >= 0 && !std::isnan(rows.x[i])) {
          use(static_cast<std::size_t>(rows.three[i]), i);
        }
      }
    };
    each([&](std::size_t of, std::size_t i) {
      ++count[of];
      x_mean[of] += rows.x[i];
      ++k[of][static_cast<std::size_t>(rows.k[i])];
    });
    for (std::size_t of = 0; of < 3; ++of) x_mean[of] /= count[of];
    each([&](std::size_t of, std::size_t i) {
      x_sd[of] += (rows.x[i] - x_mean[of]) * (rows.x[i] - x_mean[of]);
    });
    for (std::size_t of = 0; of < 3; ++of) x_sd[of] = std::sqrt(x_sd[of] / (count[of] - 1));
  }
  [[nodiscard]] double rows() const { return count[0] + count[1] + count[2]; }
};

TEST(NaiveBayes, FiguresAreThoseOfTheRowsWithoutMissingCells) {
  Session session;
  const Plain plain(make_rows());
  for (const double laplace : {0.0, 2.0}) {
    const auto model = session.train({{"laplace", std::to_string(laplace)}});
    ASSERT_TRUE(model);
    ASSERT_EQ(model->predictors.size(), 3U);
    for (std::size_t of = 0; of < 3; ++of) {
      EXPECT_DOUBLE_EQ(model->priors[of],
                       (plain.count[of] + laplace) / (plain.rows() + 3 * laplace));
      EXPECT_NEAR(model->predictors[0].means[of], static_cast<double>(plain.x_mean[of]), 1e-8);
      EXPECT_NEAR(model->predictors[0].deviations[of], static_cast<double>(plain.x_sd[of]), 1e-9);
      for (std::size_t level = 0; level < 4; ++level) {
        EXPECT_DOUBLE_EQ(model->predictors[2].probabilities[of * 4 + level],
                         (plain.k[of][level] + laplace) / (plain.count[of] + 4 * laplace));
      }
    }
  }
}

/// Probabilities of the classes for one row; NaN and -1 are missing, 4 is a level unknown to the
/// model.
std::vector<double> probabilities(const NaiveBayesModel& model, double x, double z,
                                  std::int32_t k) {
  model::ScoreBlock block;
  block.rows = 1;
  block.numbers = {{&x, 1}, {&z, 1}, {}};
  block.codes = {{}, {}, {&k, 1}};
  std::vector<double> values(3);
  const std::span<double> out[] = {{values.data(), 1}, {&values[1], 1}, {&values[2], 1}};
  model.score(block, out);
  return values;
}

std::vector<double> expected(const NaiveBayesModel& model, double x, double z, std::int32_t k) {
  const auto& limits = model.limits;
  std::vector<double> joint;
  for (std::size_t of = 0; of < 3; ++of) {
    double product = model.priors[of];
    const auto times = [&](double share) {
      product *= share <= limits.eps_prob ? limits.min_prob : share;
    };
    for (std::size_t c = 0; c < 2; ++c) {
      const double value = c == 0 ? x : z;
      if (std::isnan(value)) continue;
      const double mean = model.predictors[c].means[of];
      double sd = model.predictors[c].deviations[of];
      if (sd <= limits.eps_sdev) sd = limits.min_sdev;
      times(std::exp(-(value - mean) * (value - mean) / (2 * sd * sd)) /
            (sd * std::sqrt(2 * std::numbers::pi)));
    }
    const double laplace = limits.laplace;
    if (k == 4) times(laplace / (model.class_weights[of] + 4 * laplace));
    if (k >= 0 && k < 4) {
      times(model.predictors[2].probabilities[of * 4 + static_cast<std::size_t>(k)]);
    }
    joint.push_back(product);
  }
  const double sum = joint[0] + joint[1] + joint[2];
  for (double& value : joint) value /= sum;
  return joint;
}

TEST(NaiveBayes, PredictionsMultiplyWhatThePredictorsSay) {
  Session session;
  const schema::Form forms[] = {
      {},
      {{"laplace", "3"}},
      {{"eps_prob", "0.3"}, {"min_prob", "0.2"}, {"eps_sdev", "0.5"}, {"min_sdev", "0.7"}}};
  for (const schema::Form& form : forms) {
    const auto model = session.train(form);
    for (const double x : {1e6 + 0.3, 1e6 + 2.1, 1e6 + 40, frame::kMissingDouble}) {
      for (const double z : {0.1, 2.5, frame::kMissingDouble}) {
        for (const std::int32_t k : {-1, 0, 2, 3, 4}) {
          const auto got = probabilities(*model, x, z, k);
          const auto wanted = expected(*model, x, z, k);
          for (std::size_t of = 0; of < 3; ++of) {
            EXPECT_NEAR(got[of], wanted[of], 1e-12) << x << " " << z << " " << k;
          }
        }
      }
    }
  }
}

TEST(NaiveBayes, MeasuresWhatScoringGivesUnlessToldNotTo) {
  Session session;
  const auto model = session.train({{"validation_frame", "tr"}});
  std::vector<std::string> warnings;
  const auto again =
      session.models().performance(model, session.node().frames().require("tr"), nullptr, warnings);
  EXPECT_EQ(model->header.training_metrics.find("logloss"), again.find("logloss"));
  EXPECT_EQ(model->header.validation_metrics.find("logloss"), again.find("logloss"));
  EXPECT_TRUE(std::isnan(*model->header.training_metrics.find("AUC")));
  const auto curved = session.train({{"auc_type", "MACRO_OVR"}, {"nfolds", "2"}});
  EXPECT_GT(*curved->header.training_metrics.find("AUC"), 0.6);
  EXPECT_GT(*curved->header.cross_validation.metrics.find("AUC"), 0.6);
  const auto bare = session.train({{"compute_metrics", "false"}});
  EXPECT_FALSE(bare->header.training_metrics);
}

TEST(NaiveBayes, TheChecksumIsTheSameOnAnyThreadsAndNodesAndAfterBytes) {
  Session alone(1, 1);
  const auto first = alone.train({{"nfolds", "3"}});
  EXPECT_EQ(algos::naivebayes::algorithm().decode(first->encode())->encode(), first->encode());
  for (const auto& [nodes, threads] : {std::pair(1, 3), std::pair(3, 2)}) {
    Session session(nodes, threads);
    const auto model = session.train({{"nfolds", "3"}});
    EXPECT_EQ(model->header.checksum, first->header.checksum);
    EXPECT_EQ(model->header.cross_validation.metrics.find("logloss"),
              first->header.cross_validation.metrics.find("logloss"));
  }
}

TEST(NaiveBayes, GoesOnWithItsFoldsAfterALoss) {
  const schema::Form form{{"nfolds", "4"}};
  Session whole;
  const auto expected = whole.train(form)->encode_learnt();
  for (const int states : {1, 3}) {
    EXPECT_EQ(
        neve::testing::learnt_after_loss(algos::naivebayes::algorithm(),
                                         Session::complete(form, "three"), states, publish_rows),
        expected)
        << states;
  }
}

TEST(NaiveBayes, WhatCannotBeTrainedIsRefused) {
  Session session;
  EXPECT_EQ(session.check({}, "x").errors(), 1);
  EXPECT_EQ(session.check({{"laplace", "-1"}}).errors(), 1);
  EXPECT_EQ(session.check({{"min_sdev", "0"}}).errors(), 1);
}

}  // namespace

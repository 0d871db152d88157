#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "algos/deeplearning/inputs.hpp"
#include "algos/deeplearning/train.hpp"
#include "algos/deeplearning/training_session.hpp"
#include "support/take_over.hpp"

namespace {

using namespace neve;
using namespace neve::algos::deeplearning;
using algos::deeplearning::testing::Session;
using algos::deeplearning::testing::values_of;

/// Predictions of a model for the frame "tr".
frame::Frame predict(Session& session, const std::string& on = "tr") {
  std::vector<std::string> warnings;
  return session.models().predict(session.models().find("model"), session.frame(on), "scored",
                                  nullptr, warnings);
}

TEST(DeepLearning, LearnsWhatNoLinearModelCan) {
  Session session;
  std::vector<std::vector<double>> columns(3);
  for (int i = 0; i < 400; ++i) {
    columns[0].push_back(i % 2);
    columns[1].push_back(i / 2 % 2);
    columns[2].push_back((i % 2) ^ (i / 2 % 2));
  }
  session.node().frames().publish(neve::testing::described_frame(
      session.engine(), "xor", {{"a", {}}, {"b", {}}, {"c", {"no", "yes"}}}, columns));
  for (const char* activation : {"Rectifier", "Tanh", "Maxout"}) {
    const auto model = session.train("c", {{"training_frame", "xor"},
                                           {"ignored_columns", "[]"},
                                           {"activation", activation},
                                           {"epochs", "60"},
                                           {"mini_batch_size", "4"}});
    ASSERT_TRUE(model);
    EXPECT_EQ(model->header.training_metrics.find("classification_error"), 0) << activation;
    EXPECT_LT(*model->header.training_metrics.find("logloss"), 0.2) << activation;
  }
}

TEST(DeepLearning, WithoutHiddenLayersIsTheLeastSquaresFit) {
  Session session;
  std::vector<std::vector<double>> columns(3);
  const CounterRng random(5);
  for (std::uint64_t i = 0; i < 300; ++i) {
    const double a = random.uniform(3 * i) * 10;
    const double b = random.uniform(3 * i + 1) - 7;
    columns[0].push_back(a);
    columns[1].push_back(b);
    columns[2].push_back(3 - 2 * a + 5 * b + random.uniform(3 * i + 2));
  }
  session.node().frames().publish(neve::testing::described_frame(
      session.engine(), "line", {{"a", {}}, {"b", {}}, {"c", {}}}, columns));
  const auto model = session.train("c", {{"training_frame", "line"},
                                         {"ignored_columns", "[]"},
                                         {"hidden", "[]"},
                                         {"epochs", "400"},
                                         {"mini_batch_size", "300"},
                                         {"adaptive_rate", "false"},
                                         {"rate", "0.5"},
                                         {"rate_annealing", "0"},
                                         {"stopping_rounds", "0"}});
  ASSERT_TRUE(model);
  // Normal equations of the centred columns.
  double m[3] = {};
  for (std::size_t c = 0; c < 3; ++c) {
    for (const double value : columns[c]) m[c] += value / 300;
  }
  double aa = 0, ab = 0, bb = 0, ac = 0, bc = 0;
  for (std::size_t i = 0; i < 300; ++i) {
    const double a = columns[0][i] - m[0];
    const double b = columns[1][i] - m[1];
    const double c = columns[2][i] - m[2];
    aa += a * a, ab += a * b, bb += b * b, ac += a * c, bc += b * c;
  }
  const double slope_a = (ac * bb - bc * ab) / (aa * bb - ab * ab);
  const double slope_b = (bc * aa - ac * ab) / (aa * bb - ab * ab);
  const auto predicted = values_of(session.engine(), predict(session, "line"), "predict");
  for (std::size_t i = 0; i < 300; ++i) {
    const double expected =
        m[2] + slope_a * (columns[0][i] - m[0]) + slope_b * (columns[1][i] - m[1]);
    EXPECT_NEAR(predicted[i], expected, 2e-4);
  }
}

/// A linear model of one category: each family predicts a figure of each level's rows.
std::map<double, double> predicted_by_level(Session& session, const schema::Form& form) {
  const auto model = session.train("n", neve::testing::with({{"training_frame", "levels"},
                                                             {"ignored_columns", "[]"},
                                                             {"hidden", "[]"},
                                                             {"epochs", "3000"},
                                                             {"mini_batch_size", "1000"},
                                                             {"adaptive_rate", "false"},
                                                             {"rate_annealing", "2e-6"},
                                                             {"score_training_samples", "0"},
                                                             {"overwrite_with_best_model", "false"},
                                                             {"stopping_rounds", "0"}},
                                                            form));
  EXPECT_TRUE(model);
  const auto predicted = values_of(session.engine(), predict(session, "levels"), "predict");
  const auto levels = values_of(session.engine(), session.frame("levels"), "k");
  std::map<double, double> made;
  for (std::size_t i = 0; i < levels.size(); ++i) made[levels[i]] = predicted[i];
  return made;
}

TEST(DeepLearning, FamiliesMeetTheirFigureOfEachLevel) {
  Session session;
  std::vector<std::vector<double>> columns(2);
  std::map<double, std::vector<double>> by_level;
  const CounterRng random(6);
  for (std::uint64_t i = 0; i < 300; ++i) {
    const auto k = static_cast<double>(i % 3);
    const double value = 1 + k + std::floor(random.uniform(i) * 5) / 4;
    columns[0].push_back(k);
    columns[1].push_back(value);
    by_level[k].push_back(value);
  }
  session.node().frames().publish(neve::testing::described_frame(
      session.engine(), "levels", {{"k", {"a", "b", "c"}}, {"n", {}}}, columns));
  for (auto& [level, values] : by_level) std::ranges::sort(values);
  const auto mean = [&](double level) {
    double sum = 0;
    for (const double value : by_level[level]) sum += value;
    return sum / static_cast<double>(by_level[level].size());
  };
  for (const char* family : {"gaussian", "poisson", "gamma", "tweedie"}) {
    const auto found = predicted_by_level(session, {{"distribution", family}, {"rate", "0.1"}});
    for (const auto& [level, value] : found) EXPECT_NEAR(value, mean(level), 2e-3) << family;
  }
  for (const auto& [alpha, place] : {std::pair("0.5", 0.5), std::pair("0.8", 0.8)}) {
    const auto found = predicted_by_level(
        session, {{"distribution", "quantile"}, {"quantile_alpha", alpha}, {"rate", "0.02"}});
    for (const auto& [level, value] : found) {
      const auto& values = by_level[level];
      const auto at = static_cast<std::size_t>(place * static_cast<double>(values.size()));
      EXPECT_GT(value, values[at] - 0.26) << alpha;
      EXPECT_LT(value, values[at] + 0.26) << alpha;
    }
  }
  const auto medians = predicted_by_level(session, {{"distribution", "laplace"}, {"rate", "0.02"}});
  for (const auto& [level, value] : medians)
    EXPECT_NEAR(value, by_level[level][by_level[level].size() / 2], 0.26);
}

const std::vector<std::pair<std::string, schema::Form>>& kinds() {
  static const std::vector<std::pair<std::string, schema::Form>> kKinds = {
      {"two", {}},
      {"three", {{"activation", "TanhWithDropout"}, {"input_dropout_ratio", "0.1"}}},
      {"y", {{"activation", "MaxoutWithDropout"}, {"hidden_dropout_ratios", "[0.2,0]"}}},
      {"y",
       {{"adaptive_rate", "false"},
        {"momentum_start", "0.5"},
        {"momentum_stable", "0.9"},
        {"momentum_ramp", "1000"},
        {"rate", "0.01"},
        {"rate_decay", "0.9"},
        {"l1", "1e-4"},
        {"l2", "1e-3"},
        {"max_w2", "5"}}},
      {"y", {{"distribution", "huber"}, {"validation_frame", "va"}, {"weights_column", "w"}}},
      {"n", {{"distribution", "poisson"}, {"offset_column", "o"}}},
      {"three",
       {{"balance_classes", "true"}, {"nfolds", "2"}, {"missing_values_handling", "Skip"}}},
      {"two",
       {{"max_categorical_features", "3"},
        {"mini_batch_size", "1"},
        {"use_all_factor_levels", "false"},
        {"score_training_samples", "500"},
        {"hidden", "[200,100]"}}},
  };
  return kKinds;
}

TEST(DeepLearning, TheChecksumIsTheSameOnAnyThreadsAndNodesAndAfterBytes) {
  std::vector<std::int64_t> first;
  {
    Session alone(1, 1);
    for (const auto& [response, form] : kinds()) {
      const auto model = alone.train(response, form);
      ASSERT_TRUE(model);
      first.push_back(model->header.checksum);
      EXPECT_EQ(algorithm().decode(model->encode())->encode(), model->encode());
      EXPECT_TRUE(model->is_sound());
    }
  }
  for (const auto& [nodes, threads] :
       {std::pair(1, 2), std::pair(1, 3), std::pair(1, 8), std::pair(3, 2)}) {
    Session session(nodes, threads);
    for (std::size_t i = 0; i < kinds().size(); ++i) {
      const auto model = session.train(kinds()[i].first, kinds()[i].second);
      ASSERT_TRUE(model);
      EXPECT_EQ(model->header.checksum, first[i]) << i << " " << nodes << " " << threads;
    }
  }
}

TEST(DeepLearning, GoesOnAfterALossToTheSameBits) {
  for (const schema::Form& form :
       {schema::Form{{"train_samples_per_iteration", "1000"}, {"validation_frame", "va"}},
        schema::Form{{"nfolds", "2"}, {"activation", "RectifierWithDropout"}}}) {
    Session whole;
    const auto expected = whole.train("two", form)->encode_learnt();
    for (const int states : {1, 3}) {
      EXPECT_EQ(
          neve::testing::learnt_after_loss(
              algorithm(), Session::complete("two", form), states,
              [](mr::ComputeNode& node) { algos::deeplearning::testing::publish_frames(node); }),
          expected)
          << states;
    }
  }
}

TEST(DeepLearning, MetricsAreThoseOfScoring) {
  for (const auto& [response, form] : kinds()) {
    Session session;
    const auto model = session.train(
        response, neve::testing::with(form, {{"score_training_samples", "0"},
                                             {"missing_values_handling", "MeanImputation"},
                                             {"validation_frame", "va"}}));
    ASSERT_TRUE(model);
    std::vector<std::string> warnings;
    for (const auto& [on, metrics] : {std::pair("tr", &model->header.training_metrics),
                                      std::pair("va", &model->header.validation_metrics)}) {
      const auto again = session.models().performance(model, session.frame(on), nullptr, warnings);
      for (const char* name : {"MSE", "logloss", "AUC", "mean_residual_deviance", "mae"}) {
        const auto expected = again.find(name);
        if (!expected || std::isnan(*expected)) continue;
        EXPECT_NEAR(*metrics->find(name), *expected, 1e-12 * std::abs(*expected)) << name;
      }
    }
  }
}

TEST(DeepLearning, MeasuresASampleOfAboutTheSizeThatIsWanted) {
  Session session;
  const auto rows = [&](const schema::Form& form) {
    const auto model = session.train(
        "three", neve::testing::with({{"validation_frame", "va"}, {"epochs", "1"}}, form));
    return std::pair(model->header.training_metrics.header()->nobs,
                     model->header.validation_metrics.header()->nobs);
  };
  const auto [all, held] = rows({{"score_training_samples", "0"}});
  EXPECT_EQ(all, 6'000);
  EXPECT_EQ(held, 1'500);
  const auto [some, few] =
      rows({{"score_training_samples", "1000"}, {"score_validation_samples", "300"}});
  EXPECT_NEAR(static_cast<double>(some), 1000, 120);
  EXPECT_NEAR(static_cast<double>(few), 300, 60);
  const auto [same, even] = rows({{"score_training_samples", "1000"},
                                  {"score_validation_samples", "300"},
                                  {"score_validation_sampling", "Stratified"}});
  EXPECT_EQ(same, some);
  EXPECT_NEAR(static_cast<double>(even), 300, 60);
  EXPECT_NE(even, few);
}

TEST(DeepLearning, AWeightOfKIsKCopiesInAStepOfAllRows) {
  Session session;
  const auto columns = algos::deeplearning::testing::made_up(400, 3);
  const std::vector<std::pair<std::string, neve::testing::Levels>> described = {
      {"x", {}}, {"k", {"a", "b", "c", "d"}}, {"y", {}}, {"w", {}}};
  std::vector<std::vector<double>> weighted(4);
  std::vector<std::vector<double>> copied(4);
  for (std::size_t i = 0; i < 400; ++i) {
    const auto add = [&](auto& to, double weight) {
      to[0].push_back(columns[0][i]);
      to[1].push_back(columns[2][i]);
      to[2].push_back(columns[3][i]);
      to[3].push_back(weight);
    };
    add(weighted, static_cast<double>(i % 3));
    for (std::size_t k = 0; k < i % 3; ++k) add(copied, 1);
  }
  const auto publish = [&](const char* key, const auto& rows) {
    session.node().frames().publish(
        neve::testing::described_frame(session.engine(), key, described, rows));
  };
  publish("weighted", weighted);
  publish("copied", copied);
  const auto train = [&](const char* frame, const char* batch) {
    return session.train("y", {{"training_frame", frame},
                               {"ignored_columns", "[]"},
                               {"weights_column", "w"},
                               {"epochs", "30"},
                               {"activation", "Tanh"},
                               {"stopping_rounds", "0"},
                               {"overwrite_with_best_model", "false"},
                               {"mini_batch_size", batch}});
  };
  const auto a = train("weighted", "400");
  const auto b = train("copied", "400");
  ASSERT_TRUE(a && b);
  const auto& left = a->network.layers[0].weights;
  const auto& right = b->network.layers[0].weights;
  for (std::size_t i = 0; i < left.size(); ++i) EXPECT_NEAR(left[i], right[i], 1e-3);
  EXPECT_NEAR(*a->header.training_metrics.find("MSE"), *b->header.training_metrics.find("MSE"),
              1e-3 * *a->header.training_metrics.find("MSE"));
}

TEST(DeepLearning, LearnsTheMadeUpSignal) {
  Session session;
  const schema::Form longer{{"epochs", "20"}, {"hidden", "[50,50]"}, {"validation_frame", "va"}};
  const auto y = session.train("y", longer);
  EXPECT_GT(*y->header.validation_metrics.find("r2"), 0.8);
  const auto two = session.train("two", longer);
  EXPECT_GT(*two->header.validation_metrics.find("AUC"), 0.95);
  EXPECT_EQ(two->progress.batch_rows, 32);
}

TEST(DeepLearning, ChoosesTheBatchByTheStepsThatAreLeft) {
  EXPECT_EQ(automatic_batch(100), 1);
  EXPECT_EQ(automatic_batch(4096 * 2 - 1), 1);
  EXPECT_EQ(automatic_batch(4096 * 2), 2);
  EXPECT_EQ(automatic_batch(180'000), 32);
  EXPECT_EQ(automatic_batch(1e12), 128);
  Session session;
  const schema::Form form{{"mini_batch_size", "1"}, {"epochs", "3"}};
  EXPECT_EQ(session.train("two", form)->progress.batch_rows, 4);
  EXPECT_EQ(session.train("two", neve::testing::with(form, {{"reproducible", "true"}}))
                ->progress.batch_rows,
            1);
}

}  // namespace

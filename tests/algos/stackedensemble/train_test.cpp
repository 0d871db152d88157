#include <cmath>
#include <gtest/gtest.h>

#include <limits>

#include <neve/base/error.hpp>

#include "stack_session.hpp"
#include "support/take_over.hpp"

namespace {

using namespace neve;
using namespace neve::algos;
using namespace neve::algos::stackedensemble::testing;
using stackedensemble::StackModel;

/// Base models of y: "one" knows a, "two_" knows b.
void train_bases(Session& session, const std::string& response, const schema::Form& more = kFolds) {
  session.train_base(glm::algorithm(), base_glm("one", response, only("a"), more));
  session.train_base(glm::algorithm(), base_glm("two_", response, only("b"), more));
}

/// Least squares with an intercept and slopes that are not negative, by trying which are 0.
std::vector<double> non_negative_fit(const std::vector<std::vector<double>>& x,
                                     const std::vector<double>& y) {
  const std::size_t k = x.size();
  std::vector<double> best;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t chosen = 0; chosen < (std::size_t{1} << k); ++chosen) {
    std::vector<std::vector<long double>> rows(k + 1, std::vector<long double>(k + 2));
    const auto value = [&](std::size_t j, std::size_t i) { return j == k ? 1.0 : x[j][i]; };
    const auto in = [&](std::size_t j) { return j == k || ((chosen >> j) & 1U) != 0; };
    for (std::size_t r = 0; r <= k; ++r) {
      if (!in(r)) {
        rows[r][r] = 1;
        continue;
      }
      for (std::size_t i = 0; i < y.size(); ++i) {
        for (std::size_t c = 0; c <= k; ++c) {
          if (in(c)) rows[r][c] += static_cast<long double>(value(r, i)) * value(c, i);
        }
        rows[r][k + 1] += static_cast<long double>(value(r, i)) * y[i];
      }
    }
    for (std::size_t p = 0; p <= k; ++p) {
      for (std::size_t r = 0; r <= k; ++r) {
        if (r == p) continue;
        const long double factor = rows[r][p] / rows[p][p];
        for (std::size_t c = p; c <= k + 1; ++c) rows[r][c] -= factor * rows[p][c];
      }
    }
    std::vector<double> fit;
    for (std::size_t r = 0; r <= k; ++r)
      fit.push_back(static_cast<double>(rows[r][k + 1] / rows[r][r]));
    if (std::any_of(fit.begin(), fit.end() - 1, [](double slope) { return slope < 0; })) continue;
    double squares = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
      double off = fit[k] - y[i];
      for (std::size_t j = 0; j < k; ++j) off += fit[j] * x[j][i];
      squares += off * off;
    }
    if (squares >= least) continue;
    least = squares;
    best = fit;
  }
  return best;
}

constexpr const char* kPlainGlm = R"({"lambda":[0],"non_negative":[true],"standardize":[false]})";

TEST(StackedEnsemble, SharesAreThoseOfNonNegativeLeastSquaresOnWhatWasHeldOut) {
  Session session;
  train_bases(session, "y");
  session.train_base(glm::algorithm(), base_glm("blind", "y", only("noise"), kFolds));
  const auto stack = session.train(stack_form("[one,two_,blind]", "y",
                                              {{"metalearner_algorithm", "glm"},
                                               {"metalearner_params", kPlainGlm},
                                               {"keep_levelone_frame", "true"}}));
  ASSERT_TRUE(stack);
  const std::vector<std::string> names = {"one", "two_", "blind"};
  std::vector<std::vector<double>> x;
  for (const std::string& name : names) {
    x.push_back(session.values("levelone_training_stack", name));
    EXPECT_EQ(x.back(), session.values("cv_holdout_prediction_" + name, "predict"));
  }
  const auto fit = non_negative_fit(x, session.values("tr", "y"));
  const auto found = coefficients_of(session.models().find("metalearner_glm_stack"));
  ASSERT_EQ(found.size(), 4U);
  for (std::size_t j = 0; j < 3; ++j) {
    EXPECT_EQ(found[j].first, names[j]);
    EXPECT_NEAR(found[j].second, fit[j], 1e-8);
  }
  EXPECT_NEAR(found[3].second, fit[3], 1e-8);
  const auto told = session.predicted(stack, "new", "predict");
  std::vector<double> sum(told.size(), found[3].second);
  for (std::size_t j = 0; j < 3; ++j) {
    const auto base = session.predicted(session.models().find(names[j]), "new", "predict");
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += found[j].second * base[i];
  }
  for (std::size_t i = 0; i < sum.size(); ++i) ASSERT_NEAR(told[i], sum[i], 1e-9);
  EXPECT_EQ(session.frame("levelone_training_stack").names,
            (std::vector<std::string>{"one", "two_", "blind", "y"}));
}

/// What a model says of a frame is the same for one that would not look at it.
TEST(StackedEnsemble, ABaseModelOfNoUseIsNotScored) {
  Session session;
  train_bases(session, "y");
  // Its intercept of each fold lies off the fold's mean the other way.
  session.train_base(glm::algorithm(), base_glm("blind", "y", only("noise"), kFolds));
  const auto stack = session.train(stack_form("[one,two_,blind]", "y"));
  const auto found = coefficients_of(session.models().find("metalearner_AUTO_stack"));
  ASSERT_EQ(found.size(), 4U);
  ASSERT_EQ(found[2].second, 0) << "the test needs one of no use";
  EXPECT_TRUE(stack->bases[0].used && stack->bases[1].used);
  EXPECT_FALSE(stack->bases[2].used);
  const auto told = session.predicted(stack, "new", "predict");
  const auto one = session.predicted(session.models().find("one"), "new", "predict");
  const auto two = session.predicted(session.models().find("two_"), "new", "predict");
  for (std::size_t i = 0; i < told.size(); ++i) {
    ASSERT_NEAR(told[i], found[3].second + found[0].second * one[i] + found[1].second * two[i],
                1e-9);
  }
  const auto& table = stack->contributions;
  ASSERT_EQ(table.rows(), 3U);
  EXPECT_EQ(std::get<double>(table.columns[3].cells[2]), 0);
  EXPECT_NEAR(
      std::get<double>(table.columns[3].cells[0]) + std::get<double>(table.columns[3].cells[1]), 1,
      1e-12);
}

TEST(StackedEnsemble, TheMetalearnerIsTheModelThatTrainingOnTheKeptFrameGives) {
  Session session;
  train_bases(session, "two");
  const auto stack =
      session.train(stack_form("[one,two_]", "two",
                               {{"metalearner_algorithm", "gbm"},
                                {"metalearner_params", R"({"ntrees":[4],"max_depth":[3]})"},
                                {"metalearner_nfolds", "3"},
                                {"weights_column", "w"},
                                {"keep_levelone_frame", "true"}}));
  const auto metalearner = session.models().find("metalearner_gbm_stack");
  ASSERT_TRUE(metalearner);
  const auto again =
      session.train_base(gbm::algorithm(), {{"model_id", "again"},
                                            {"training_frame", "levelone_training_stack"},
                                            {"response_column", "two"},
                                            {"weights_column", "w"},
                                            {"ntrees", "4"},
                                            {"max_depth", "3"},
                                            {"nfolds", "3"},
                                            {"seed", "5"}});
  EXPECT_EQ(again->encode_learnt(), metalearner->encode_learnt());
  EXPECT_EQ(stack->header.cross_validation.metrics.find("logloss"),
            again->header.cross_validation.metrics.find("logloss"));
  EXPECT_EQ(stack->header.cross_validation.folds, 3);
  EXPECT_EQ(metalearner->header.cross_validation.models.size(), 3U);
}

TEST(StackedEnsemble, ProbabilitiesOfTwoClassesMayBecomeLogits) {
  Session session;
  train_bases(session, "two");
  const auto stack = session.train(stack_form(
      "[one,two_]", "two", {{"metalearner_transform", "Logit"}, {"keep_levelone_frame", "true"}}));
  const auto found = coefficients_of(session.models().find("metalearner_AUTO_stack"));
  ASSERT_EQ(found.size(), 3U);
  const auto logit = [](double p) { return std::log(p / (1 - p)); };
  const auto kept = session.values("levelone_training_stack", "one");
  const auto held = session.values("cv_holdout_prediction_one", "yes");
  for (std::size_t i = 0; i < kept.size(); ++i) ASSERT_NEAR(kept[i], logit(held[i]), 1e-12);
  const auto told = session.predicted(stack, "new", "yes");
  const auto labels = session.predicted(stack, "new", "predict");
  const auto one = session.predicted(session.models().find("one"), "new", "yes");
  const auto two = session.predicted(session.models().find("two_"), "new", "yes");
  for (std::size_t i = 0; i < told.size(); ++i) {
    const double eta =
        found[2].second + found[0].second * logit(one[i]) + found[1].second * logit(two[i]);
    ASSERT_NEAR(told[i], 1 / (1 + std::exp(-eta)), 1e-10);
    ASSERT_EQ(labels[i], told[i] >= stack->header.default_threshold ? 1 : 0);
  }
}

TEST(StackedEnsemble, SeveralClassesHaveAColumnEach) {
  Session session;
  for (const auto& [name, predictor] : {std::pair("one", "a"), std::pair("two_", "b")}) {
    session.train_base(naivebayes::algorithm(), with({{"model_id", name},
                                                      {"training_frame", "tr"},
                                                      {"response_column", "three"},
                                                      {"ignored_columns", only(predictor)},
                                                      {"seed", "1"}},
                                                     kFolds));
  }
  const auto stack = session.train(
      stack_form("[one,two_]", "three",
                 {{"metalearner_algorithm", "naivebayes"}, {"keep_levelone_frame", "true"}}));
  EXPECT_EQ(session.frame("levelone_training_stack").names,
            (std::vector<std::string>{"one/low", "one/middle", "one/high", "two_/low",
                                      "two_/middle", "two_/high", "three"}));
  for (const char* level : {"low", "middle", "high"}) {
    EXPECT_EQ(session.values("levelone_training_stack", std::string("two_/") + level),
              session.values("cv_holdout_prediction_two_", level));
  }
  ASSERT_TRUE(stack);
  EXPECT_LT(*stack->header.training_metrics.find("logloss"),
            *session.models().find("one")->header.training_metrics.find("logloss"));
}

TEST(StackedEnsemble, BlendingLearnsFromPredictionsOnAnotherFrame) {
  Session session;
  train_bases(session, "y", {});
  schema::Form form = stack_form("[one,two_]", "y",
                                 {{"blending_frame", "new"},
                                  {"metalearner_algorithm", "glm"},
                                  {"metalearner_params", kPlainGlm},
                                  {"keep_levelone_frame", "true"}});
  std::erase_if(form, [](const auto& given) { return given.first == "training_frame"; });
  const auto stack = session.train(form);
  ASSERT_TRUE(stack);
  EXPECT_EQ(stack->strategy, stackedensemble::Strategy::blending);
  std::vector<std::vector<double>> x;
  for (const char* name : {"one", "two_"}) {
    x.push_back(session.values("levelone_training_stack", name));
    EXPECT_EQ(x.back(), session.predicted(session.models().find(name), "new", "predict"));
  }
  const auto fit = non_negative_fit(x, session.values("new", "y"));
  const auto found = coefficients_of(session.models().find("metalearner_glm_stack"));
  for (std::size_t j = 0; j < 3; ++j) EXPECT_NEAR(found[j].second, fit[j], 1e-8);
  EXPECT_EQ(stack->header.training_metrics.regression()->nobs, 5'000);
}

TEST(StackedEnsemble, MeasuresWhatItPredicts) {
  Session session;
  train_bases(session, "two");
  const auto stack = session.train(stack_form("[one,two_]", "two", {{"validation_frame", "new"}}));
  std::vector<std::string> warnings;
  for (const auto& [frame, metrics] : {std::pair("tr", &stack->header.training_metrics),
                                       std::pair("new", &stack->header.validation_metrics)}) {
    const auto again = session.models().performance(stack, session.frame(frame), nullptr, warnings);
    for (const char* figure : {"logloss", "AUC", "MSE", "residual_deviance"}) {
      ASSERT_TRUE(again.find(figure)) << figure;
      // The metalearner's fit adds the deviance up in another order.
      EXPECT_NEAR(*metrics->find(figure), *again.find(figure),
                  1e-12 * std::abs(*again.find(figure)))
          << figure;
    }
    const auto yes = session.predicted(stack, frame, "yes");
    const auto actual = session.values(frame, "two");
    double squares = 0;
    for (std::size_t i = 0; i < yes.size(); ++i)
      squares += (yes[i] - actual[i]) * (yes[i] - actual[i]);
    EXPECT_NEAR(*again.find("MSE"), squares / static_cast<double>(yes.size()), 1e-12);
  }
  EXPECT_TRUE(warnings.empty());
  const auto some =
      session.train(stack_form("[one,two_]", "two", {{"score_training_samples", "1000"}}));
  const auto rows = some->header.training_metrics.binomial()->nobs;
  EXPECT_GT(rows, 850);
  EXPECT_LT(rows, 1150);
}

TEST(StackedEnsemble, TheSameOnAnyThreadsAndNodes) {
  std::vector<std::int64_t> checksums;
  for (const auto& [nodes, threads] :
       {std::pair(1, 1), std::pair(1, 3), std::pair(1, 8), std::pair(3, 2)}) {
    Session session(nodes, threads);
    train_bases(session, "two");
    const auto stack = session.train(stack_form(
        "[one,two_]", "two", {{"metalearner_nfolds", "2"}, {"validation_frame", "new"}}));
    checksums.push_back(stack->header.checksum);
    EXPECT_EQ(checksums.front(), checksums.back()) << nodes << " " << threads;
    const auto decoded = stackedensemble::algorithm().decode(stack->encode());
    EXPECT_EQ(decoded->encode(), stack->encode());
  }
}

TEST(StackedEnsemble, GoesOnWithItsMetalearnerAfterALoss) {
  const schema::Form form = stack_form("[one,two_]", "two",
                                       {{"metalearner_algorithm", "gbm"},
                                        {"metalearner_nfolds", "2"},
                                        {"metalearner_params", R"({"ntrees":[4]})"},
                                        {"model_id", "model"}});
  schema::Form named = form;
  std::erase_if(named, [](const auto& given) { return given.second == "stack"; });
  Session whole;
  train_bases(whole, "two");
  whole.train_form(named);
  const auto expected = whole.models().find("model")->encode_learnt();
  const auto prepare = [](mr::ComputeNode& node) {
    publish_rows(node);
    neve::testing::Trainer before(node, base_algorithms(), 1 << 20, "before");
    for (const auto& [name, predictor] : {std::pair("one", "a"), std::pair("two_", "b")}) {
      const auto build = before.models.check(
          glm::algorithm(), base_glm(name, "two", only(predictor), kFolds), "python");
      before.models.train(build)->wait();
    }
  };
  // States of the gathering, and of the metalearner's folds and trees.
  for (const int states : {1, 3, 6, 9}) {
    EXPECT_EQ(neve::testing::learnt_after_loss(stackedensemble::algorithm(), named, states, prepare,
                                               base_algorithms()),
              expected)
        << states;
  }
}

}  // namespace

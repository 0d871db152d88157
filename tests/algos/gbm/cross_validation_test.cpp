// Cross-validation with a real algorithm, on whole nodes.
#include <cmath>
#include <thread>

#include "fold_session.hpp"
#include "support/take_over.hpp"

namespace {

using namespace neve;
using namespace neve::testing;

const schema::Form kKeepAll = {{"ntrees", "5"},
                               {"sample_rate", "0.7"},
                               {"fold_column", "fold"},
                               {"keep_cross_validation_predictions", "true"},
                               {"keep_cross_validation_fold_assignment", "true"}};

TEST(CrossValidation, AFoldIsATrainingInWhichItsRowsWeighNothing) {
  Session session;
  for (const char* response : {"y", "two"}) {
    const auto main = session.train(complete(response, kKeepAll));
    ASSERT_TRUE(main);
    const auto alone = session.train(
        complete(response, {{"ntrees", "5"}, {"sample_rate", "0.7"}, {"model_id", "alone"}}),
        "alone");
    EXPECT_EQ(main->encode_learnt(), alone->encode_learnt());
    EXPECT_EQ(main->header.cross_validation.models,
              (Levels{"model_cv_1", "model_cv_2", "model_cv_3"}));
    for (int f = 0; f < 3; ++f) {
      const auto fold = session.model("model_cv_" + std::to_string(f + 1));
      const auto same = session.train(
          complete(response, {{"ntrees", "5"}, {"sample_rate", "0.7"}, {"model_id", "alone"}},
                   "but_" + std::to_string(f)),
          "alone");
      ASSERT_TRUE(fold && same);
      EXPECT_EQ(fold->encode_learnt(), same->encode_learnt()) << response << " " << f;
    }
  }
}

TEST(CrossValidation, HoldoutPredictionsAreEachFoldsOwn) {
  Session session;
  const auto main = session.train(complete("y", kKeepAll));
  const model::CrossValidation& made = main->header.cross_validation;
  const std::vector<double> fold = session.values("tr", "fold");
  const std::vector<double> joined = session.values(made.holdout_predictions, "predict");
  EXPECT_EQ(made.holdout_predictions, "cv_holdout_prediction_model");
  EXPECT_EQ(session.values(made.fold_assignment, "fold_assignment"), fold);
  std::vector<std::vector<double>> by_fold;
  std::vector<std::vector<double>> own;
  for (std::size_t f = 0; f < 3; ++f) {
    std::vector<std::string> warnings;
    const auto scored = session.models().predict(session.models().find(made.models[f]),
                                                 session.node().frames().require("tr"), "scored",
                                                 nullptr, warnings);
    by_fold.push_back(neve::testing::values_of(session.engine(), scored, "predict"));
    EXPECT_EQ(made.predictions[f], "prediction_" + made.models[f]);
    own.push_back(session.values(made.predictions[f], "predict"));
  }
  const std::vector<double> y = session.values("tr", "y");
  const std::vector<double> w = session.values("tr", "w");
  double squares = 0;
  double weight = 0;
  std::vector<double> fold_squares(3);
  std::vector<double> fold_weight(3);
  for (std::size_t i = 0; i < fold.size(); ++i) {
    const auto f = static_cast<std::size_t>(fold[i]);
    ASSERT_EQ(joined[i], by_fold[f][i]);
    for (std::size_t k = 0; k < 3; ++k) ASSERT_EQ(own[k][i], k == f ? joined[i] : 0);
    const double error = w[i] * (y[i] - joined[i]) * (y[i] - joined[i]);
    squares += error;
    weight += w[i];
    fold_squares[f] += error;
    fold_weight[f] += w[i];
  }
  EXPECT_NEAR(made.metrics.header()->MSE, squares / weight, 1e-12 * squares / weight);
  EXPECT_EQ(made.metrics.header()->nobs, kRows);
  for (std::size_t f = 0; f < 3; ++f) {
    const double expected = fold_squares[f] / fold_weight[f];
    const auto model = session.model(made.models[f]);
    EXPECT_NEAR(model->header.validation_metrics.header()->MSE, expected, 1e-12 * expected);
  }
}

TEST(CrossValidation, TheMainModelHasTheMeanNumberOfTreesOfFoldsThatStopEarly) {
  Session session;
  const auto main = session.train(complete("two", {{"ntrees", "300"},
                                                   {"learn_rate", "0.5"},
                                                   {"nfolds", "3"},
                                                   {"stopping_rounds", "2"},
                                                   {"stopping_tolerance", "0.02"},
                                                   {"score_tree_interval", "1"}}));
  ASSERT_TRUE(main);
  std::size_t trees = 0;
  for (const std::string& name : main->header.cross_validation.models) {
    const auto fold = session.model(name);
    const std::size_t own = fold->iterations.size();
    trees += own;
    // A point before any tree, and one after each.
    const schema::Table& history = fold->header.scoring_history;
    const auto losses = std::ranges::find(history.columns, "validation_logloss",
                                          [](const auto& column) { return column.name; });
    const auto loss = [&](std::size_t at) { return std::get<double>(losses->cells[at]); };
    const std::size_t last = history.rows() - 1;
    EXPECT_EQ(own, loss(last - 1) < loss(last) ? last - 1 : last);
    EXPECT_NEAR(*fold->header.validation_metrics.find("logloss"), loss(own), 1e-12);
  }
  EXPECT_EQ(main->iterations.size(), trees / 3);
  EXPECT_LT(main->iterations.size(), 100U);
  const auto& settled = main->header.actual_parameters;
  const std::pair<std::string, std::string> expected{"ntrees", std::to_string(trees / 3)};
  EXPECT_NE(std::ranges::find(settled, expected), settled.end());
}

/// Checksums and metrics of a cross-validated model and its folds.
std::vector<double> figures(Session& session) {
  const auto main = session.train(complete("two", {{"ntrees", "4"},
                                                   {"nfolds", "3"},
                                                   {"fold_assignment", "Stratified"},
                                                   {"sample_rate", "0.7"}}));
  std::vector<double> all = {static_cast<double>(main->header.checksum),
                             *main->header.cross_validation.metrics.find("AUC"),
                             *main->header.cross_validation.metrics.find("logloss")};
  for (const std::string& name : main->header.cross_validation.models) {
    all.push_back(static_cast<double>(session.model(name)->header.checksum));
    all.push_back(*session.model(name)->header.validation_metrics.find("logloss"));
  }
  return all;
}

TEST(CrossValidation, IsTheSameOnAnyThreadsAndNodes) {
  Session alone(1, 1);
  const auto expected = figures(alone);
  for (const auto& [nodes, threads] : {std::pair(1, 3), std::pair(3, 2)}) {
    Session session(nodes, threads);
    EXPECT_EQ(figures(session), expected) << nodes << " nodes";
  }
}

TEST(CrossValidation, KeepsWhatItIsToldTo) {
  Session session;
  const auto main = session.train(
      complete("y", {{"ntrees", "2"}, {"nfolds", "2"}, {"keep_cross_validation_models", "false"}}));
  ASSERT_TRUE(main);
  EXPECT_TRUE(main->header.cross_validation.models.empty());
  EXPECT_TRUE(main->header.cross_validation.metrics);
  EXPECT_EQ(session.models().list().size(), 1U);
  EXPECT_EQ(session.node().frames().keys(), Levels{"tr"});
  (void)session.train(complete("y", kKeepAll));
  EXPECT_EQ(session.models().list().size(), 4U);
  EXPECT_EQ(session.node().frames().keys().size(), 6U);
  EXPECT_TRUE(session.models().remove("model"));
  EXPECT_TRUE(session.models().list().empty());
  EXPECT_EQ(session.node().frames().keys(), Levels{"tr"});
}

TEST(CrossValidation, ACancelledOrFailedOneLeavesNothing) {
  Session session;
  schema::Form endless = complete("y", kKeepAll);
  endless[0].second = "100000";
  const auto job = session.start(endless);
  while (!job->snapshot().message.starts_with("Fold 1 of 3: Tree")) std::this_thread::yield();
  job->cancel();
  job->wait();
  EXPECT_EQ(job->snapshot().status, job::Status::cancelled);
  // A fold column that is the response: every fold but one row's is constant.
  const auto failed = session.start(
      complete("fold", {{"ntrees", "2"}, {"nfolds", "9000"}, {"fold_assignment", "Random"}}));
  failed->wait();
  EXPECT_NE(failed->snapshot().exception.find("Not enough data for 9000 folds"), std::string::npos);
  EXPECT_TRUE(session.models().list().empty());
  EXPECT_EQ(session.node().frames().keys(), Levels{"tr"});
}

TEST(CrossValidation, MeasuresFoldsOfCalibratedModelsAsOfOthers) {
  Session session;
  const schema::Form form = complete("two", {{"ntrees", "5"}, {"nfolds", "3"}});
  const auto plain = session.train(form)->header.cross_validation.metrics.find("logloss");
  const auto calibrated = session.train(
      neve::testing::with(form, {{"calibrate_model", "true"}, {"calibration_frame", "tr"}}));
  EXPECT_EQ(calibrated->extra_outputs().size(), 2U);
  EXPECT_EQ(calibrated->header.cross_validation.metrics.find("logloss"), plain);
}

TEST(CrossValidation, GoesOnAfterALossToTheSameBits) {
  const schema::Form form = complete("two", {{"ntrees", "40"},
                                             {"learn_rate", "0.5"},
                                             {"nfolds", "2"},
                                             {"stopping_rounds", "2"},
                                             {"stopping_tolerance", "0.02"},
                                             {"score_tree_interval", "1"},
                                             {"sample_rate", "0.7"}});
  Session whole;
  const auto expected = whole.train(form);
  const auto first = whole.model("model_cv_1")->iterations.size();
  const auto second = whole.model("model_cv_2")->iterations.size();
  // In the first fold, in the second one, and in the main model.
  for (const std::size_t states : {first / 2, first + second / 2, first + second + 1}) {
    EXPECT_EQ(neve::testing::learnt_after_loss(algos::gbm::algorithm(), form,
                                               static_cast<int>(states), publish_frame),
              expected->encode_learnt())
        << states;
  }
}

}  // namespace

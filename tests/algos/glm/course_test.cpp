#include <neve/base/wire.hpp>

#include "algos/glm/session.hpp"

namespace {

using namespace neve;
using namespace neve::testing::glm;

std::vector<std::string> columns_of(const schema::Table& table) {
  std::vector<std::string> names;
  for (const auto& column : table.columns) names.push_back(column.name);
  return names;
}

const std::vector<schema::Table::Cell>& cells_of(const schema::Table& table,
                                                 const std::string& name) {
  for (const auto& column : table.columns) {
    if (column.name == name) return column.cells;
  }
  throw std::out_of_range(name);
}

bool is_there(const schema::Table::Cell& cell) { return std::holds_alternative<double>(cell); }

/// The validation frame of these tests is the training frame.
schema::Form validated(schema::Form form) {
  form.emplace_back("validation_frame", "golden");
  return form;
}

TEST(GlmCourse, EachScoreIsThatOfTheModelThatEndsThere) {
  Session session(1, 2);
  const std::vector<std::tuple<std::string, std::string, schema::Form>> cases = {
      {"class", "logloss", {{"lambda", "0"}}},
      {"class", "logloss", {{"lambda", "0.01"}, {"solver", "L_BFGS"}}},
      {"three", "logloss", {{"lambda", "0"}}},
      {"poisson", "deviance", {{"lambda", "0.01"}, {"family", "poisson"}}}};
  for (const auto& [response, metric, form] : cases) {
    const auto whole =
        session.train(response, validated(with(form, "score_each_iteration", "true")));
    const schema::Table& history = whole->header.scoring_history;
    ASSERT_GE(history.rows(), 4U);
    for (const int k : {1, 2}) {
      const auto part = session.train(response, with(form, "max_iterations", std::to_string(k)));
      const auto expected = part->header.training_metrics.find(
          metric == "deviance" ? "mean_residual_deviance" : metric);
      for (const std::string of : {"training_", "validation_"}) {
        const auto& cell = cells_of(history, of + metric)[static_cast<std::size_t>(k)];
        ASSERT_TRUE(is_there(cell)) << of << k;
        EXPECT_NEAR(std::get<double>(cell), *expected, 1e-12) << of << metric << k;
      }
    }
    EXPECT_FALSE(is_there(cells_of(history, "training_" + metric)[0]));
  }
}

TEST(GlmCourse, AnIntervalScoresSomeIterations) {
  Session session(1, 1);
  const schema::Form form = {{"lambda", "0"}, {"score_iteration_interval", "2"}};
  const auto model = session.train("class", form);
  const schema::Table& history = model->header.scoring_history;
  const auto& scores = cells_of(history, "training_auc");
  for (std::size_t i = 1; i + 1 < scores.size(); ++i) EXPECT_EQ(is_there(scores[i]), i % 2 == 0);
  EXPECT_TRUE(is_there(scores.back()));
  EXPECT_EQ(model->encode_learnt(), session.train("class", {{"lambda", "0"}})->encode_learnt());
}

TEST(GlmCourse, AGeneratedHistoryTellsDeviances) {
  Session session(1, 1);
  const schema::Form form = {{"lambda", "[0.1, 0.01]"},
                             {"alpha", "0.3"},
                             {"generate_scoring_history", "true"},
                             {"score_each_iteration", "true"}};
  const auto plain = session.train("gaussian", form);
  const std::vector<std::string> expected = {"",
                                             "timestamp",
                                             "duration",
                                             "iterations",
                                             "negative_log_likelihood",
                                             "objective",
                                             "alpha",
                                             "lambda",
                                             "deviance_train",
                                             "training_rmse",
                                             "training_deviance",
                                             "training_mae",
                                             "training_r2"};
  EXPECT_EQ(columns_of(plain->header.scoring_history), expected);
  const auto model = session.train("gaussian", validated(form));
  const schema::Table& history = model->header.scoring_history;
  const auto& train = cells_of(history, "deviance_train");
  const auto& test = cells_of(history, "deviance_test");
  for (std::size_t i = 1; i < train.size(); ++i) {
    EXPECT_NEAR(std::get<double>(test[i]) / std::get<double>(train[i]), 1, 1e-9) << i;
    EXPECT_NEAR(
        std::get<double>(cells_of(history, "training_deviance")[i]) / std::get<double>(train[i]), 1,
        1e-9);
  }
  EXPECT_EQ(std::get<double>(cells_of(history, "lambda").front()), 0.1);
  EXPECT_EQ(std::get<double>(cells_of(history, "lambda").back()), 0.01);
}

TEST(GlmCourse, APathIsScoredSubmodelBySubmodel) {
  Session session(1, 1);
  const auto model = session.train(
      "class", {{"lambda_search", "true"}, {"nlambdas", "8"}, {"score_each_iteration", "true"}});
  const schema::Table& history = model->header.scoring_history;
  const auto& scores = cells_of(history, "training_logloss");
  const auto& deviances = cells_of(history, "deviance_train");
  ASSERT_EQ(scores.size(), model->path.fits.size());
  for (std::size_t i = 0; i + 1 < scores.size(); ++i) {
    EXPECT_NEAR(2 * std::get<double>(scores[i]), std::get<double>(deviances[i]), 1e-10);
  }
}

TEST(GlmCourse, StopsOnceScoresNoLongerGetBetter) {
  Session session(1, 1);
  const schema::Form form = {{"lambda", "0"}, {"solver", "L_BFGS"}};
  const auto whole = session.train("class", form);
  const auto stopped = session.train(
      "class", with(with(form, "stopping_rounds", "2"), "stopping_tolerance", "0.01"));
  EXPECT_LT(stopped->path.fits[0].iterations, whole->path.fits[0].iterations);
  // Two rounds of two scores each, and the one before.
  EXPECT_GE(stopped->path.fits[0].iterations, 5);
  const auto same = session.train(
      "class", with(form, "max_iterations", std::to_string(stopped->path.fits[0].iterations)));
  EXPECT_EQ(stopped->beta, same->beta);
  const auto refused = [&](const schema::Form& more, const std::string& field) {
    schema::Form all = {{"response_column", "class"}, {"stopping_rounds", "2"}};
    all.insert(all.end(), more.begin(), more.end());
    const auto build = session.check(all);
    ASSERT_EQ(build.errors(), 1) << field;
    EXPECT_TRUE(std::ranges::any_of(build.messages, [&](const auto& message) {
      return message.field == field;
    })) << field;
  };
  refused({{"lambda_search", "true"}}, "early stop");
  refused({{"stopping_metric", "MAE"}}, "stopping_metric");
}

TEST(GlmCourse, APathEndsAtTheMostPredictorsThatAreAllowed) {
  Session session(1, 1);
  const schema::Form form = {{"lambda_search", "true"}, {"alpha", "1"}, {"nlambdas", "40"}};
  const auto whole = session.train("gaussian", form);
  const auto model = session.train("gaussian", with(form, "max_active_predictors", "2"));
  ASSERT_LT(model->path.fits.size(), whole->path.fits.size());
  for (std::size_t i = 0; i < model->path.fits.size(); ++i) {
    const auto& beta = model->path.fits[i].beta;
    // The best one was taken to the last digits.
    for (std::size_t j = 0; j < beta.size(); ++j) {
      EXPECT_NEAR(beta[j], whole->path.fits[i].beta[j], 1e-3);
    }
    EXPECT_LE(std::count_if(beta.begin(), beta.end() - 1, [](double b) { return b != 0; }), 2);
  }
  // Where the path ended with one that is too wide, that one is not what goes on.
  std::ostringstream lambda;
  lambda.precision(17);
  lambda << model->lambda;
  const auto alone = session.train("gaussian", {{"lambda", lambda.str()}, {"alpha", "1"}});
  for (std::size_t j = 0; j < alone->beta.size(); ++j) {
    EXPECT_NEAR(model->beta[j], alone->beta[j], 1e-9);
  }
  const auto build = session.check(
      {{"response_column", "class"}, {"lambda_search", "true"}, {"max_active_predictors", "0"}});
  EXPECT_EQ(build.errors(), 1);
}

TEST(GlmCourse, ANullModelHasAnInterceptOnly) {
  Session session(1, 1);
  const schema::Form form = {{"family", "gamma"},
                             {"link", "log"},
                             {"lambda", "0"},
                             {"compute_p_values", "true"},
                             {"build_null_model", "true"}};
  const auto model = session.train("gamma", form);
  EXPECT_EQ(model->coefficient_names(), std::vector<std::string>{"Intercept"});
  double total = 0;
  const Columns columns = read_columns("data.csv");
  for (const std::string& cell : columns[8].second) total += std::stod(cell);
  EXPECT_NEAR(model->coefficients[0], std::log(total / 500), 1e-12);
  const auto& metrics = model->header.training_metrics;
  EXPECT_NEAR(*metrics.find("residual_deviance"), *metrics.find("null_deviance"), 1e-9);
  std::vector<std::string> warnings;
  const auto frame = session.node().frames().require("golden");
  const auto scored = session.models().predict(model, frame, "scored", nullptr, warnings);
  EXPECT_EQ(scored.rows(), 500);
  const auto build = session.check({{"response_column", "gaussian"}, {"build_null_model", "true"}});
  EXPECT_EQ(build.errors(), 1);
}

TEST(GlmCourse, GoesOnAfterALossToTheSameBits) {
  const schema::Form form = {{"lambda", "0"},
                             {"solver", "L_BFGS"},
                             {"stopping_rounds", "2"},
                             {"stopping_tolerance", "0.01"},
                             {"offset_column", "offset"},
                             {"remove_offset_effects", "true"},
                             {"control_variables", R"(["g"])"}};
  Session whole(1, 2);
  const auto expected = whole.train("class", form)->encode_learnt();
  const auto got = learnt_after_loss("class", form, 3);
  EXPECT_EQ(got, expected);
}

}  // namespace

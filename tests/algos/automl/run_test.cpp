#include <algorithm>

#include <neve/base/error.hpp>

#include "automl_session.hpp"

namespace neve::automl {
namespace {

using testing::Runner;
using testing::Session;
using testing::spec;

std::vector<std::string> names(const std::vector<Runner::Line>& board) {
  std::vector<std::string> made(board.size());
  std::ranges::transform(board, made.begin(), &Runner::Line::model);
  std::ranges::sort(made);
  return made;
}

TEST(Run, TrainsAsManyModelsAsAskedForAndStacksThem) {
  Session session;
  const AutoMl automl = session.on.run(spec(5));
  const std::vector<std::string> expected = {
      "DRF_1",
      "DeepLearning_1",
      "GBM_1",
      "GBM_2",
      "GLM_1",
      "StackedEnsemble_AllModels_1",
      "StackedEnsemble_BestOfFamily_1",
  };
  const auto board = session.on.board(automl);
  EXPECT_EQ(names(board), expected) << session.on.events(automl);
  EXPECT_EQ(automl.sort_metric, "auc");
  for (std::size_t i = 1; i < board.size(); ++i)
    EXPECT_GE(board[i - 1].values[0], board[i].values[0]);
  EXPECT_TRUE(automl.ended);
  EXPECT_EQ(automl.steps.front().name, "GLM");
}

/// Names of runs differ, so that ensembles do, too: their metrics say whether they are the same.
TEST(Run, HasTheSameBitsOnAnyThreadsAndNodes) {
  std::vector<std::vector<Runner::Line>> boards;
  for (const auto& [nodes, threads] : {std::pair{1, 1}, {1, 2}, {1, 8}, {3, 2}}) {
    Session session(nodes, threads);
    BuildSpec run = spec(6);
    run.build_models.exclude_algos = {Algo::drf};
    boards.push_back(session.on.board(session.on.run(run)));
  }
  ASSERT_GT(boards[0].size(), 6U);
  for (std::size_t i = 1; i < boards.size(); ++i) EXPECT_TRUE(boards[i] == boards[0]) << i;
}

TEST(Run, GoesOnWithAProject) {
  Session session;
  BuildSpec run = spec(2);
  run.build_control.project_name = "mine";
  run.build_control.keep_cross_validation_predictions = true;
  const AutoMl first = session.on.run(run);
  const AutoMl second = session.on.run(run);
  EXPECT_EQ(first.key, "mine@@two");
  EXPECT_EQ(second.key, first.key);
  EXPECT_NE(second.instance, first.instance);
  const auto bases = [](const AutoMl& automl) {
    return std::ranges::count(automl.entries, false, &Entry::is_ensemble);
  };
  EXPECT_EQ(bases(first), 2);
  EXPECT_EQ(bases(second), 4);
  EXPECT_EQ(session.on.automls.require("mine", "automl_id").instance, second.instance);
  session.on.models.remove("mine@@two");
  EXPECT_FALSE(session.on.automls.find("mine"));
  EXPECT_EQ(session.on.models.find(first.entries[0].model), nullptr);
}

TEST(Run, KeepsToItsTime) {
  Session session;
  BuildSpec run = spec(0);
  run.build_control.stopping_criteria.max_runtime_secs = 4;
  const auto begin = std::chrono::steady_clock::now();
  const AutoMl automl = session.on.run(run);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  // Loose, as the machine may be busy; the benchmark says how well it does.
  EXPECT_LT(taken.count(), 12);
  EXPECT_GT(automl.entries.size(), 4U);
}

TEST(Run, RanksOnALeaderboardFrame) {
  Session session;
  BuildSpec run = spec(2, "y");
  run.input_spec.leaderboard_frame = std::string("va");
  const AutoMl automl = session.on.run(run);
  EXPECT_EQ(automl.sort_metric, "rmse");
  EXPECT_NE(automl.leaderboard_checksum, 0);
  const auto va = session.on.node.frames().require("va", "frame");
  for (const model::Leaderboard::Row& row : session.on.automls.leaderboard(automl).rows) {
    std::vector<std::string> warnings;
    const auto metrics = session.on.models.performance(row.model, va, nullptr, warnings);
    EXPECT_EQ(row.values[0], metrics.find("RMSE")) << row.model->header.key;
  }
}

TEST(Run, TellsOfStepsThatFail) {
  Session session;
  BuildSpec run = spec(1);
  run.build_models.modeling_plan = {{"GBM", std::nullopt, std::vector<Step>{{"def_5"}, {"def_2"}}}};
  run.input_spec.training_frame = std::string("few");
  std::vector<std::vector<double>> columns(2);
  for (int i = 0; i < 100; ++i) {
    columns[0].push_back(i);
    columns[1].push_back(i % 3 == 0 ? 1 : 0);
  }
  session.on.node.frames().publish(neve::testing::described_frame(
      session.on.node.engine(), "few", {{"x", {}}, {"two", {"no", "yes"}}}, columns));
  run.input_spec.ignored_columns.reset();
  const AutoMl automl = session.on.run(run);
  ASSERT_EQ(automl.entries.size(), 1U) << session.on.events(automl);
  EXPECT_EQ(automl.entries[0].step, "def_2");
  EXPECT_NE(session.on.events(automl).find("_min_rows param"), std::string::npos);
}

TEST(Run, GoesOnWithItsBestSearch) {
  Session session;
  BuildSpec run = spec(4);
  run.build_models.modeling_plan = {
      {"GBM", std::nullopt, std::vector<Step>{{"grid_1", 1, 30}}},
      {"completion", std::nullopt, std::vector<Step>{{"resume_best_grids", 2, 20}}}};
  const AutoMl automl = session.on.run(run);
  std::vector<std::string> expected;
  for (int i = 1; i <= 4; ++i)
    expected.push_back("GBM_grid_1_" + automl.instance + "_model_" + std::to_string(i));
  std::vector<std::string> made(automl.entries.size());
  std::ranges::transform(automl.entries, made.begin(), &Entry::model);
  EXPECT_EQ(made, expected) << session.on.events(automl);
}

TEST(Run, KeepsTheBetterOfTwoWaysToTrainAModel) {
  Session session;
  BuildSpec run = spec(2);  // the third takes the place of another
  run.build_models.exploitation_ratio = 0.1;
  run.build_models.modeling_plan = {
      {"GBM", std::nullopt, std::vector<Step>{{"def_2"}, {"def_6"}, {"lr_annealing"}}}};
  const AutoMl automl = session.on.run(run);
  EXPECT_NE(session.on.events(automl).find("The better one stays"), std::string::npos);
  EXPECT_EQ(automl.entries.size(), 2U) << session.on.events(automl);
  for (const Entry& entry : automl.entries) EXPECT_NE(session.on.models.find(entry.model), nullptr);
}

TEST(Run, RefusesWhatNoRunCanDo) {
  Session session;
  const auto message = [&](const std::function<void(BuildSpec&)>& change) -> std::string {
    BuildSpec run = spec(1);
    change(run);
    try {
      session.on.run(run);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  };
  const auto expect = [&](const std::string& part, const std::function<void(BuildSpec&)>& change) {
    const std::string text = message(change);
    EXPECT_NE(text.find(part), std::string::npos) << text;
  };
  expect("no column of this name",
         [](BuildSpec& run) { run.input_spec.response_column = std::string("gone"); });
  expect("no column of this name",
         [](BuildSpec& run) { run.input_spec.fold_column = std::string("gone"); });
  expect("training_frame", [](BuildSpec& run) { run.input_spec.training_frame = {}; });
  expect("response_column", [](BuildSpec& run) { run.input_spec.response_column = {}; });
  expect("nfolds must be", [](BuildSpec& run) { run.build_control.nfolds = 1; });
  expect("max_models", [](BuildSpec& run) { run.build_control.stopping_criteria.max_models = -1; });
  expect("exploitation_ratio", [](BuildSpec& run) { run.build_models.exploitation_ratio = 2; });
  expect("mutually exclusive", [](BuildSpec& run) {
    run.build_models.exclude_algos = {Algo::gbm};
    run.build_models.include_algos = {Algo::glm};
  });
  expect("algo_parameters: ntrees", [](BuildSpec& run) {
    run.build_models.algo_parameters = {{Scope::any, "ntrees", {"3"}}};
  });
  expect("'gone'", [](BuildSpec& run) { run.input_spec.leaderboard_frame = std::string("gone"); });
  expect("custom_metric_func",
         [](BuildSpec& run) { run.build_control.custom_metric_func = "python:x"; });
}

}  // namespace
}  // namespace neve::automl

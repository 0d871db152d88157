// Runs outlive their driver.
#include "encoded_rows.hpp"

namespace neve::automl {
namespace {

using testing::Folder;
using testing::Runner;
using testing::Session;
using testing::spec;

/// Kills the node that drives the run when it has kept so many states.
void expect_same_leaderboard(const BuildSpec& run, int states,
                             void (*publish_rows)(mr::ComputeNode& node)) {
  Session session;
  publish_rows(session.cluster.node(0));
  const auto expected = session.on.board(session.on.run(run));
  const Folder folder;
  mr::LocalCluster cluster = neve::testing::three_nodes(algos::all_algorithms());
  publish_rows(cluster.node(0));
  std::vector<std::unique_ptr<Runner>> runners;
  for (std::size_t i = 0; i < cluster.size(); ++i) {
    constexpr int kNoEnd = 1 << 20;
    runners.push_back(
        std::make_unique<Runner>(cluster.node(i), folder.path(), i == 0 ? states : kNoEnd));
  }
  BuildSpec settled = run;
  const auto job = runners[0]->automls.start(settled);
  runners[0]->blobs.await_stall();
  cluster.kill(0);
  runners[0]->jobs.leave();
  runners[0]->blobs.release();
  const auto ended = [&](const store::Catalog& catalog) {
    return !catalog.find(job->key())->owner.has_value();
  };
  ASSERT_TRUE(cluster.node(1).store().wait_for(ended, std::chrono::minutes(2)));
  EXPECT_EQ(runners[1]->jobs.look(job->key())->exception, "");
  bool resumed = false;
  for (std::size_t i = 1; i < runners.size(); ++i) {
    const auto taken = runners[i]->jobs.find(job->key());
    resumed |= taken && taken->saved() != nullptr;
  }
  EXPECT_TRUE(resumed) << "it was done all over again";
  const AutoMl automl = runners[1]->automls.require(job->description().destination, "automl_id");
  const auto board = runners[1]->board(automl);
  ASSERT_EQ(board.size(), expected.size()) << runners[1]->events(automl);
  for (std::size_t i = 0; i < board.size(); ++i) {
    EXPECT_EQ(board[i].model, expected[i].model);
    EXPECT_EQ(board[i].values, expected[i].values) << board[i].model;
    EXPECT_TRUE(board[i].learnt == expected[i].learnt) << board[i].model;
  }
}

TEST(Survival, AnotherNodeGoesOnToTheSameLeaderboard) {
  BuildSpec run = spec(4);
  run.build_models.include_algos = {Algo::glm, Algo::gbm, Algo::stackedensemble};
  expect_same_leaderboard(run, 4, &testing::publish_rows);
}

TEST(Survival, AnotherNodeGoesOnWithEncodedColumns) {
  BuildSpec run = testing::encoded_spec(3);
  run.build_models.include_algos = {Algo::gbm, Algo::stackedensemble};
  run.build_models.exclude_algos.reset();
  for (const int states : {1, 6}) expect_same_leaderboard(run, states, &testing::publish_encoded);
}

}  // namespace
}  // namespace neve::automl

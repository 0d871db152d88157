// Searches outlive their driver, their names, and their cluster.
#include <filesystem>
#include <fstream>

#include <neve/base/error.hpp>

#include "search_session.hpp"

namespace neve::grid {
namespace {

using testing::Folder;
using testing::LostDriver;
using testing::order;
using testing::Searcher;
using testing::Session;

TEST(Survival, AnotherNodeGoesOnToTheSameModels) {
  Session session;
  const auto expected = session.on.learnt(session.on.search(order(1, {{"seed", "3"}})));
  LostDriver lost(order(2, {{"seed", "3"}}), 2);
  ASSERT_TRUE(lost.ends());
  const auto& searchers = lost.searchers;
  const auto& job = lost.job;
  EXPECT_EQ(searchers[1]->jobs.look(job->key())->exception, "");
  bool resumed = false;
  for (std::size_t i = 1; i < searchers.size(); ++i) {
    const auto taken = searchers[i]->jobs.find(job->key());
    resumed |= taken && taken->saved() != nullptr;
  }
  EXPECT_TRUE(resumed) << "it was done all over again";
  EXPECT_EQ(searchers[1]->learnt(searchers[1]->grids.require("grid", "grid_id")), expected);
}

TEST(Survival, FramesMayGetOtherRowsWhileItGoesOn) {
  Session session;
  const auto expected = session.on.learnt(session.on.search(order(1, {{"seed", "3"}})));
  session.on.models.remove("grid");
  const auto job =
      session.on.grids.start(algos::gbm::algorithm(), order(1, {{"seed", "3"}}), "python");
  session.on.node.frames().remove("tr");
  job->wait();
  EXPECT_EQ(session.on.learnt(session.on.grids.require("grid", "grid_id")), expected);
}

/// What is in the store goes, files stay.
void forget_all(Searcher& on) {
  std::vector<std::string> names;
  for (const auto& entry : on.node.store().catalog().list()) {
    if (entry.kind != store::Kind::job) names.push_back(entry.name);
  }
  on.node.store().commit({.remove = names});
}

TEST(Survival, ASavedGridIsReadBackAndGoneOnWith) {
  Session session;
  Searcher& on = session.on;
  SearchOrder first = order(2, {{"seed", "3"}});
  first.space.axes[0].values = {"2", "3"};
  const Grid saved = on.search(first);
  const auto expected = on.learnt(saved);
  on.grids.save(saved, session.folder.path() + "/out", {.references = true});
  const std::string path = session.folder.path() + "/out/grid";
  forget_all(on);
  EXPECT_EQ(on.grids.load(path, true).entries.size(), 4U);
  EXPECT_EQ(on.learnt(on.grids.require("grid", "grid_id")), expected);
  // The frame is as it was, so that its models are.
  const Grid more = on.search(order(2, {{"seed", "3"}}));
  EXPECT_EQ(more.entries.size(), 6U);
  auto learnt = on.learnt(more);
  learnt.resize(4);
  EXPECT_EQ(learnt, expected);
}

TEST(Survival, HoldoutPredictionsMayBeSaved) {
  Session session;
  Searcher& on = session.on;
  const Grid grid = on.search(
      order(2, {{"seed", "3"}, {"nfolds", "2"}, {"keep_cross_validation_predictions", "true"}}));
  on.grids.save(grid, session.folder.path() + "/out", {.holdouts = true});
  forget_all(on);
  on.grids.load(session.folder.path() + "/out/grid", false);
  const std::string name =
      on.models.require("grid_model_1")->header.cross_validation.holdout_predictions;
  EXPECT_EQ(on.node.frames().require(name).rows(), 4'000);
  EXPECT_FALSE(on.node.frames().find("tr").has_value());
}

TEST(Survival, FilesThatDoNotFitAreRefused) {
  Session session;
  Searcher& on = session.on;
  const Grid grid = on.search(order(2));
  const std::string folder = session.folder.path() + "/out";
  on.grids.save(grid, folder, {});
  EXPECT_THROW(on.grids.load(folder + "/nothing", false), InputError);
  EXPECT_THROW(on.grids.load(folder + "/grid_model_1", false), InputError);
  EXPECT_THROW(on.grids.load(folder + "/grid", true), InputError) << "frames were not saved";
  EXPECT_THROW(on.grids.save(grid, "/nowhere/else", {}), InputError);
  std::filesystem::remove(folder + "/grid_model_2");
  EXPECT_THROW(on.grids.load(folder + "/grid", false), InputError);
}

TEST(Survival, FilesOfCheckpointsAreWrittenWhileItGoesOn) {
  Session session;
  const std::string folder = session.folder.path() + "/checkpoints";
  const Grid grid =
      session.on.search(order(2, {{"seed", "3"}, {"export_checkpoints_dir", folder}}));
  EXPECT_EQ(grid.export_folder, folder);
  for (const Entry& entry : grid.entries)
    EXPECT_TRUE(std::filesystem::exists(folder + "/" + entry.model));
  const auto expected = session.on.learnt(grid);
  forget_all(session.on);
  EXPECT_EQ(session.on.learnt(session.on.grids.load(folder + "/grid", false)), expected);
}

TEST(Survival, ASearchThatWasKeptIsRecoveredInAnotherCluster) {
  std::vector<std::pair<std::string, wire::Bytes>> expected;
  const Folder folder;
  SearchOrder kept = order(1, {{"seed", "3"}});
  for (auto& [name, value] : kept.form) {
    if (name == "ntrees") value = "30";  // not done before it is cancelled
  }
  {
    Session session;
    expected = session.on.learnt(session.on.search(kept));
  }
  kept.recovery_folder = folder.path() + "/kept";
  {
    mr::LocalCluster cluster(1, 2, std::int64_t{1} << 30U,
                             neve::testing::training_tasks(algos::gbm::algorithm()));
    testing::publish_rows(cluster.node(0));
    Searcher on(cluster.node(0), folder.path());
    const auto job = on.grids.start(algos::gbm::algorithm(), kept, "python");
    while (on.models.find("grid_model_2") == nullptr && !job->finished()) std::this_thread::yield();
    job->cancel();
    job->wait();
    EXPECT_EQ(job->snapshot().status, job::Status::cancelled);
  }
  mr::LocalCluster cluster(1, 2, std::int64_t{1} << 30U,
                           neve::testing::training_tasks(algos::gbm::algorithm()));
  Searcher on(cluster.node(0), folder.path());
  on.grids.recover(kept.recovery_folder);
  for (const auto& job : on.jobs.list()) on.jobs.find(job.key)->wait();
  EXPECT_EQ(on.learnt(on.grids.require("grid", "grid_id")), expected);
  // It has come to its end: there is nothing to go on with.
  on.models.remove("grid");
  on.grids.recover(kept.recovery_folder);
  EXPECT_FALSE(on.grids.find("grid").has_value());
  EXPECT_THROW(on.grids.recover(folder.path() + "/nothing"), InputError);
}

}  // namespace
}  // namespace neve::grid

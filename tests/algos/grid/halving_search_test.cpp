// Searches that train the better models further.
#include <map>

#include <neve/base/error.hpp>

#include "schema/api/form.hpp"
#include "search_session.hpp"

namespace neve::grid {
namespace {

using testing::form;
using testing::Searcher;
using testing::Session;

/// Twelve points of GBMs with up to nine trees.
SearchOrder halving(std::int32_t parallelism = 1, const schema::Form& more = {}) {
  SearchOrder made = testing::order(parallelism, more);
  schema::set(made.form, "ntrees", "9");
  made.space.axes = {{"max_depth", {"1", "2", "3", "4"}}, {"learn_rate", {"0.1", "0.3", "0.6"}}};
  made.criteria = {.strategy = Strategy::asha, .seed = 5};
  return made;
}

std::map<std::string, int> models_by_trees(const Grid& grid) {
  std::map<std::string, int> counts;
  for (const Entry& entry : grid.entries) {
    if (!entry.model.empty()) ++counts[entry.values.back().second];
  }
  return counts;
}

TEST(HalvingSearch, HasOneModelOfEachPointAsFarAsItGot) {
  Session session;
  const Grid grid = session.on.search(halving());
  EXPECT_EQ(grid.hyper_names, (std::vector<std::string>{"max_depth", "learn_rate", "ntrees"}));
  const auto counts = models_by_trees(grid);
  EXPECT_EQ(session.on.models.list().size(), 12U) << "what was trained further is gone";
  EXPECT_EQ(counts.at("1") + counts.at("3") + counts.at("9"), 12);
  EXPECT_GE(counts.at("9"), 1);
  EXPECT_GT(counts.at("1"), counts.at("9"));
  const Ranking ranking = session.on.grids.rank(grid, "", std::nullopt);
  ASSERT_EQ(ranking.places.size(), 12U);
  EXPECT_EQ(ranking.places[0].entry->values.back().second, "9");
  ASSERT_EQ(grid.warnings.size(), 1U);
  EXPECT_NE(grid.warnings[0].find("by the rows that they were trained on"), std::string::npos);
}

TEST(HalvingSearch, ItsModelsAreThoseOfTrainingInOneGo) {
  Session session;
  const Grid grid = session.on.search(halving(2));
  for (const Entry& entry : grid.entries) {
    if (entry.model.empty()) continue;
    const auto model = session.on.models.require(entry.model);
    schema::Form alone = form({{"model_id", "alone"}});
    for (const auto& value : entry.values) schema::set(alone, value.first, value.second);
    for (const auto& [name, value] : model->header.parameters) {
      if (name == "seed") schema::set(alone, name, value);
    }
    session.on.models.train(session.on.models.check(algos::gbm::algorithm(), alone, "python"))
        ->wait();
    EXPECT_EQ(session.on.models.require("alone")->encode_learnt(), model->encode_learnt());
  }
}

TEST(HalvingSearch, IsTheSameForAnyNumberAtATimeThreadsAndNodes) {
  std::vector<std::pair<std::string, wire::Bytes>> first;
  const std::vector<std::array<int, 3>> cases = {{1, 1, 1}, {8, 1, 3}, {3, 3, 1}};
  for (const auto& [parallelism, nodes, threads] : cases) {
    Session session(nodes, threads);
    const auto learnt = session.on.learnt(session.on.search(halving(parallelism)));
    if (first.empty()) first = learnt;
    EXPECT_EQ(learnt, first) << parallelism << " " << nodes << " " << threads;
  }
}

TEST(HalvingSearch, OfCrossValidatedModelsTrainsEachRungAnew) {
  Session session;
  SearchOrder folds = halving(2, {{"nfolds", "2"}});
  folds.criteria.max_models = 6;
  const Grid grid = session.on.search(folds);
  EXPECT_TRUE(grid.warnings.empty());
  EXPECT_GE(models_by_trees(grid).at("9"), 1);
  for (const Entry& entry : grid.entries) {
    EXPECT_EQ(entry.failure, "");
    if (entry.model.empty()) continue;
    EXPECT_TRUE(session.on.models.require(entry.model)->header.cross_validation.metrics);
  }
}

TEST(HalvingSearch, TrainsNothingAgainWhenItGoesOn) {
  Session session;
  SearchOrder few = halving(2);
  few.criteria.max_models = 6;
  const Grid before = session.on.search(few);
  EXPECT_EQ(session.on.search(few).last_number, before.last_number) << "all were known";
  const Grid after = session.on.search(halving(2));
  EXPECT_EQ(session.on.learnt(after).size(), 12U);
  Session other;
  EXPECT_EQ(after.last_number, other.on.search(halving(2)).last_number);
}

TEST(HalvingSearch, ASavedGridIsReadBackAndGoneOnWith) {
  Session session;
  Searcher& on = session.on;
  SearchOrder few = halving(2);
  few.criteria.max_models = 6;
  const Grid saved = on.search(few);
  on.grids.save(saved, session.folder.path() + "/out", {});
  on.models.remove("grid");
  const Grid loaded = on.grids.load(session.folder.path() + "/out/grid", false);
  EXPECT_EQ(on.learnt(loaded).size(), 6U);
  EXPECT_EQ(on.search(few).last_number, saved.last_number) << "all were known";
}

TEST(HalvingSearch, AnotherNodeGoesOnToTheSameModels) {
  Session session;
  const auto expected = session.on.learnt(session.on.search(halving()));
  for (const int states : {4, 9, 14}) {
    testing::LostDriver lost(halving(), states);
    ASSERT_TRUE(lost.ends());
    const auto& searchers = lost.searchers;
    EXPECT_EQ(searchers[1]->learnt(searchers[1]->grids.require("grid", "grid_id")), expected);
    EXPECT_EQ(searchers[1]->models.list().size(), 12U) << "none is left of what was superseded";
  }
}

TEST(HalvingSearch, OrdersThatMakeNoSenseAreRefused) {
  Session session;
  const auto start = [&](const SearchOrder& wrong) {
    (void)session.on.grids.start(algos::gbm::algorithm(), wrong, "python");
  };
  SearchOrder trees = halving();
  trees.space.axes.push_back({"ntrees", {"9", "10"}});
  EXPECT_THROW(start(trees), InputError);
  SearchOrder much = halving();
  much.criteria.min_resource = 10;
  EXPECT_THROW(start(much), InputError);
  SearchOrder from = halving(1, {{"checkpoint", "some"}});
  EXPECT_THROW(start(from), InputError);
  EXPECT_FALSE(session.on.grids.find("grid").has_value());
}

}  // namespace
}  // namespace neve::grid

// Which models a search makes, and that nothing but its order says so.
#include "search_session.hpp"

#include <set>

#include <neve/base/error.hpp>

namespace neve::grid {
namespace {

using testing::form;
using testing::order;
using testing::Session;

std::vector<std::string> values_of(const Grid& grid, const std::string& name) {
  std::vector<std::string> values;
  for (const Entry& entry : grid.entries) {
    for (const auto& [given, value] : entry.values) {
      if (given == name) values.push_back(value);
    }
  }
  return values;
}

SearchOrder random_order(std::int32_t parallelism, std::int32_t most) {
  SearchOrder made = order(parallelism);
  made.criteria = {.strategy = Strategy::random_discrete, .seed = 11, .max_models = most};
  return made;
}

TEST(Search, MakesTheModelsThatTrainingOfEachPointMakes) {
  Session session;
  const Grid grid = session.on.search(order(1, {{"seed", "5"}}));
  ASSERT_EQ(grid.entries.size(), 6U);
  EXPECT_EQ(grid.hyper_names, (std::vector<std::string>{"max_depth", "sample_rate"}));
  EXPECT_EQ(values_of(grid, "max_depth"), (std::vector<std::string>{"2", "3", "4", "2", "3", "4"}));
  model::Models& models = session.on.models;
  for (std::size_t i = 0; i < grid.entries.size(); ++i) {
    EXPECT_EQ(grid.entries[i].model, "grid_model_" + std::to_string(i + 1));
    schema::Form alone = form({{"seed", "5"}, {"model_id", "alone"}});
    for (const auto& value : grid.entries[i].values) alone.push_back(value);
    const auto job = models.train(models.check(algos::gbm::algorithm(), alone, "python"));
    job->wait();
    EXPECT_EQ(models.require("alone")->encode_learnt(),
              models.require(grid.entries[i].model)->encode_learnt());
  }
}

TEST(Search, IsTheSameForAnyNumberAtATimeThreadsAndNodes) {
  std::vector<std::pair<std::string, wire::Bytes>> first;
  const std::vector<std::array<int, 3>> cases = {{1, 1, 1}, {4, 1, 2}, {0, 1, 3}, {3, 3, 1}};
  for (const auto& [parallelism, nodes, threads] : cases) {
    Session session(nodes, threads);
    const Grid grid = session.on.search(random_order(parallelism, 4));
    EXPECT_EQ(grid.entries.size(), 4U);
    const auto learnt = session.on.learnt(grid);
    if (first.empty()) first = learnt;
    EXPECT_EQ(learnt, first) << parallelism << " at a time on " << nodes << " nodes";
    EXPECT_EQ(session.on.models.find("grid_model_5"), nullptr);
  }
}

TEST(Search, PointsThatResultsProposeAreTheSameForAnyNumberAtATime) {
  std::vector<std::pair<std::string, wire::Bytes>> first;
  for (const std::int32_t parallelism : {1, 8}) {
    Session session;
    SearchOrder learning = order(parallelism);
    learning.space.axes = {{"max_depth", {"1", "2", "3", "4", "5", "6"}},
                           {"learn_rate", {"0.1", "0.2", "0.4", "0.8"}},
                           {"min_rows", {"5", "50", "1500", "3000"}}};
    learning.criteria = {.strategy = Strategy::tpe, .seed = 2, .max_models = 24};
    const Grid grid = session.on.search(learning);
    const auto learnt = session.on.learnt(grid);
    EXPECT_EQ(learnt.size(), 24U);
    if (first.empty()) first = learnt;
    EXPECT_EQ(learnt, first);
  }
}

TEST(Search, SeedsOfARandomSearchCountOn) {
  Session session;
  const Grid grid = session.on.search(random_order(2, 3));
  for (std::size_t i = 0; i < grid.entries.size(); ++i) {
    const auto model = session.on.models.require(grid.entries[i].model);
    EXPECT_EQ(model->header.parameters.back(),
              (std::pair<std::string, std::string>("seed", std::to_string(11 + i))));
  }
}

TEST(Search, EndsWhereItsModelsBecomeNoBetterInTheOrderOfThePlan) {
  for (const std::int32_t parallelism : {1, 4}) {
    Session session;
    SearchOrder rounds = random_order(parallelism, 0);
    // Any model is as good as another one: it ends as soon as it looks.
    rounds.criteria.stopping_rounds = 1;
    rounds.criteria.stopping_tolerance = 0.99;
    EXPECT_EQ(session.on.search(rounds).entries.size(), 3U);
    EXPECT_EQ(session.on.models.list().size(), 3U);
  }
}

TEST(Search, FailuresAreToldAndEndNothing) {
  Session session;
  SearchOrder some = order(2);
  some.space.axes = {{"min_rows", {"5", "3000", "10"}}, {"max_depth", {"2"}}};
  const Grid grid = session.on.search(some);
  ASSERT_EQ(grid.entries.size(), 3U);
  EXPECT_EQ(grid.entries[1].model, "");
  EXPECT_NE(grid.entries[1].failure.find("Illegal argument(s) for GBM model: grid_model_2.  "
                                         "Details: ERRR on field: _min_rows:"),
            std::string::npos)
      << grid.entries[1].failure;
  EXPECT_EQ(grid.entries[2].model, "grid_model_3");
  const Ranking ranking = session.on.grids.rank(grid, "", std::nullopt);
  EXPECT_EQ(ranking.places.size(), 2U);
}

TEST(Search, GoesOnInALargerSpaceWithoutTrainingAgain) {
  Session session;
  SearchOrder first = order(2, {{"seed", "3"}});
  first.space.axes[0].values = {"2", "3"};
  const Grid before = session.on.search(first);
  const auto times = [&](const Grid& grid) {
    std::vector<std::int64_t> ended;
    for (std::size_t i = 0; i < 4; ++i)
      ended.push_back(session.on.models.require(grid.entries[i].model)->header.end_time_ms);
    return ended;
  };
  const auto ended = times(before);
  const Grid after = session.on.search(order(2, {{"seed", "3"}}));
  ASSERT_EQ(after.entries.size(), 6U);
  EXPECT_EQ(times(after), ended);
  EXPECT_EQ(values_of(after, "max_depth"),
            (std::vector<std::string>{"2", "3", "2", "3", "4", "4"}));
  // Another value of what all have makes other models; the rows do, too.
  EXPECT_EQ(session.on.search(order(2, {{"seed", "4"}})).entries.size(), 12U);
}

TEST(Search, LimitOfTimeEndsItWithTheModelsThatAreThere) {
  Session session;
  SearchOrder endless = random_order(1, 0);
  for (auto& axis : endless.space.axes) axis.values.clear();
  for (int i = 1; i <= 200; ++i) {
    endless.space.axes[0].values.push_back(std::to_string(i));
    endless.space.axes[1].values.push_back(std::to_string(0.5 + i / 1000.0));
  }
  endless.criteria.max_runtime_secs = 0.3;
  const Grid grid = session.on.search(endless);
  EXPECT_GE(grid.entries.size(), 1U);
  EXPECT_LT(grid.entries.size(), 1000U);
}

TEST(Search, ACancelledOneKeepsWhatIsThereAndIsGoneOnWith) {
  Session session;
  const auto expected = session.on.learnt(session.on.search(order(1, {{"seed", "3"}})));
  session.on.models.remove("grid");
  EXPECT_TRUE(session.on.models.list().empty());
  const auto job =
      session.on.grids.start(algos::gbm::algorithm(), order(2, {{"seed", "3"}}), "python");
  EXPECT_THROW(session.on.grids.resume("grid", ""), InputError) << "while it is searched";
  job->cancel();
  job->wait();
  EXPECT_EQ(job->snapshot().status, job::Status::cancelled);
  const std::size_t so_far = session.on.grids.require("grid", "grid_id").entries.size();
  EXPECT_EQ(session.on.models.list().size(), so_far);
  session.on.grids.resume("grid", "")->wait();
  EXPECT_EQ(session.on.learnt(session.on.grids.require("grid", "grid_id")), expected);
}

TEST(Search, IsRankedByTheMetricThatIsAskedFor) {
  Session session;
  const Grid grid = session.on.search(order(2, {{"seed", "3"}}));
  const auto values = [&](const std::string& metric, bool decreasing) {
    std::vector<double> made;
    for (const auto& place : session.on.grids.rank(grid, metric, decreasing).places)
      made.push_back(*place.value);
    return made;
  };
  const auto deviances = values("", false);
  ASSERT_EQ(deviances.size(), 6U);
  EXPECT_TRUE(std::ranges::is_sorted(deviances));
  EXPECT_EQ(session.on.grids.rank(grid, "", std::nullopt).metric, "residual_deviance");
  const auto r2 = values("r2", true);
  EXPECT_TRUE(std::ranges::is_sorted(r2, std::greater<>()));
  try {
    (void)values("auc", false);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("Must be one of: [mse, rmse, mae"), std::string::npos)
        << error.what();
  }
}

TEST(Search, OrdersThatMakeNoSenseAreRefused) {
  Session session;
  const auto start = [&](const SearchOrder& wrong) {
    (void)session.on.grids.start(algos::gbm::algorithm(), wrong, "python");
  };
  EXPECT_THROW(start(order(-1)), InputError);
  SearchOrder lost = order();
  lost.form = form({{"validation_frame", "lost"}});
  EXPECT_THROW(start(lost), InputError);
  SearchOrder unknown = order();
  unknown.form = form({{"nonsense", "1"}});
  EXPECT_THROW(start(unknown), InputError);
  EXPECT_THROW((void)session.on.grids.resume("lost", ""), InputError);
  EXPECT_FALSE(session.on.grids.find("tr").has_value());
  EXPECT_FALSE(session.on.models.remove("tr"));
}

}  // namespace
}  // namespace neve::grid

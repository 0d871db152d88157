#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include <neve/base/rng.hpp>
#include <neve/frame/chunk_builder.hpp>
#include <neve/model/models.hpp>

#include "algos/gbm/gbm_model.hpp"
#include "algos/gbm/stopping.hpp"
#include "mr/api/compute_node.hpp"
#include "support/node_jobs.hpp"
#include "support/take_over.hpp"

namespace neve::algos::gbm {
const model::Algorithm& algorithm();
}

namespace {

using namespace neve;
using algos::gbm::GbmModel;

mr::TaskList all_tasks() {
  mr::TaskList tasks;
  std::set<std::string_view> names;
  for (const auto& list :
       {algos::gbm::algorithm().tasks, model::tasks(), model::metrics::tasks()}) {
    for (const mr::TaskEntry* task : list) {
      if (names.insert(task->name).second) tasks.push_back(task);
    }
  }
  return tasks;
}

using Levels = std::vector<std::string>;

/// x (with missing values), a category k, and responses y, two and three that depend on both.
frame::Frame make_frame(mr::Engine& engine, const std::string& key, std::int64_t rows,
                        std::uint64_t seed) {
  const CounterRng random(seed);
  std::vector<std::vector<double>> columns(5);
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(rows); ++i) {
    const double x = random.uniform(4 * i) * 10;
    const double k = static_cast<double>(random.below(4 * i + 1, 5));
    const double y = x + (k == 2 ? 4 : 0) + random.uniform(4 * i + 2);
    columns[0].push_back(i % 13 == 0 ? frame::kMissingDouble : x);
    columns[1].push_back(k);
    columns[2].push_back(y);
    columns[3].push_back(i % 29 == 0 ? -1 : (y > 6 ? 1 : 0));
    columns[4].push_back(std::min(2.0, std::floor(y / 4)));
  }
  const std::vector<std::pair<std::string, Levels>> described = {
      {"x", {}},
      {"k", {"a", "b", "c", "d", "e"}},
      {"y", {}},
      {"two", {"no", "yes"}},
      {"three", {"low", "middle", "high"}}};
  frame::Frame frame;
  frame.key = key;
  frame.layout = engine.new_layout(frame::row_cuts(rows, 5));
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const auto& [name, levels] = described[c];
    const ColumnId id = engine.new_column_id();
    for (std::int32_t g = 0; g < frame.layout->groups(); ++g) {
      const auto first = columns[c].begin() + frame.layout->first_row(GroupIndex(g));
      const std::vector<double> part(first, first + frame.layout->rows_of(GroupIndex(g)));
      // Only codes are whole numbers: a missing number has no int.
      const std::vector<std::int32_t> codes =
          levels.empty() ? std::vector<std::int32_t>()
                         : std::vector<std::int32_t>(part.begin(), part.end());
      engine.put_chunk(*frame.layout, id, GroupIndex(g),
                       levels.empty() ? frame::encode_doubles(part) : frame::encode_codes(codes));
    }
    mr::OutputColumn kind;
    if (!levels.empty()) {
      kind.type = frame::ColumnType::categorical;
      kind.domain = std::make_shared<const Levels>(levels);
    }
    frame.add(name, engine.adopt({&id, 1}, {&kind, 1})[0]);
  }
  return frame;
}

/// Nodes with frames "tr" and "va", and a client of one of them.
class Session {
 public:
  explicit Session(int nodes = 1, int threads = 2)
      : cluster_(nodes, threads, std::int64_t{1} << 30U, all_tasks()),
        algorithms_({&algos::gbm::algorithm()}),
        jobs_(neve::testing::jobs_parts(node()), "test"),
        models_({.engine = node().engine(),
                 .frames = node().frames(),
                 .jobs = jobs_,
                 .algorithms = algorithms_,
                 .cluster_tag = "tag",
                 .reproducibility = {},
                 .frame_checksum = [](const frame::Frame&) { return std::int64_t{7}; }}) {
    models_.define_jobs(jobs_);
    node().frames().publish(make_frame(node().engine(), "tr", 20'000, 1));
    node().frames().publish(make_frame(node().engine(), "va", 3'000, 2));
  }
  mr::ComputeNode& node() { return cluster_.node(0); }
  model::Models& models() { return models_; }
  frame::Frame frame(const char* key) { return node().frames().require(key); }

  model::Build check(const std::string& response, schema::Form form) {
    return models_.check(algos::gbm::algorithm(), complete(response, std::move(form)), "python");
  }
  static schema::Form complete(const std::string& response, schema::Form form) {
    std::string ignored;
    for (const char* name : {"y", "two", "three"}) {
      if (name != response) ignored += (ignored.empty() ? "\"" : ",\"") + std::string(name) + "\"";
    }
    form.emplace_back("ignored_columns", "[" + ignored + "]");
    form.emplace_back("response_column", response);
    form.emplace_back("training_frame", "tr");
    form.emplace_back("model_id", "model");
    form.emplace_back("seed", "1");
    return form;
  }
  std::shared_ptr<const GbmModel> train(const std::string& response, schema::Form form) {
    const auto job = models_.train(check(response, std::move(form)));
    job->wait();
    EXPECT_EQ(job->snapshot().exception, "");
    return std::dynamic_pointer_cast<const GbmModel>(models_.find("model"));
  }

 private:
  mr::LocalCluster cluster_;
  model::Algorithms algorithms_;
  job::Jobs jobs_;
  model::Models models_;
};

TEST(GbmTraining, MeasuresWhileTrainingWhatScoringTheModelGives) {
  Session session;
  for (const char* response : {"y", "two", "three"}) {
    const auto model = session.train(response, {{"ntrees", "12"}, {"validation_frame", "va"}});
    ASSERT_TRUE(model);
    for (const char* key : {"tr", "va"}) {
      std::vector<std::string> warnings;
      const auto again = session.models().performance(model, session.frame(key), nullptr, warnings);
      const auto& measured =
          key[0] == 't' ? model->header.training_metrics : model->header.validation_metrics;
      EXPECT_EQ(again.header()->MSE, measured.header()->MSE) << response << " " << key;
      EXPECT_EQ(again.header()->nobs, measured.header()->nobs);
      EXPECT_EQ(again.find("logloss"), measured.find("logloss"));
    }
  }
}

TEST(GbmTraining, ScoresAfterTheFirstTenTreesEveryTenthAndTheLast) {
  Session session;
  const auto points = [](const GbmModel& model) {
    std::vector<std::int64_t> trees;
    for (const auto& cell : model.header.scoring_history.columns[3].cells) {
      trees.push_back(std::get<std::int64_t>(cell));
    }
    return trees;
  };
  EXPECT_EQ(points(*session.train("y", {{"ntrees", "23"}, {"max_depth", "1"}})),
            (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 23}));
  EXPECT_EQ(points(*session.train(
                "y", {{"ntrees", "7"}, {"max_depth", "1"}, {"score_tree_interval", "3"}})),
            (std::vector<std::int64_t>{0, 3, 6, 7}));
}

TEST(GbmTraining, StopsEarlyWhenTheMetricNoLongerImproves) {
  Session session;
  const auto model = session.train("two", {{"ntrees", "500"},
                                           {"learn_rate", "0.5"},
                                           {"validation_frame", "va"},
                                           {"stopping_rounds", "2"},
                                           {"stopping_tolerance", "0.01"},
                                           {"score_tree_interval", "1"}});
  ASSERT_TRUE(model);
  EXPECT_GT(model->iterations.size(), 4U);
  EXPECT_LT(model->iterations.size(), 100U);
}

TEST(GbmTraining, StopsAtTheFirstPointWhereTheRuleHolds) {
  Session session;
  const auto model = session.train("two", {{"ntrees", "200"},
                                           {"learn_rate", "0.5"},
                                           {"stopping_rounds", "3"},
                                           {"stopping_tolerance", "0.02"},
                                           {"score_tree_interval", "2"}});
  ASSERT_TRUE(model);
  const schema::Table& history = model->header.scoring_history;
  const auto column = std::ranges::find(history.columns, "training_logloss",
                                        [](const auto& each) { return each.name; });
  ASSERT_NE(column, history.columns.end());
  std::vector<double> scores;
  for (const auto& cell : column->cells) scores.push_back(std::get<double>(cell));
  const algos::gbm::StoppingRule rule{.metric = "logloss", .rounds = 3, .tolerance = 0.02};
  for (std::size_t points = 1; points < scores.size(); ++points)
    EXPECT_FALSE(should_stop(rule, std::span(scores).first(points))) << points;
  EXPECT_TRUE(should_stop(rule, scores));
  EXPECT_EQ(model->iterations.size(), 2 * (scores.size() - 1));
}

TEST(GbmTraining, TheChecksumIsTheSameOnAnyThreadsAndNodes) {
  std::vector<std::int64_t> checksums;
  const std::pair<int, int> machines[] = {{1, 1}, {1, 3}, {3, 2}};
  for (const auto& [nodes, threads] : machines) {
    Session session(nodes, threads);
    const auto model = session.train("three", {{"ntrees", "5"}, {"sample_rate", "0.7"}});
    ASSERT_TRUE(model);
    checksums.push_back(model->header.checksum);
    EXPECT_EQ(checksums.back(), checksums.front()) << nodes << " nodes";
  }
}

TEST(GbmTraining, AModelSurvivesItsBytes) {
  Session session;
  const auto model = session.train("two", {{"ntrees", "5"}});
  const auto again = algos::gbm::algorithm().decode(model->encode());
  EXPECT_EQ(again->encode(), model->encode());
  EXPECT_EQ(again->encode_learnt(), model->encode_learnt());
}

TEST(GbmTraining, RatesPerClassNeedAsManyClasses) {
  Session session;
  for (const char* response : {"y", "two"}) {
    const auto job = session.models().train(
        session.check(response, {{"sample_rate_per_class", "[0.5, 0.5, 0.5]"}}));
    job->wait();
    EXPECT_NE(job->snapshot().exception, "") << response;
  }
  EXPECT_TRUE(session.train("three", {{"ntrees", "2"}, {"sample_rate_per_class", "[0.5, 1, 0]"}}));
}

/// Warnings for a numeric response of these values.
std::int64_t warnings_about(Session& session, const std::vector<double>& response,
                            schema::Form form) {
  mr::Engine& engine = session.node().engine();
  frame::Frame frame;
  frame.key = "responses";
  const auto rows = static_cast<std::int64_t>(response.size());
  frame.layout = engine.new_layout({0, rows});
  const ColumnId id = engine.new_column_id();
  engine.put_chunk(*frame.layout, id, GroupIndex(0), frame::encode_doubles(response));
  const mr::OutputColumn kind;
  frame.add("y", engine.adopt({&id, 1}, {&kind, 1})[0]);
  session.node().frames().publish(frame);
  form.emplace_back("response_column", "y");
  form.emplace_back("training_frame", "responses");
  const auto build = session.models().check(algos::gbm::algorithm(), form, "python");
  return std::ranges::count_if(build.messages, [](const model::Message& message) {
    return message.kind == model::Message::Kind::warning &&
           message.text.starts_with("We have detected that your response column has only 2");
  });
}

TEST(GbmTraining, WarnsOfARegressionThatMayBeAClassification) {
  Session session;
  EXPECT_EQ(warnings_about(session, {0, 1, 1, frame::kMissingDouble}, {}), 1);
  EXPECT_EQ(warnings_about(session, {-1, 1, -1}, {}), 1);
  EXPECT_EQ(warnings_about(session, {-1, 0, 1}, {}), 0);
  EXPECT_EQ(warnings_about(session, {0, 0.5, 1}, {}), 0);
  EXPECT_EQ(warnings_about(session, {1, 1, 1}, {}), 0);
  EXPECT_EQ(warnings_about(session, {0, 1, 1}, {{"distribution", "gaussian"}}), 0);
}

TEST(GbmTraining, RefusesWhatIsNotBuiltOrDoesNotFit) {
  Session session;
  const std::pair<const char*, const char*> refused[] = {
      {"distribution", "laplace"},
      {"distribution", "bernoulli"},
      {"calibrate_model", "true"},
      {"pred_noise_bandwidth", "0.1"},
      {"ntrees", "0"},
      {"monotone_constraints", R"([{"key":"x","value":1}])"},
      {"monotone_constraints", R"([{'key': "x", 'value': -1}])"},
      {"nfolds", "1"},
      {"in_training_checkpoints_dir", "somewhere"}};
  for (const auto& [name, value] : refused) {
    const auto build = session.check("y", {{name, value}});
    ASSERT_EQ(build.errors(), 1) << name;
    const auto is_about_it = [&](const model::Message& message) {
      return message.kind == model::Message::Kind::error && message.field == name;
    };
    EXPECT_TRUE(std::ranges::any_of(build.messages, is_about_it)) << name;
  }
}

TEST(GbmTraining, StopsOnlyByMetricsThatAreMeasured) {
  Session session;
  const auto errors = [&](const char* response, const char* metric, const char* auc_type) {
    return session
        .check(response,
               {{"stopping_rounds", "1"}, {"stopping_metric", metric}, {"auc_type", auc_type}})
        .errors();
  };
  EXPECT_EQ(errors("y", "MAE", "AUTO"), 0);
  EXPECT_EQ(errors("y", "AUC", "AUTO"), 1);
  EXPECT_EQ(errors("two", "AUC", "AUTO"), 0);
  EXPECT_EQ(errors("two", "RMSLE", "AUTO"), 1);
  EXPECT_EQ(errors("two", "AUUC", "AUTO"), 1);
  EXPECT_EQ(errors("three", "AUC", "AUTO"), 1);
  EXPECT_EQ(errors("three", "AUC", "WEIGHTED_OVR"), 0);
  EXPECT_EQ(errors("three", "custom", "AUTO"), 1);
  EXPECT_EQ(session.check("three", {{"stopping_metric", "custom"}}).errors(), 0);
}

TEST(GbmTraining, GoesOnAfterALossToTheSameBits) {
  for (const char* response : {"y", "two", "three"}) {
    const schema::Form form{{"ntrees", "20"},
                            {"validation_frame", "va"},
                            {"score_tree_interval", "3"},
                            {"sample_rate", "0.7"}};
    Session whole;
    const auto expected = whole.train(response, form)->encode_learnt();
    mr::LocalCluster cluster(
        {.nodes = 3, .threads_each = 1, .memory_bytes_each = std::int64_t{1} << 30U, .copies = 2},
        all_tasks());
    cluster.node(0).frames().publish(make_frame(cluster.node(0).engine(), "tr", 20'000, 1));
    cluster.node(0).frames().publish(make_frame(cluster.node(0).engine(), "va", 3'000, 2));
    const auto got = neve::testing::learnt_after_loss(cluster, algos::gbm::algorithm(),
                                                      Session::complete(response, form), 8);
    EXPECT_EQ(got, expected) << response;
  }
}

}  // namespace

#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <neve/base/rng.hpp>
#include <neve/model/models.hpp>

#include "algos/drf/drf_model.hpp"
#include "mr/api/compute_node.hpp"
#include "support/described_frame.hpp"
#include "support/node_jobs.hpp"

namespace neve::algos::drf {

const model::Algorithm& algorithm();

/// Training on nodes of this process, as a client would ask for it.
namespace testing {

inline mr::TaskList all_tasks() {
  mr::TaskList tasks;
  std::set<std::string_view> names;
  for (const auto& list :
       {algos::drf::algorithm().tasks, model::tasks(), model::metrics::tasks()}) {
    for (const mr::TaskEntry* task : list) {
      if (names.insert(task->name).second) tasks.push_back(task);
    }
  }
  return tasks;
}

using neve::testing::Levels;
inline constexpr std::uint64_t kSeed = 1;

/// x (with missing values), a category k, and responses y, two and three that depend on both.
inline std::vector<std::vector<double>> made_up(std::int64_t rows, std::uint64_t seed) {
  const CounterRng random(seed);
  std::vector<std::vector<double>> columns(5);
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(rows); ++i) {
    const double x = random.uniform(4 * i) * 10;
    const auto k = static_cast<double>(random.below(4 * i + 1, 5));
    const double y = x + (k == 2 ? 4 : 0) + 3 * random.uniform(4 * i + 2);
    columns[0].push_back(i % 13 == 0 ? frame::kMissingDouble : x);
    columns[1].push_back(k);
    columns[2].push_back(y);
    columns[3].push_back(i % 29 == 0 ? -1 : (y > 6 ? 1 : 0));
    columns[4].push_back(std::min(2.0, std::floor(y / 4)));
  }
  return columns;
}

inline frame::Frame make_frame(mr::Engine& engine, const std::string& key, std::int64_t rows,
                               std::uint64_t seed) {
  const std::vector<std::vector<double>> columns = made_up(rows, seed);
  const std::vector<std::pair<std::string, Levels>> described = {
      {"x", {}},
      {"k", {"a", "b", "c", "d", "e"}},
      {"y", {}},
      {"two", {"no", "yes"}},
      {"three", {"low", "middle", "high"}}};
  return neve::testing::described_frame(engine, key, described, columns);
}

inline constexpr std::int64_t kRows = 6'000;

/// Nodes with frames "tr" and "va", and a client of one of them.
class Session {
 public:
  explicit Session(int nodes = 1, int threads = 2)
      : cluster_(nodes, threads, std::int64_t{1} << 30U, all_tasks()),
        algorithms_({&algos::drf::algorithm()}),
        jobs_(neve::testing::jobs_parts(node()), "test"),
        models_({.engine = node().engine(),
                 .frames = node().frames(),
                 .jobs = jobs_,
                 .algorithms = algorithms_,
                 .cluster_tag = "tag",
                 .reproducibility = {},
                 .frame_checksum = [](const frame::Frame&) { return std::int64_t{7}; }}) {
    models_.define_jobs(jobs_);
    node().frames().publish(make_frame(node().engine(), "tr", kRows, 1));
    node().frames().publish(make_frame(node().engine(), "va", 3'000, 2));
  }
  mr::ComputeNode& node() { return cluster_.node(0); }
  model::Models& models() { return models_; }
  frame::Frame frame(const char* key) { return node().frames().require(key); }

  model::Build check(const std::string& response, schema::Form form) {
    return models_.check(algos::drf::algorithm(), complete(response, std::move(form)), "python");
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
    form.emplace_back("seed", std::to_string(kSeed));
    return form;
  }
  std::shared_ptr<const DrfModel> train(const std::string& response, schema::Form form) {
    const auto job = models_.train(check(response, std::move(form)));
    job->wait();
    EXPECT_EQ(job->snapshot().exception, "");
    return std::dynamic_pointer_cast<const DrfModel>(models_.find("model"));
  }

 private:
  mr::LocalCluster cluster_;
  model::Algorithms algorithms_;
  job::Jobs jobs_;
  model::Models models_;
};

}  // namespace testing
}  // namespace neve::algos::drf

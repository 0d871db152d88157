#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <neve/base/rng.hpp>
#include <neve/frame/chunk_builder.hpp>
#include <neve/model/models.hpp>

#include "algos/gbm/gbm_model.hpp"
#include "mr/api/compute_node.hpp"
#include "munge/api/tasks.hpp"
#include "support/described_frame.hpp"
#include "support/node_jobs.hpp"

namespace neve::algos::gbm {

const model::Algorithm& algorithm();

/// Training on nodes of this process, as a client would ask for it.
namespace testing {

inline mr::TaskList session_tasks() {
  mr::TaskList tasks;
  std::set<std::string_view> names;
  for (const auto& list :
       {algos::gbm::algorithm().tasks, model::tasks(), model::metrics::tasks(), munge::tasks()}) {
    for (const mr::TaskEntry* task : list) {
      if (names.insert(task->name).second) tasks.push_back(task);
    }
  }
  return tasks;
}

using neve::testing::Levels;

/// x (with missing values), a category k, and responses y, two, three and zero_one that depend on
/// both.
inline frame::Frame make_frame(mr::Engine& engine, const std::string& key, std::int64_t rows,
                               std::uint64_t seed) {
  const CounterRng random(seed);
  std::vector<std::vector<double>> columns(6);
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(rows); ++i) {
    const double x = random.uniform(4 * i) * 10;
    const double k = static_cast<double>(random.below(4 * i + 1, 5));
    const double y = x + (k == 2 ? 4 : 0) + random.uniform(4 * i + 2);
    columns[0].push_back(i % 13 == 0 ? frame::kMissingDouble : x);
    columns[1].push_back(k);
    columns[2].push_back(y);
    columns[3].push_back(i % 29 == 0 ? -1 : (y > 6 ? 1 : 0));
    columns[4].push_back(std::min(2.0, std::floor(y / 4)));
    columns[5].push_back(y > 6 ? 1 : 0);
  }
  const std::vector<std::pair<std::string, Levels>> described = {
      {"x", {}},
      {"k", {"a", "b", "c", "d", "e"}},
      {"y", {}},
      {"two", {"no", "yes"}},
      {"three", {"low", "middle", "high"}},
      {"zero_one", {}}};
  return neve::testing::described_frame(engine, key, described, columns);
}

/// Nodes with frames "tr" and "va", and a client of one of them.
class Session {
 public:
  explicit Session(int nodes = 1, int threads = 2)
      : cluster_(nodes, threads, std::int64_t{1} << 30U, session_tasks()),
        algorithms_({&algos::gbm::algorithm()}),
        jobs_(neve::testing::jobs_parts(node()), "test"),
        models_({.engine = node().engine(),
                 .frames = node().frames(),
                 .jobs = jobs_,
                 .algorithms = algorithms_,
                 .cluster_tag = "tag",
                 .reproducibility = {},
                 .frame_checksum = [](const frame::Frame&) { return std::int64_t{7}; },
                 .version = "1",
                 .export_path = [](const std::string& folder,
                                   const std::string& name) { return folder + "/" + name; },
                 .write_file = [this](const std::string& path,
                                      const wire::Bytes& bytes) { files[path] = bytes; }}) {
    models_.define_jobs(jobs_);
    node().frames().publish(make_frame(node().engine(), "tr", 20'000, 1));
    node().frames().publish(make_frame(node().engine(), "va", 3'000, 2));
  }
  mr::ComputeNode& node() { return cluster_.node(0); }
  model::Models& models() { return models_; }
  std::map<std::string, wire::Bytes> files;  ///< that training wrote
  frame::Frame frame(const char* key) { return node().frames().require(key); }

  model::Build check(const std::string& response, schema::Form form) {
    return models_.check(algos::gbm::algorithm(), complete(response, std::move(form)), "python");
  }
  static schema::Form complete(const std::string& response, schema::Form form) {
    std::string ignored;
    for (const char* name : {"y", "two", "three", "zero_one"}) {
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

/// All values of a column, in row order.
inline std::vector<double> values_of(mr::Engine& engine, const frame::Frame& frame,
                                     const std::string& name) {
  const frame::Column& column = frame.column(frame.require(name));
  std::vector<double> values(static_cast<std::size_t>(frame.rows()));
  for (std::int32_t g = 0; g < frame.layout->groups(); ++g) {
    const auto first = static_cast<std::size_t>(frame.layout->first_row(GroupIndex(g)));
    const auto count = static_cast<std::size_t>(frame.layout->rows_of(GroupIndex(g)));
    engine.chunk(*frame.layout, column.id, GroupIndex(g))
        .decode(0, std::span(values).subspan(first, count));
  }
  return values;
}

}  // namespace testing
}  // namespace neve::algos::gbm

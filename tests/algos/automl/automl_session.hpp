#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <neve/automl/automl.hpp>

#include "algos/grid/search_session.hpp"

namespace neve::algos {

std::vector<const model::Algorithm*> all_algorithms();

}  // namespace neve::algos

/// Runs of AutoML on nodes of this process, as a client would ask for them.
namespace neve::automl::testing {

using grid::testing::Folder;

/// Every task that a run may need.
inline mr::TaskList all_tasks() { return neve::testing::training_tasks(algos::all_algorithms()); }

/// What runs on one node; its jobs keep `states` states, at each step, and hang at the next.
struct Runner {
  explicit Runner(mr::ComputeNode& of_node, const std::string& folder, int states = 1 << 20)
      : node(of_node),
        policy({.import_roots = {folder},
                .export_roots = {folder},
                .default_roots = {},
                .local_users_only = true}),
        blobs(of_node.engine().blobs(), states),
        jobs({of_node.id(), of_node.store(), blobs, of_node.transport(),
              std::chrono::milliseconds(0)},
             "test"),
        models(neve::testing::models_parts(of_node, jobs, algorithms)),
        ingest(of_node, jobs, policy) {
    models.define_jobs(jobs);
    ingest.define_jobs();
    grids.define_jobs(jobs);
    automls.define_jobs(jobs);
  }
  ~Runner() { jobs.stop(); }
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  /// Fails the test where the run does.
  AutoMl run(BuildSpec spec) {
    const auto job = automls.start(spec);
    job->wait();
    EXPECT_EQ(job->snapshot().exception, "");
    return automls.require(job->description().destination, "automl_id");
  }
  /// The leaderboard: names of models without that of the run, metrics, and what they have learnt.
  struct Line {
    std::string model;
    std::vector<double> values;
    wire::Bytes learnt;
    friend bool operator==(const Line&, const Line&) = default;
  };
  std::vector<Line> board(const AutoMl& automl) {
    std::vector<Line> lines;
    for (const model::Leaderboard::Row& row : automls.leaderboard(automl).rows) {
      const std::string& key = row.model->header.key;
      std::string name = key;
      if (const auto at = key.find("_" + automl.instance); at != std::string::npos)
        name.erase(at, automl.instance.size() + 1);
      // Ensembles hold names of models.
      const bool is_ensemble = row.model->header.algorithm == "stackedensemble";
      lines.push_back({name, row.values, is_ensemble ? wire::Bytes() : row.model->encode_learnt()});
    }
    return lines;
  }
  std::string events(const AutoMl& automl) {
    std::string all;
    for (const Event& event : automl.events) all += event.message + "\n";
    return all;
  }

  mr::ComputeNode& node;
  ingest::PathPolicy policy;
  neve::testing::StallingBlobs blobs;
  model::Algorithms algorithms{algos::all_algorithms()};
  job::Jobs jobs;
  model::Models models;
  ingest::Ingest ingest;
  grid::Grids grids{{models, ingest, jobs, algorithms, "1"}};
  AutoMls automls{{models, grids, jobs, algorithms}};
};

inline void publish_rows(mr::ComputeNode& node) {
  neve::testing::publish_frames(node, {.rows = 1'500, .noise = 4});
}

/// Nodes of which the first one runs.
struct Session {
  explicit Session(int nodes = 1, int threads = 2)
      : cluster(nodes, threads, std::int64_t{1} << 30U, all_tasks()) {
    publish_rows(cluster.node(0));
  }
  Folder folder;
  mr::LocalCluster cluster;
  Runner on{cluster.node(0), folder.path()};
};

/// A run for a response, of the other columns that do not tell it.
inline BuildSpec spec(std::int32_t max_models, const std::string& response = "two") {
  BuildSpec made;
  made.build_control.stopping_criteria = {
      .seed = 7, .max_models = max_models, .stopping_rounds = 1, .stopping_tolerance = 0.3};
  made.build_control.nfolds = 2;
  made.input_spec.training_frame = std::string("tr");
  made.input_spec.response_column = response;
  std::vector<std::string> ignored;
  for (const char* name : {"y", "two", "three", "zero_one"}) {
    if (name != response) ignored.emplace_back(name);
  }
  made.input_spec.ignored_columns = ignored;
  return made;
}

}  // namespace neve::automl::testing

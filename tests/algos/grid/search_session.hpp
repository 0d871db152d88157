#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <neve/grid/grid.hpp>
#include <neve/ingest/ingest.hpp>
#include <neve/ingest/path_policy.hpp>

#include "algos/trees/training_session.hpp"
#include "support/take_over.hpp"

namespace neve::algos::gbm {
const model::Algorithm& algorithm();
}

/// Searches for GBMs on nodes of this process, as a client would ask for them.
namespace neve::grid::testing {

/// A folder that goes with its test.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "grid_XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// What searches on one node; its jobs keep `states` states, at each step, and hang at the next.
struct Searcher {
  explicit Searcher(mr::ComputeNode& of_node, const std::string& folder, int states = 1 << 20)
      : node(of_node),
        policy({.import_roots = {folder},
                .export_roots = {folder},
                .default_roots = {},
                .local_users_only = true}),
        blobs(of_node.engine().blobs(), states),
        jobs({of_node.id(), of_node.store(), blobs, of_node.transport(),
              std::chrono::milliseconds(0)},
             "test"),
        models(parts()),
        ingest(of_node, jobs, policy) {
    models.define_jobs(jobs);
    ingest.define_jobs();
    grids.define_jobs(jobs);
  }
  ~Searcher() { jobs.stop(); }
  Searcher(const Searcher&) = delete;
  Searcher& operator=(const Searcher&) = delete;

  /// Fails the test where the search does.
  Grid search(const SearchOrder& order) {
    const auto job = grids.start(algos::gbm::algorithm(), order, "python");
    job->wait();
    EXPECT_EQ(job->snapshot().exception, "");
    EXPECT_EQ(job->snapshot().progress, 1);
    return grids.require(job->description().destination, "grid_id");
  }
  /// Names of models and what they have learnt, in the order of the grid.
  std::vector<std::pair<std::string, wire::Bytes>> learnt(const Grid& grid) {
    std::vector<std::pair<std::string, wire::Bytes>> all;
    for (const Entry& entry : grid.entries) {
      if (!entry.model.empty())
        all.emplace_back(entry.model, models.require(entry.model)->encode_learnt());
    }
    return all;
  }

  mr::ComputeNode& node;
  ingest::PathPolicy policy;
  neve::testing::StallingBlobs blobs;
  model::Algorithms algorithms{{&algos::gbm::algorithm()}};
  job::Jobs jobs;
  model::Models models;
  ingest::Ingest ingest;
  Grids grids{{models, ingest, jobs, algorithms, "1"}};

 private:
  model::Models::Parts parts() {
    model::Models::Parts made = neve::testing::models_parts(node, jobs, algorithms);
    made.version = "1";
    made.export_path = [this](const std::string& folder, const std::string& name) {
      return ingest.writable_path(folder + "/" + name);
    };
    made.write_file = [this](const std::string& path, const wire::Bytes& bytes) {
      ingest.write_file(path, bytes, true);
    };
    return made;
  }
};

inline void publish_rows(mr::ComputeNode& node) {
  neve::testing::publish_frames(node, {.rows = 4'000, .noise = 1});
}

/// Nodes of which the first one searches.
struct Session {
  explicit Session(int nodes = 1, int threads = 2)
      : cluster(nodes, threads, std::int64_t{1} << 30U,
                neve::testing::training_tasks(algos::gbm::algorithm())) {
    publish_rows(cluster.node(0));
  }
  Folder folder;
  mr::LocalCluster cluster;
  Searcher on{cluster.node(0), folder.path()};
};

/// Three nodes whose first one is lost when its search has kept so many states.
struct LostDriver {
  LostDriver(const SearchOrder& order, int states) {
    publish_rows(cluster.node(0));
    for (std::size_t i = 0; i < cluster.size(); ++i) {
      constexpr int kNoEnd = 1 << 20;
      searchers.push_back(
          std::make_unique<Searcher>(cluster.node(i), folder.path(), i == 0 ? states : kNoEnd));
    }
    job = searchers[0]->grids.start(algos::gbm::algorithm(), order, "python");
    searchers[0]->blobs.await_stall();
    cluster.kill(0);
    searchers[0]->jobs.leave();
    searchers[0]->blobs.release();
  }
  /// Whether another node brings the search to its end.
  bool ends() {
    const auto ended = [&](const store::Catalog& catalog) {
      return !catalog.find(job->key())->owner.has_value();
    };
    return cluster.node(1).store().wait_for(ended, std::chrono::minutes(2));
  }
  Folder folder;
  mr::LocalCluster cluster = neve::testing::three_nodes(algos::gbm::algorithm());
  std::vector<std::unique_ptr<Searcher>> searchers;
  std::shared_ptr<job::Job> job;
};

/// Parameters that all models have.
inline schema::Form form(const schema::Form& more = {}) {
  return neve::testing::with({{"response_column", "y"},
                              {"training_frame", "tr"},
                              {"ignored_columns", "[\"two\",\"three\",\"zero_one\"]"},
                              {"ntrees", "3"}},
                             more);
}

/// Six points.
inline SearchOrder order(std::int32_t parallelism = 1, const schema::Form& more = {}) {
  return {.key = "grid",
          .form = form(more),
          .space = {.axes = {{"max_depth", {"2", "3", "4"}}, {"sample_rate", {"0.5", "0.9"}}},
                    .subspaces = {}},
          .criteria = {},
          .parallelism = parallelism,
          .recovery_folder = {}};
}

}  // namespace neve::grid::testing

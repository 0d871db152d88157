#pragma once

#include <gtest/gtest.h>

#include <cstdint>
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

/// Searches for models on nodes of this process, as a client would ask for them.
namespace neve::grid::testing {

/// A folder that goes with its test.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// What searches on one node; its jobs keep `states` states, at each step, and hang at the next.
struct Searcher {
  /// Of GBMs, unless it is told of other algorithms.
  explicit Searcher(mr::ComputeNode& of_node, const std::string& folder, int states = 1 << 20,
                    const neve::testing::AlgorithmList& known = {&algos::gbm::algorithm()});
  ~Searcher();
  Searcher(const Searcher&) = delete;
  Searcher& operator=(const Searcher&) = delete;

  /// Fails the test where the search does.
  Grid search(const SearchOrder& order);
  /// Names of models and what they have learnt, in the order of the grid.
  std::vector<std::pair<std::string, wire::Bytes>> learnt(const Grid& grid);

  mr::ComputeNode& node;
  ingest::PathPolicy policy;
  neve::testing::StallingBlobs blobs;
  model::Algorithms algorithms;
  job::Jobs jobs;
  model::Models models;
  ingest::Ingest ingest;
  Grids grids;

 private:
  model::Models::Parts parts();
};

void publish_rows(mr::ComputeNode& node);

/// Nodes of which the first one searches.
struct Session {
  explicit Session(int nodes = 1, int threads = 2);
  Folder folder;
  mr::LocalCluster cluster;
  Searcher on{cluster.node(0), folder.path()};
};

/// Three nodes whose first one is lost when its search has kept so many states.
struct LostDriver {
  LostDriver(const SearchOrder& order, int states);
  /// Whether another node brings the search to its end.
  bool ends();
  Folder folder;
  mr::LocalCluster cluster;
  std::vector<std::unique_ptr<Searcher>> searchers;
  std::shared_ptr<job::Job> job;
};

/// Parameters that all models have.
schema::Form form(const schema::Form& more = {});

/// Six points.
SearchOrder order(std::int32_t parallelism = 1, const schema::Form& more = {});

}  // namespace neve::grid::testing

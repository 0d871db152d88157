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
mr::TaskList all_tasks();

/// What runs on one node; its jobs keep `states` states, at each step, and hang at the next.
struct Runner : grid::testing::Searcher {
  explicit Runner(mr::ComputeNode& of_node, const std::string& folder, int states = 1 << 20);
  ~Runner();
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  /// Fails the test where the run does.
  AutoMl run(BuildSpec spec);
  /// The leaderboard: names of models without that of the run, metrics, and what they have learnt.
  struct Line {
    std::string model;
    std::vector<double> values;
    wire::Bytes learnt;
    friend bool operator==(const Line&, const Line&) = default;
  };
  std::vector<Line> board(const AutoMl& automl);
  std::string events(const AutoMl& automl);

  AutoMls automls;
};

void publish_rows(mr::ComputeNode& node);

/// Nodes of which the first one runs.
struct Session {
  explicit Session(int nodes = 1, int threads = 2);
  Folder folder;
  mr::LocalCluster cluster;
  Runner on{cluster.node(0), folder.path()};
};

/// A run for a response, of the other columns that do not tell it.
BuildSpec spec(std::int32_t max_models, const std::string& response = "two");

}  // namespace neve::automl::testing

#include "algos/automl/automl_session.hpp"

#include "algos/trees/training_session.hpp"

namespace neve::automl::testing {

mr::TaskList all_tasks() { return neve::testing::training_tasks(algos::all_algorithms()); }

void publish_rows(mr::ComputeNode& node) {
  neve::testing::publish_frames(node, {.rows = 1'500, .noise = 4});
}

BuildSpec spec(std::int32_t max_models, const std::string& response) {
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

Runner::Runner(mr::ComputeNode& of_node, const std::string& folder, int states)
    : Searcher(of_node, folder, states, algos::all_algorithms()),
      automls({models, grids, jobs, algorithms}) {
  automls.define_jobs(jobs);
}

/// Before the base does: jobs use what is here.
Runner::~Runner() { jobs.stop(); }

AutoMl Runner::run(BuildSpec spec) {
  const auto job = automls.start(spec);
  job->wait();
  EXPECT_EQ(job->snapshot().exception, "");
  return automls.require(job->description().destination, "automl_id");
}

std::vector<Runner::Line> Runner::board(const AutoMl& automl) {
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

std::string Runner::events(const AutoMl& automl) {
  std::string all;
  for (const Event& event : automl.events) all += event.message + "\n";
  return all;
}

Session::Session(int nodes, int threads)
    : cluster(nodes, threads, std::int64_t{1} << 30U, all_tasks()) {
  publish_rows(cluster.node(0));
}

}  // namespace neve::automl::testing

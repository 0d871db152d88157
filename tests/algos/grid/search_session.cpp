#include "algos/grid/search_session.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "algos/trees/training_session.hpp"

namespace neve::grid::testing {

void publish_rows(mr::ComputeNode& node) {
  neve::testing::publish_frames(node, {.rows = 4'000, .noise = 1});
}

schema::Form form(const schema::Form& more) {
  return neve::testing::with({{"response_column", "y"},
                              {"training_frame", "tr"},
                              {"ignored_columns", "[\"two\",\"three\",\"zero_one\"]"},
                              {"ntrees", "3"}},
                             more);
}

SearchOrder order(std::int32_t parallelism, const schema::Form& more) {
  return {.key = "grid",
          .form = form(more),
          .space = {.axes = {{"max_depth", {"2", "3", "4"}}, {"sample_rate", {"0.5", "0.9"}}},
                    .subspaces = {}},
          .criteria = {},
          .parallelism = parallelism,
          .recovery_folder = {}};
}

Folder::Folder() {
  std::string name = (std::filesystem::temp_directory_path() / "grid_XXXXXX").string();
  path_ = mkdtemp(name.data());
}

Folder::~Folder() { std::filesystem::remove_all(path_); }

Searcher::Searcher(mr::ComputeNode& of_node, const std::string& folder, int states,
                   const neve::testing::AlgorithmList& known)
    : node(of_node),
      policy({.import_roots = {folder},
              .export_roots = {folder},
              .default_roots = {},
              .local_users_only = true}),
      blobs(of_node.engine().blobs(), states),
      algorithms(known),
      jobs(neve::testing::jobs_parts(of_node, blobs), "test"),
      models(parts()),
      ingest(of_node, jobs, policy),
      grids({models, ingest, jobs, algorithms, "1"}) {
  models.define_jobs(jobs);
  ingest.define_jobs();
  grids.define_jobs(jobs);
}

Searcher::~Searcher() { jobs.stop(); }

Grid Searcher::search(const SearchOrder& order) {
  const auto job = grids.start(algos::gbm::algorithm(), order, "python");
  job->wait();
  EXPECT_EQ(job->snapshot().exception, "");
  EXPECT_EQ(job->snapshot().progress, 1);
  return grids.require(job->description().destination, "grid_id");
}

std::vector<std::pair<std::string, wire::Bytes>> Searcher::learnt(const Grid& grid) {
  std::vector<std::pair<std::string, wire::Bytes>> all;
  for (const Entry& entry : grid.entries) {
    if (!entry.model.empty())
      all.emplace_back(entry.model, models.require(entry.model)->encode_learnt());
  }
  return all;
}

model::Models::Parts Searcher::parts() {
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

Session::Session(int nodes, int threads)
    : cluster(nodes, threads, std::int64_t{1} << 30U,
              neve::testing::training_tasks(algos::gbm::algorithm())) {
  publish_rows(cluster.node(0));
}

LostDriver::LostDriver(const SearchOrder& order, int states)
    : cluster(neve::testing::three_nodes(algos::gbm::algorithm())) {
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

bool LostDriver::ends() {
  const auto ended = [&](const store::Catalog& catalog) {
    return !catalog.find(job->key())->owner.has_value();
  };
  return cluster.node(1).store().wait_for(ended, std::chrono::minutes(2));
}

}  // namespace neve::grid::testing

#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <neve/job/job.hpp>
#include <neve/model/models.hpp>

#include "mr/api/compute_node.hpp"
#include "munge/api/tasks.hpp"
#include "support/node_jobs.hpp"

namespace neve::testing {

using AlgorithmList = std::vector<const model::Algorithm*>;

inline AlgorithmList with_first(const model::Algorithm& algorithm, AlgorithmList others) {
  others.insert(others.begin(), &algorithm);
  return others;
}

/// The tasks of algorithms and of the life of their models, each once.
inline mr::TaskList training_tasks(const AlgorithmList& algorithms) {
  mr::TaskList tasks;
  std::set<std::string_view> names;
  const auto add = [&](const mr::TaskList& list) {
    for (const mr::TaskEntry* task : list) {
      if (names.insert(task->name).second) tasks.push_back(task);
    }
  };
  for (const model::Algorithm* algorithm : algorithms) add(algorithm->tasks);
  for (const auto& list : {model::tasks(), model::metrics::tasks(), munge::tasks()}) add(list);
  return tasks;
}
inline mr::TaskList training_tasks(const model::Algorithm& algorithm) {
  return training_tasks(AlgorithmList{&algorithm});
}

/// The parts of the models of a node that trains one algorithm. Files have no place in them.
inline model::Models::Parts models_parts(mr::ComputeNode& node, job::Jobs& jobs,
                                         const model::Algorithms& algorithms) {
  return {.engine = node.engine(),
          .frames = node.frames(),
          .jobs = jobs,
          .algorithms = algorithms,
          .cluster_tag = "tag",
          .reproducibility = {},
          .frame_checksum = [](const frame::Frame&) { return std::int64_t{7}; }};
}

inline schema::Form with(schema::Form form, const schema::Form& more) {
  form.insert(form.end(), more.begin(), more.end());
  return form;
}

/// The model under another name.
template <class Made>
void publish_as(model::Models& models, const Made& model, const char* key) {
  Made copy(model);
  copy.header.key = key;
  models.publish(copy);
}

/// Nodes of this process, the first of which trains one algorithm as a client would ask for it, and
/// knows others.
class TrainingNodes {
 public:
  explicit TrainingNodes(const model::Algorithm& algorithm, int nodes = 1, int threads = 2,
                         std::string version = "1", const AlgorithmList& others = {})
      : algorithm_(algorithm),
        cluster_(nodes, threads, std::int64_t{1} << 30U,
                 training_tasks(with_first(algorithm, others))),
        algorithms_(with_first(algorithm, others)),
        jobs_(jobs_parts(node()), "test"),
        models_(parts(std::move(version))) {
    models_.define_jobs(jobs_);
  }
  mr::ComputeNode& node() { return cluster_.node(0); }
  mr::Engine& engine() { return node().engine(); }
  model::Models& models() { return models_; }
  frame::Frame frame(const std::string& key) { return node().frames().require(key); }
  model::Build check_form(const schema::Form& form) {
    return models_.check(algorithm_, form, "python");
  }
  /// Fails the test where training fails.
  std::shared_ptr<job::Job> train_form(const schema::Form& form) {
    auto job = models_.train(check_form(form));
    job->wait();
    EXPECT_EQ(job->snapshot().exception, "");
    return job;
  }
  template <class Made>
  std::shared_ptr<const Made> model(const std::string& name = "model") {
    return std::dynamic_pointer_cast<const Made>(models_.find(name));
  }
  std::map<std::string, wire::Bytes> files;  ///< that training wrote

 private:
  model::Models::Parts parts(std::string version) {
    model::Models::Parts made = models_parts(node(), jobs_, algorithms_);
    made.version = std::move(version);
    made.export_path = [](const std::string& folder, const std::string& name) {
      return folder + "/" + name;
    };
    made.write_file = [this](const std::string& path, const wire::Bytes& bytes) {
      files[path] = bytes;
    };
    return made;
  }
  const model::Algorithm& algorithm_;
  mr::LocalCluster cluster_;
  model::Algorithms algorithms_;
  job::Jobs jobs_;
  model::Models models_;
};

}  // namespace neve::testing

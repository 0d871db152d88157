#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <neve/job/job.hpp>
#include <neve/model/models.hpp>

#include "mr/api/compute_node.hpp"
#include "support/node_jobs.hpp"

namespace neve::testing {

using AlgorithmList = std::vector<const model::Algorithm*>;

AlgorithmList with_first(const model::Algorithm& algorithm, AlgorithmList others);

/// The tasks of algorithms and of the life of their models, each once.
mr::TaskList training_tasks(const AlgorithmList& algorithms);
mr::TaskList training_tasks(const model::Algorithm& algorithm);

/// The parts of the models of a node that trains one algorithm. Files have no place in them.
model::Models::Parts models_parts(mr::ComputeNode& node, job::Jobs& jobs,
                                  const model::Algorithms& algorithms);

schema::Form with(schema::Form form, const schema::Form& more);
/// The form with those fields that it does not have.
schema::Form with_defaults(schema::Form form, const schema::Form& defaults);

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
                         std::string version = "1", const AlgorithmList& others = {});
  ~TrainingNodes();
  TrainingNodes(const TrainingNodes&) = delete;
  TrainingNodes& operator=(const TrainingNodes&) = delete;
  mr::ComputeNode& node() { return cluster_.node(0); }
  mr::Engine& engine() { return node().engine(); }
  model::Models& models() { return models_; }
  frame::Frame frame(const std::string& key) { return node().frames().require(key); }
  model::Build check_form(const schema::Form& form);
  /// Fails the test where training fails.
  std::shared_ptr<job::Job> train_form(const schema::Form& form);
  /// What is said of a training that starts and fails.
  std::string failure_of(const model::Build& build);
  template <class Made>
  std::shared_ptr<const Made> model(const std::string& name = "model") {
    return std::dynamic_pointer_cast<const Made>(models_.find(name));
  }
  std::map<std::string, wire::Bytes> files;  ///< that training wrote

 private:
  model::Models::Parts parts(std::string version);

  const model::Algorithm& algorithm_;
  mr::LocalCluster cluster_;
  model::Algorithms algorithms_;
  job::Jobs jobs_;
  model::Models models_;
};

}  // namespace neve::testing

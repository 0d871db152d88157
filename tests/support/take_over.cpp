#include "support/take_over.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

#include <neve/base/error.hpp>

namespace neve::testing {

std::pair<store::Blob, std::shared_ptr<const store::ColumnLease>> StallingBlobs::keep(
    std::span<const std::byte> bytes) {
  {
    std::unique_lock lock(mutex_);
    if (left_-- <= 0) {
      stalled_ = true;
      changed_.notify_all();
      changed_.wait(lock, [this] { return released_; });
      throw ClusterError("The node is dead.");
    }
  }
  return blobs_.keep(bytes);
}

void StallingBlobs::await_stall() {
  std::unique_lock lock(mutex_);
  EXPECT_TRUE(changed_.wait_for(lock, std::chrono::minutes(2), [this] { return stalled_; }));
}

void StallingBlobs::release() {
  const std::lock_guard lock(mutex_);
  released_ = true;
  changed_.notify_all();
}

job::Jobs::Parts jobs_parts(mr::ComputeNode& node, store::Blobs& blobs) {
  return {node.id(), node.store(), blobs, node.transport(), std::chrono::milliseconds(0)};
}

Trainer::Trainer(mr::ComputeNode& of_node, const AlgorithmList& known, int states,
                 const std::string& tag)
    : node(of_node),
      blobs(of_node.engine().blobs(), states),
      algorithms(known),
      jobs(jobs_parts(of_node, blobs), tag),
      models(models_parts(node, jobs, algorithms)) {
  models.define_jobs(jobs);
}

Trainer::~Trainer() { jobs.stop(); }

mr::LocalCluster three_nodes(const AlgorithmList& algorithms) {
  return {{.nodes = 3, .threads_each = 1, .memory_bytes_each = std::int64_t{1} << 30U, .copies = 2},
          training_tasks(algorithms)};
}

mr::LocalCluster three_nodes(const model::Algorithm& algorithm) {
  return three_nodes(AlgorithmList{&algorithm});
}

wire::Bytes learnt_after_loss(const model::Algorithm& algorithm, const schema::Form& form,
                              int states, const std::function<void(mr::ComputeNode&)>& prepare,
                              const AlgorithmList& others) {
  const AlgorithmList known = with_first(algorithm, others);
  mr::LocalCluster cluster = three_nodes(known);
  prepare(cluster.node(0));
  std::vector<std::unique_ptr<Trainer>> trainers;
  for (std::size_t i = 0; i < cluster.size(); ++i) {
    constexpr int kNoEnd = 1 << 20;
    trainers.push_back(std::make_unique<Trainer>(cluster.node(i), known, i == 0 ? states : kNoEnd));
  }
  model::Models& models = trainers[0]->models;
  const auto job = models.train(models.check(algorithm, form, "python"));
  trainers[0]->blobs.await_stall();
  cluster.kill(0);
  // The dead node would go on until it finds that nobody answers.
  job->token()->cancel();
  trainers[0]->blobs.release();
  const auto ended = [&](const store::Catalog& catalog) {
    return !catalog.find(job->key())->owner.has_value();
  };
  EXPECT_TRUE(cluster.node(1).store().wait_for(ended, std::chrono::minutes(2)));
  const auto last = trainers[1]->jobs.look(job->key());
  EXPECT_EQ(last->exception, "");
  bool resumed = false;
  for (std::size_t i = 1; i < cluster.size(); ++i) {
    const auto taken = trainers[i]->jobs.find(job->key());
    resumed |= taken && taken->saved() != nullptr;
  }
  EXPECT_TRUE(resumed) << "it was done all over again";
  const model::ModelPtr model = trainers[1]->models.find("model");
  return model ? model->encode_learnt() : wire::Bytes();
}

}  // namespace neve::testing

#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>

#include <neve/model/models.hpp>

#include "mr/api/compute_node.hpp"
#include "support/training_nodes.hpp"

namespace neve::testing {

/// Keeps the first states of a job and holds its driver up at the next one.
class StallingBlobs final : public store::Blobs {
 public:
  StallingBlobs(store::Blobs& blobs, int states) : blobs_(blobs), left_(states) {}
  std::pair<store::Blob, std::shared_ptr<const store::ColumnLease>> keep(
      std::span<const std::byte> bytes) override;
  wire::Bytes fetch(const store::Blob& blob) override { return blobs_.fetch(blob); }
  void await_stall();
  void release();

 private:
  store::Blobs& blobs_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int left_;
  bool stalled_ = false;
  bool released_ = false;
};

/// Jobs of a node that keep their state at every step.
job::Jobs::Parts jobs_parts(mr::ComputeNode& node, store::Blobs& blobs);

/// What trains on one node of a cluster; its jobs keep their state at every step.
struct Trainer {
  Trainer(mr::ComputeNode& of_node, const AlgorithmList& known, int states,
          const std::string& tag = "test");
  Trainer(mr::ComputeNode& of_node, const model::Algorithm& algorithm, int states)
      : Trainer(of_node, AlgorithmList{&algorithm}, states) {}
  ~Trainer();
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;

  mr::ComputeNode& node;
  StallingBlobs blobs;
  model::Algorithms algorithms;
  job::Jobs jobs;
  model::Models models;
};

/// Three nodes that train algorithms and hold each row twice.
mr::LocalCluster three_nodes(const AlgorithmList& algorithms);
mr::LocalCluster three_nodes(const model::Algorithm& algorithm);

/// Trains "model" on the first of three nodes, which `prepare` gives its frames, kills that node
/// after `states` states were kept, and gives what the model that another node finished has learnt.
/// The form has model_id "model".
wire::Bytes learnt_after_loss(const model::Algorithm& algorithm, const schema::Form& form,
                              int states, const std::function<void(mr::ComputeNode&)>& prepare,
                              const AlgorithmList& others = {});

}  // namespace neve::testing

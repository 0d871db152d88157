#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include <neve/base/pool.hpp>

#include "algos/deeplearning/network.hpp"
#include "algos/deeplearning/objective.hpp"
#include "algos/deeplearning/optimizer.hpp"
#include "algos/deeplearning/sparsity.hpp"

namespace neve::algos::deeplearning {

/// Rows that make one step together, side by side in memory.
struct Batch {
  std::size_t rows = 0;
  std::size_t categories = 0;
  std::vector<float> numbers;
  std::vector<std::int32_t> codes;
  std::vector<float> responses;        ///< as they are trained, or classes
  std::vector<float> targets = {};     ///< of an autoencoder instead: all inputs written out
  std::vector<float> offsets;          ///< likewise; empty without
  std::vector<float> shares;           ///< factor on each row's gradient
  std::vector<std::uint64_t> samples;  ///< place of each in the course of training, for dropout
};

/// Shares of units that are left out, anew for each row; those that stay count for more instead, so
/// that scoring needs no factor (Srivastava et al. 2014, section 10).
struct Dropout {
  double inputs = 0;
  std::vector<double> hidden = {};  ///< by layer
  std::uint64_t seed = 0;
};

struct LearnOptions {
  StepRule rule = {};
  Dropout dropout = {};
  Sparsity sparsity = {};
  bool skips_unused = true;  ///< weights of inputs that are 0 in a whole batch stay as they are
  std::size_t batch_rows = 1;
};

/// Takes a network step by step down the objective's gradient. All products are chains of fixed
/// order (linalg::add_product), so that the threads that share a batch's rows and a layer's weights
/// shape no result.
class Learner {
 public:
  /// All of these outlive the learner, which changes network and course.
  Learner(Pool& pool, Network& network, Course& course, const Objective& objective,
          LearnOptions options);
  ~Learner();
  Learner(const Learner&) = delete;
  Learner& operator=(const Learner&) = delete;
  /// Writes some of a batch's rows; called for all of them, on many threads.
  using Fill = std::function<void(RowRange)>;
  /// One step; `samples` rows were learnt before. Dropout writes to the batch.
  void learn(Batch& batch, std::int64_t samples, const Fill& fill);
  /// The gradient of Σ share · loss alone, in layers as the network's. The batch counts for mean
  /// activations.
  [[nodiscard]] std::vector<Layer> gradient(Batch& batch);
  /// Bytes that it holds beside network and course.
  static std::int64_t byte_size(const Network& network, std::size_t batch_rows);

 private:
  struct Part;
  struct Buffers;
  void backward_rows(Batch& batch, RowRange range);
  void drop_inputs(Batch& batch, RowRange range) const;
  void drop_units(const Batch& batch, std::size_t layer, RowRange range);
  void differentiate_outputs(const Batch& batch, RowRange range);
  void pass_back(std::size_t layer, RowRange range);
  void undo_activation(std::size_t layer, RowRange range);
  void list_codes(const Batch& batch);
  template <class Use>
  void for_each_gradient(Batch& batch, const Fill& fill, const Use& use);
  template <class Use>
  void weights_gradient(const Batch& batch, const Part& part, const Use& use) const;
  template <class Use>
  void codes_gradient(const Batch& batch, std::size_t begin, std::size_t end, const Use& use) const;
  template <class Use>
  void biases_gradient(const Batch& batch, std::size_t layer, const Use& use);
  void spread(std::size_t count, std::size_t work, const std::function<void(std::size_t)>& body);
  [[nodiscard]] InputRows inputs_of(const Batch& batch) const;

  Pool& pool_;
  Network& network_;
  Course& course_;
  const Objective& objective_;
  LearnOptions options_;
  Stepper stepper_;
  std::unique_ptr<Buffers> buffers_;
};

}  // namespace neve::algos::deeplearning

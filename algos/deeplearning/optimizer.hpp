#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "algos/deeplearning/array_kernels.hpp"
#include "algos/deeplearning/network.hpp"
#include "algos/deeplearning/sparsity.hpp"

namespace neve::algos::deeplearning {

/// How a gradient becomes a step.
struct StepRule {
  bool adaptive = true;  ///< ADADELTA, else a rate with momentum
  double rho = 0.99;
  double epsilon = 1e-8;
  double rate = 0.005;
  double rate_annealing = 1e-6;  ///< the rate is divided by 1 + this · rows so far
  double rate_decay = 1;         ///< factor on the rate by layer
  double momentum_start = 0;
  double momentum_stable = 0;
  double momentum_ramp = 1e6;  ///< rows until then
  bool nesterov = true;
  double l1 = 0;
  double l2 = 0;
  double max_w2 = 0;  ///< 0: no bound

  [[nodiscard]] double rate_at(std::int64_t samples, std::size_t layer) const;
  [[nodiscard]] double momentum_at(std::int64_t samples) const;
};

/// The two running figures of each weight, in layers as the network's; the second ones are empty
/// where there is no need for them. With them those of hidden units.
struct Course {
  std::vector<Layer> first;
  std::vector<Layer> second;
  MeanActivations activations;
  template <class Archive>
  void fields(Archive& archive) {
    archive(first, second, activations);
  }
};
/// All figures 0, mean activations at their target.
Course make_course(const Network& network, const StepRule& rule, const Sparsity& sparsity = {});
/// Whether the figures are as many as the network's weights.
bool is_sound(const Course& course, const Network& network);

/// Mean and root mean square deviation of a layer's rates, as they are now.
struct RateFigures {
  double mean = 0;
  double deviation = 0;
};
RateFigures rates_of(const StepRule& rule, const Course& course, std::size_t layer,
                     std::int64_t samples);

/// The steps of one batch: constant from its first row to its last.
class Stepper {
 public:
  Stepper(const StepRule& rule, Network& network, Course& course)
      : rule_(rule), network_(network), course_(course) {}
  /// Before each batch.
  void begin(std::int64_t samples) { samples_ = samples; }
  /// Weights of one input, from column `begin` on.
  void step_weights(std::size_t layer, std::size_t input, std::size_t begin, const float* gradient,
                    std::size_t count);
  void step_biases(std::size_t layer, const float* gradient);
  /// Scales weights into units whose squares add up to more than max_w2 down to that.
  void bound(std::size_t layer);
  [[nodiscard]] bool has_bound() const { return rule_.max_w2 > 0; }

 private:
  void step(std::size_t layer, const UpdateRow& row, bool penalised) const;
  const StepRule& rule_;
  Network& network_;
  Course& course_;
  std::int64_t samples_ = 0;
};

}  // namespace neve::algos::deeplearning

#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "algos/word2vec/window_kernels.hpp"

namespace neve::algos::word2vec {

/// Floats that a vector has room for: its length up to a whole number of SIMD registers, zeros
/// behind it.
constexpr std::size_t stride_of(std::size_t length) { return (length + 7) / 8 * 8; }

/// Steps of gradient descent on the negative log-likelihood of words beside other words by
/// hierarchical softmax (Mikolov, Chen, Corrado and Dean 2013, section 2): log sigmoid(v·n) for
/// each node n on the way of a word that turns left there, log sigmoid(-v·n) for one that turns
/// right, with the vector v of the word beside it. Up to kMostInputs vectors v are taken together,
/// as small matrix products, and all of them see the vectors as they were before the step (Ji,
/// Satish, Li and Dubey 2016). Holds room for what is in between: one for each thread.
class WindowStep {
 public:
  /// For vectors of `stride` floats and ways of up to `longest` nodes.
  WindowStep(std::size_t stride, std::size_t longest);
  /// Moves all vectors by `rate` times what each gradient says. `inputs`: 1 to kMostInputs, any of
  /// them more than once; `nodes` are distinct; labels as Tree has them.
  void step(std::span<float* const> inputs, std::span<float* const> nodes,
            std::span<const float> labels, float rate);
  /// Of the last step: rate times how far each node's probability was off, for the first input.
  [[nodiscard]] std::span<const float> gains() const { return scores_; }

 private:
  const WindowKernels* kernels_;
  std::size_t stride_;
  std::size_t width_;  ///< of a row of `scores_`
  std::vector<float> scores_;
  std::vector<float> labels_;
};

}  // namespace neve::algos::word2vec

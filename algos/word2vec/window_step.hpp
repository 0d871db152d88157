#pragma once

#include <cstddef>
#include <span>

#include "algos/word2vec/weights.hpp"
#include "algos/word2vec/window_kernels.hpp"

namespace neve::algos::word2vec {

/// Floats that a vector has room for: its length up to a whole number of SIMD registers, zeros
/// behind it.
constexpr std::size_t stride_of(std::size_t length) { return (length + 7) / 8 * 8; }

/// Steps of gradient descent on the negative log-likelihood of words beside other words by
/// hierarchical softmax (Mikolov, Chen, Corrado and Dean 2013, section 2): log sigmoid(v·n) for
/// each node n on the way of a word that turns left there, log sigmoid(-v·n) for one that turns
/// right, with a vector v of what is beside it. Holds room for what is in between: one for each
/// thread. `nodes` are distinct; labels are as Tree has them, with room behind; all vectors move by
/// `rate` times what each gradient says.
class WindowStep {
 public:
  /// For vectors of `stride` floats and ways of up to `longest` nodes.
  WindowStep(std::size_t stride, std::size_t longest);
  /// v is each of the inputs, any of them more than once. Up to kMostInputs are taken together, as
  /// small matrix products, and all of these see the vectors as they were before (Ji, Satish, Li
  /// and Dubey 2016).
  void pairs(std::span<float* const> inputs, std::span<float* const> nodes,
             std::span<const float> labels, float rate);
  /// v is the mean of the inputs; each of them moves by what v has to.
  void mean(std::span<float* const> inputs, std::span<float* const> nodes,
            std::span<const float> labels, float rate);

 private:
  WindowWork work_for(std::span<float* const> inputs, std::span<float* const> nodes,
                      std::span<const float> labels, float rate);
  const WindowKernels* kernels_;
  std::size_t stride_;
  std::size_t width_;  ///< of a row of `scores_`
  Floats scores_;
  Floats mean_;
};

}  // namespace neve::algos::word2vec

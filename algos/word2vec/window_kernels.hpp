#pragma once

#include <array>
#include <cstddef>

namespace neve::algos::word2vec {

/// Vectors, and what is done with them; see WindowStep.
struct WindowWork {
  float* const* inputs = nullptr;  ///< as many as the kernel is for
  float* const* nodes = nullptr;
  std::size_t node_count = 0;
  std::size_t stride = 0;           ///< floats of a vector, a multiple of 8
  const float* labels = nullptr;    ///< as many as nodes, and room up to a multiple of 8
  const float* sigmoids = nullptr;  ///< kSigmoidSteps values at the middles of equal steps
  float* scores = nullptr;          ///< inputs times `width`, of any values
  std::size_t width = 0;            ///< node_count at least, a multiple of 8
  float rate = 0;
};
inline constexpr std::size_t kSigmoidSteps = 2048;
inline constexpr float kSigmoidReach = 8;  ///< the steps are over [-8, 8]
inline constexpr std::size_t kMostInputs = 6;

struct WindowKernels {
  /// A step with 1, 2, … inputs.
  std::array<void (*)(const WindowWork&), kMostInputs> steps;
  // Vectors of `count` floats, a multiple of 8.
  float (*product)(const float* left, const float* right, std::size_t count);
  /// to += factor · from
  void (*add)(float* to, float factor, const float* from, std::size_t count);
  /// to += left - right
  void (*add_difference)(float* to, const float* left, const float* right, std::size_t count);
  /// to = the mean of the vectors
  void (*mean)(float* to, float* const* vectors, std::size_t vector_count, std::size_t count);
  /// each += left - right, once for each time that it is there
  void (*spread)(float* const* vectors, std::size_t vector_count, const float* left,
                 const float* right, std::size_t count);
};

namespace v3 {
extern const WindowKernels kWindowKernels;
}
namespace v4 {
extern const WindowKernels kWindowKernels;
}
/// Those for this process.
const WindowKernels& window_kernels();

}  // namespace neve::algos::word2vec

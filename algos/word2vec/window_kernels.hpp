#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace neve::algos::word2vec {

/// Vectors, and what is done with them; see WindowStep.
struct WindowWork {
  float* const* inputs = nullptr;
  std::size_t input_count = 0;  ///< one at least
  float* const* nodes = nullptr;
  std::size_t node_count = 0;
  std::size_t stride = 0;           ///< floats of a vector, a multiple of 8
  const float* labels = nullptr;    ///< as many as nodes, and room for 7 more
  const float* sigmoids = nullptr;  ///< kSigmoidSteps values at the middles of equal steps
  float* scores = nullptr;          ///< room for kMostInputs times `width`
  std::size_t width = 0;            ///< node_count at least, a multiple of 8
  float* mean = nullptr;            ///< room for a vector
  float rate = 0;
};
inline constexpr std::size_t kSigmoidSteps = 2048;
inline constexpr float kSigmoidReach = 8;  ///< the steps are over [-8, 8]
inline constexpr std::size_t kMostInputs = 6;

struct WindowKernels {
  /// A step in which each of 1, 2, … inputs is for itself.
  std::array<void (*)(const WindowWork&), kMostInputs> pairs;
  /// A step of the inputs' mean, of any number of inputs.
  void (*mean)(const WindowWork&);
  /// to += factor · (the sum of copies - to), of vectors of `stride` floats
  void (*join)(float* to, float factor, const float* const* copies, std::size_t count,
               std::size_t stride);
  /// To each of `count` vectors of `floats`, a multiple of 8 up to 32, the signs of the others are
  /// added: of float d, bit d says whether it is 1 or -1.
  void (*add_signs)(float* const* vectors, const std::uint32_t* signs, std::size_t count,
                    std::size_t floats);
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

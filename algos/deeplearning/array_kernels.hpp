#pragma once

#include <cstddef>

namespace neve::algos::deeplearning {

/// Weights of one input, what a batch says about them, and the two running figures of each.
struct UpdateRow {
  float* weights = nullptr;
  const float* gradient = nullptr;
  float* first = nullptr;   ///< ADADELTA: mean square of gradients; momentum: the last change
  float* second = nullptr;  ///< ADADELTA: mean square of changes
  std::size_t count = 0;
};

/// The step of ADADELTA (Zeiler 2012, algorithm 1).
struct AdadeltaStep {
  float rho = 0;
  float epsilon = 0;
  float l1 = 0;
  float l2 = 0;
};

/// The step of gradient descent with momentum, classical or as Nesterov has it (Sutskever et al.
/// 2013; in the form of Bengio et al. 2013, section 3.5).
struct MomentumStep {
  float rate = 0;
  float momentum = 0;
  bool nesterov = false;
  float l1 = 0;
  float l2 = 0;
};

/// Loops over plain arrays.
struct ArrayKernels {
  /// to += factor · from
  void (*add_scaled)(float* to, const float* from, float factor, std::size_t count);
  /// values = max(0, values)
  void (*rectify)(float* values, std::size_t count);
  /// deltas = 0 where units are
  void (*rectify_back)(float* deltas, const float* units, std::size_t count);
  /// out = max(first, second)
  void (*larger)(float* out, const float* first, const float* second, std::size_t count);
  void (*adadelta)(const UpdateRow& row, const AdadeltaStep& step);
  void (*momentum)(const UpdateRow& row, const MomentumStep& step);
  /// The same without momentum, which needs no running figure.
  void (*descend)(const UpdateRow& row, const MomentumStep& step);
};

namespace v3 {
extern const ArrayKernels kArrayKernels;
}
namespace v4 {
extern const ArrayKernels kArrayKernels;
}

/// Those of this process.
const ArrayKernels& array_kernels();

}  // namespace neve::algos::deeplearning

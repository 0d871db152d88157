#include "algos/deeplearning/array_kernels.hpp"

namespace neve::algos::deeplearning::NEVE_ISA {
namespace {

void add_scaled(float* __restrict to, const float* __restrict from, float factor,
                std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) to[i] = __builtin_fmaf(factor, from[i], to[i]);
}

void rectify(float* values, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) values[i] = values[i] > 0 ? values[i] : 0;
}

void rectify_back(float* __restrict deltas, const float* __restrict units, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) deltas[i] = units[i] > 0 ? deltas[i] : 0;
}

void larger(float* __restrict out, const float* __restrict first, const float* __restrict second,
            std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) out[i] = first[i] > second[i] ? first[i] : second[i];
}

/// The gradient with what the penalties add.
inline __attribute__((always_inline)) float penalised(float gradient, float weight, float l1,
                                                      float l2) {
  const float sign = weight > 0 ? l1 : (weight < 0 ? -l1 : 0.0F);
  return __builtin_fmaf(l2, weight, gradient + sign);
}

void adadelta(const UpdateRow& row, const AdadeltaStep& step) {
  float* __restrict weights = row.weights;
  const float* __restrict gradients = row.gradient;
  float* __restrict squares = row.first;
  float* __restrict changes = row.second;
  const float rho = step.rho;
  const float rest = 1 - rho;
  const float epsilon = step.epsilon;
  const float l1 = step.l1;
  const float l2 = step.l2;
  for (std::size_t i = 0; i < row.count; ++i) {
    const float g = penalised(gradients[i], weights[i], l1, l2);
    const float square = __builtin_fmaf(rest * g, g, rho * squares[i]);
    const float rate = __builtin_sqrtf((changes[i] + epsilon) / (square + epsilon));
    const float change = -rate * g;
    squares[i] = square;
    changes[i] = __builtin_fmaf(rest * change, change, rho * changes[i]);
    weights[i] += change;
  }
}

void momentum(const UpdateRow& row, const MomentumStep& step) {
  float* __restrict weights = row.weights;
  const float* __restrict gradients = row.gradient;
  float* __restrict last = row.first;
  for (std::size_t i = 0; i < row.count; ++i) {
    const float move = -step.rate * penalised(gradients[i], weights[i], step.l1, step.l2);
    const float change = __builtin_fmaf(step.momentum, last[i], move);
    last[i] = change;
    weights[i] += step.nesterov ? __builtin_fmaf(step.momentum, change, move) : change;
  }
}

void descend(const UpdateRow& row, const MomentumStep& step) {
  float* __restrict weights = row.weights;
  const float* __restrict gradients = row.gradient;
  for (std::size_t i = 0; i < row.count; ++i)
    weights[i] -= step.rate * penalised(gradients[i], weights[i], step.l1, step.l2);
}

}  // namespace

const ArrayKernels kArrayKernels = {&add_scaled, &rectify,  &rectify_back, &larger,
                                    &adadelta,   &momentum, &descend};

}  // namespace neve::algos::deeplearning::NEVE_ISA

#include "algos/word2vec/window_step.hpp"

#include <algorithm>
#include <array>

#include <neve/base/error.hpp>
#include <neve/base/isa.hpp>
#include <neve/base/math.hpp>

namespace neve::algos::word2vec {
namespace {

using Sigmoids = std::array<float, kSigmoidSteps>;

/// word2vec.c has such a table over [-6, 6], and learns nothing from what lies outside.
Sigmoids make_sigmoids() {
  Sigmoids values{};
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double share = (static_cast<double>(i) + 0.5) / static_cast<double>(values.size());
    values[i] = static_cast<float>(math::logistic((2 * share - 1) * kSigmoidReach));
  }
  return values;
}

const Sigmoids& sigmoids() {
  static const Sigmoids kSigmoids = make_sigmoids();
  return kSigmoids;
}

}  // namespace

const WindowKernels& window_kernels() {
  return kernels_at_process_isa(v3::kWindowKernels, v4::kWindowKernels);
}

WindowStep::WindowStep(std::size_t stride, std::size_t longest)
    : kernels_(&window_kernels()),
      stride_(stride),
      width_(stride_of(longest)),
      scores_(kMostInputs * width_),
      labels_(width_) {}

void WindowStep::step(std::span<float* const> inputs, std::span<float* const> nodes,
                      std::span<const float> labels, float rate) {
  if (nodes.empty()) return;
  NEVE_CHECK(!inputs.empty() && inputs.size() <= kMostInputs && nodes.size() <= width_ &&
             labels.size() == nodes.size());
  std::ranges::copy(labels, labels_.begin());
  kernels_->steps[inputs.size() - 1]({.inputs = inputs.data(),
                                      .nodes = nodes.data(),
                                      .node_count = nodes.size(),
                                      .stride = stride_,
                                      .labels = labels_.data(),
                                      .sigmoids = sigmoids().data(),
                                      .scores = scores_.data(),
                                      .width = width_,
                                      .rate = rate});
}

}  // namespace neve::algos::word2vec

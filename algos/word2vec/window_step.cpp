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
      mean_(stride) {}

WindowWork WindowStep::work_for(std::span<float* const> inputs, std::span<float* const> nodes,
                                std::span<const float> labels, float rate) {
  NEVE_CHECK(!inputs.empty() && nodes.size() <= width_ && labels.size() == nodes.size());
  return {.inputs = inputs.data(),
          .input_count = inputs.size(),
          .nodes = nodes.data(),
          .node_count = nodes.size(),
          .stride = stride_,
          .labels = labels.data(),
          .sigmoids = sigmoids().data(),
          .scores = scores_.data(),
          .width = width_,
          .mean = mean_.data(),
          .rate = rate};
}

void WindowStep::pairs(std::span<float* const> inputs, std::span<float* const> nodes,
                       std::span<const float> labels, float rate) {
  WindowWork work = work_for(inputs, nodes, labels, rate);
  for (std::size_t i = 0; i < inputs.size(); i += kMostInputs) {
    work.inputs = inputs.data() + i;
    work.input_count = std::min(kMostInputs, inputs.size() - i);
    kernels_->pairs[work.input_count - 1](work);
  }
}

void WindowStep::mean(std::span<float* const> inputs, std::span<float* const> nodes,
                      std::span<const float> labels, float rate) {
  kernels_->mean(work_for(inputs, nodes, labels, rate));
}

}  // namespace neve::algos::word2vec

#include "algos/deeplearning/optimizer.hpp"

#include <algorithm>
#include <cmath>

#include <neve/base/math.hpp>

namespace neve::algos::deeplearning {

double StepRule::rate_at(std::int64_t samples, std::size_t layer) const {
  double made = rate / (1 + rate_annealing * static_cast<double>(samples));
  for (std::size_t l = 0; l < layer; ++l) made *= rate_decay;
  return made;
}

double StepRule::momentum_at(std::int64_t samples) const {
  const double part = std::min(1.0, static_cast<double>(samples) / momentum_ramp);
  return momentum_start + (momentum_stable - momentum_start) * part;
}

Course make_course(const Network& network, const StepRule& rule, const Sparsity& sparsity) {
  Course made;
  const bool remembers = rule.adaptive || rule.momentum_start > 0 || rule.momentum_stable > 0;
  const auto zeros = [](const Layer& like) {
    Layer layer = like;
    std::ranges::fill(layer.weights, 0.0F);
    std::ranges::fill(layer.biases, 0.0F);
    return layer;
  };
  for (const Layer& layer : network.layers) {
    if (remembers) made.first.push_back(zeros(layer));
    if (rule.adaptive) made.second.push_back(zeros(layer));
  }
  made.activations = start_activations(network, sparsity);
  return made;
}

bool is_sound(const Course& course, const Network& network) {
  const auto fits = [&](const std::vector<Layer>& layers) {
    return layers.empty() ||
           std::ranges::equal(layers, network.layers, [](const Layer& a, const Layer& b) {
             return a.inputs == b.inputs && a.columns == b.columns &&
                    a.weights.size() == b.weights.size() && a.biases.size() == b.biases.size();
           });
  };
  const MeanActivations& means = course.activations;
  if (!means.empty() && means.size() + 1 != network.layers.size()) return false;
  for (std::size_t l = 0; l < means.size(); ++l) {
    if (means[l].size() != network.units(l)) return false;
  }
  return fits(course.first) && fits(course.second);
}

RateFigures rates_of(const StepRule& rule, const Course& course, std::size_t layer,
                     std::int64_t samples) {
  if (!rule.adaptive) return {rule.rate_at(samples, layer), 0};
  const std::vector<float>& squares = course.first[layer].weights;
  const std::vector<float>& changes = course.second[layer].weights;
  double sum = 0;
  double sum_of_squares = 0;
  for (std::size_t i = 0; i < squares.size(); ++i) {
    const double square = (static_cast<double>(changes[i]) + rule.epsilon) /
                          (static_cast<double>(squares[i]) + rule.epsilon);
    sum += std::sqrt(square);
    sum_of_squares += square;
  }
  const double count = std::max(1.0, static_cast<double>(squares.size()));
  const double mean = sum / count;
  return {mean, std::sqrt(std::max(0.0, sum_of_squares / count - mean * mean))};
}

void Stepper::step(std::size_t layer, const UpdateRow& row, bool penalised) const {
  const float l1 = penalised ? static_cast<float>(rule_.l1) : 0;
  const float l2 = penalised ? static_cast<float>(rule_.l2) : 0;
  if (rule_.adaptive) {
    array_kernels().adadelta(
        row, {static_cast<float>(rule_.rho), static_cast<float>(rule_.epsilon), l1, l2});
    return;
  }
  const MomentumStep by{static_cast<float>(rule_.rate_at(samples_, layer)),
                        static_cast<float>(rule_.momentum_at(samples_)), rule_.nesterov, l1, l2};
  if (row.first == nullptr) {
    array_kernels().descend(row, by);
  } else {
    array_kernels().momentum(row, by);
  }
}

void Stepper::step_weights(std::size_t layer, std::size_t input, std::size_t begin,
                           const float* gradient, std::size_t count) {
  UpdateRow row{
      .weights = network_.layers[layer].row(input) + begin, .gradient = gradient, .count = count};
  if (!course_.first.empty()) row.first = course_.first[layer].row(input) + begin;
  if (!course_.second.empty()) row.second = course_.second[layer].row(input) + begin;
  step(layer, row, true);
}

void Stepper::step_biases(std::size_t layer, const float* gradient) {
  std::vector<float>& biases = network_.layers[layer].biases;
  UpdateRow row{.weights = biases.data(), .gradient = gradient, .count = biases.size()};
  if (!course_.first.empty()) row.first = course_.first[layer].biases.data();
  if (!course_.second.empty()) row.second = course_.second[layer].biases.data();
  step(layer, row, false);
}

void Stepper::bound(std::size_t at) {
  Layer& layer = network_.layers[at];
  std::vector<double> squares(layer.columns, 0.0);
  for (std::size_t i = 0; i < layer.inputs; ++i) {
    const float* row = layer.row(i);
    for (std::size_t j = 0; j < layer.columns; ++j) {
      squares[j] += static_cast<double>(row[j]) * static_cast<double>(row[j]);
    }
  }
  std::vector<float> factors(layer.columns, 1.0F);
  bool any = false;
  for (std::size_t j = 0; j < layer.columns; ++j) {
    if (!(squares[j] > rule_.max_w2)) continue;
    factors[j] = static_cast<float>(std::sqrt(rule_.max_w2 / squares[j]));
    any = true;
  }
  for (std::size_t i = 0; any && i < layer.inputs; ++i) {
    float* row = layer.row(i);
    for (std::size_t j = 0; j < layer.columns; ++j) row[j] *= factors[j];
  }
}

}  // namespace neve::algos::deeplearning

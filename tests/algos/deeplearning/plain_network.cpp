#include "algos/deeplearning/plain_network.hpp"

namespace neve::algos::deeplearning::testing {

std::vector<double> plain_sums(const Network& network, const std::vector<double>& inputs,
                               std::size_t row, const Kept& kept, const Note& note) {
  std::vector<double> values = inputs;
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    const Layer& layer = network.layers[l];
    std::vector<double> sums(layer.biases.begin(), layer.biases.end());
    for (std::size_t i = 0; i < layer.inputs; ++i) {
      for (std::size_t j = 0; j < layer.columns; ++j)
        sums[j] += values[i] * static_cast<double>(layer.weights[i * layer.columns + j]);
    }
    if (l + 1 == network.layers.size()) return sums;
    const std::size_t units = network.units(l);
    values.assign(units, 0);
    for (std::size_t u = 0; u < units; ++u) {
      switch (network.activation) {
        case Activation::rectifier:
          values[u] = std::max(0.0, sums[u]);
          break;
        case Activation::tanh:
          values[u] = std::tanh(sums[u]);
          break;
        case Activation::maxout:
          values[u] = std::max(sums[u], sums[units + u]);
          break;
      }
      if (kept) values[u] *= kept(l, row, u);
      if (note) note(l, row, u, values[u]);
    }
  }
  return {};
}

double plain_class_loss(ClassLoss loss, const std::vector<double>& sums, std::size_t actual) {
  double total = 0;
  for (const double sum : sums) total += std::exp(sum);
  double made = 0;
  for (std::size_t k = 0; k < sums.size(); ++k) {
    const double probability = std::exp(sums[k]) / total;
    const double error = probability - (k == actual ? 1 : 0);
    if (loss == ClassLoss::cross_entropy && k == actual) made -= std::log(probability);
    if (loss == ClassLoss::quadratic) made += error * error / 2;
    if (loss == ClassLoss::absolute) made += std::abs(error);
  }
  return made;
}

double plain_loss_of(const Objective& of, const std::vector<double>& sums, double response,
                     double offset) {
  if (of.family == Family::classes)
    return plain_class_loss(of.class_loss, sums, static_cast<std::size_t>(response));
  const double f = sums[0] + offset;
  const double error = response - f;
  const double far = std::abs(error);
  const double p = of.tweedie_power;
  switch (of.family) {
    case Family::laplace:
      return far;
    case Family::huber:
      return far <= of.huber_delta ? error * error / 2
                                   : of.huber_delta * (far - of.huber_delta / 2);
    case Family::quantile:
      return error > 0 ? of.quantile_alpha * error : (of.quantile_alpha - 1) * error;
    case Family::poisson:
      return std::exp(f) - response * f;
    case Family::gamma:
      return response * std::exp(-f) + f;
    case Family::tweedie:
      return std::exp((2 - p) * f) / (2 - p) - response * std::exp((1 - p) * f) / (1 - p);
    default:
      return error * error / 2;
  }
}

}  // namespace neve::algos::deeplearning::testing

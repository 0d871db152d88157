#include "algos/deeplearning/sparsity.hpp"

namespace neve::algos::deeplearning {

MeanActivations start_activations(const Network& network, const Sparsity& sparsity) {
  MeanActivations made;
  for (std::size_t l = 0; sparsity.beta > 0 && l + 1 < network.layers.size(); ++l)
    made.emplace_back(network.units(l), static_cast<float>(sparsity.target));
  return made;
}

void hold_activations(const Sparsity& sparsity, std::span<const float> units,
                      std::span<const float> shares, std::span<float> means,
                      std::span<float> gradient) {
  constexpr double kKept = 0.999;
  double kept = 1;
  double total = 0;
  for (const float share : shares) {
    kept *= kKept;
    total += static_cast<double>(share);
  }
  std::vector<double> sums(means.size(), 0.0);
  for (std::size_t row = 0; row < shares.size(); ++row) {
    const float* of_row = units.data() + row * means.size();
    const auto share = static_cast<double>(shares[row]);
    for (std::size_t u = 0; u < means.size(); ++u)
      sums[u] += share * static_cast<double>(of_row[u]);
  }
  for (std::size_t u = 0; u < means.size(); ++u) {
    const double mean = kept * static_cast<double>(means[u]) + (1 - kept) * sums[u] / total;
    means[u] = static_cast<float>(mean);
    gradient[u] += static_cast<float>(sparsity.beta * (mean - sparsity.target));
  }
}

}  // namespace neve::algos::deeplearning

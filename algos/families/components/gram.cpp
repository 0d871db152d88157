#include "algos/families/components/gram.hpp"

#include <vector>

#include "algos/families/linear/gram.hpp"

namespace neve::algos::components {
namespace {

linear::Point point_of(const linear::Design& design) {
  linear::Point point;
  point.design = design;
  point.beta.assign(static_cast<std::size_t>(design.size()), 0.0);
  point.version = 1;
  return point;
}

}  // namespace

/// With y = a · z + b, Σ y y' = a a' Σ z z' + a b' Σ z + b a' Σ z' + b b' n, where the
/// design's intercept has given the sums of z.
linalg::Symmetric gram_of(mr::Engine& engine, const Expanded& expanded,
                          const mr::RunOptions& options) {
  const linear::Design& design = expanded.prepared.design;
  const linalg::Symmetric sums =
      linear::gram_at(engine, expanded.inputs, point_of(design), 1.0, options);
  const std::size_t size = expanded.expansion.size();
  const auto [a, b] = elements_of(expanded);
  const double rows = sums.at(size, size);
  linalg::Symmetric gram(size);
  for (std::size_t j = 0; j < size; ++j) {
    for (std::size_t i = j; i < size; ++i) {
      gram.at(i, j) = a[i] * a[j] * sums.at(i, j) + a[i] * b[j] * sums.at(size, i) +
                      b[i] * a[j] * sums.at(size, j) + b[i] * b[j] * rows;
    }
  }
  return gram;
}

std::int64_t gram_bytes(const Expanded& expanded, int threads) {
  const auto size = static_cast<std::int64_t>(expanded.expansion.size());
  constexpr std::int64_t kMatrices = 5;  // the sums, the Gram, eigenvectors and LAPACK's room
  return linear::gram_bytes(expanded.prepared.design, linear::Response{}, threads) +
         kMatrices * size * size * static_cast<std::int64_t>(sizeof(double));
}

}  // namespace neve::algos::components

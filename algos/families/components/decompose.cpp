#include "algos/families/components/decompose.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include <neve/base/rng.hpp>

#include "algos/families/linear/lanes.hpp"

namespace neve::algos::components {
namespace {

/// Residuals |Gv - λv| up to this share of the largest eigenvalue end an iteration.
constexpr double kTolerance = 1e-13;

using Column = std::span<double>;

/// Columns of a tall matrix, one after the other.
class Block {
 public:
  Block(std::size_t rows, std::size_t columns) : rows_(rows), values_(rows * columns) {}
  [[nodiscard]] std::size_t columns() const { return rows_ == 0 ? 0 : values_.size() / rows_; }
  Column column(std::size_t c) { return std::span(values_).subspan(c * rows_, rows_); }
  [[nodiscard]] std::span<const double> column(std::size_t c) const {
    return std::span(values_).subspan(c * rows_, rows_);
  }

 private:
  std::size_t rows_;
  std::vector<double> values_;
};

void subtract(Column from, double times, std::span<const double> what) {
  for (std::size_t i = 0; i < from.size(); ++i) from[i] -= times * what[i];
}

/// To length 1; false where it has none.
bool normalise(Column column) {
  const double length = std::sqrt(linear::dot(column, column));
  if (!(length > 0)) return false;
  for (double& value : column) value /= length;
  return true;
}

void subtract_earlier(Block& block, std::size_t c) {
  // Twice, as once may lose digits.
  for (int round = 0; round < 2; ++round) {
    for (std::size_t before = 0; before < c; ++before)
      subtract(block.column(c), linear::dot(block.column(c), block.column(before)),
               block.column(before));
  }
}

/// Makes column c orthogonal to those before it; where nothing is left of it, it becomes a unit
/// vector that is.
void orthogonalise(Block& block, std::size_t c) {
  subtract_earlier(block, c);
  for (std::size_t unit = 0; !normalise(block.column(c)); ++unit) {
    block.column(c)[unit] = 1;
    subtract_earlier(block, c);
  }
}

Block random_block(std::size_t rows, std::size_t columns, std::uint64_t seed) {
  Block block(rows, columns);
  const CounterRng random(seed);
  std::uint64_t drawn = 0;
  for (std::size_t c = 0; c < columns; ++c) {
    for (double& value : block.column(c)) value = 2 * random.uniform(drawn++) - 1;
    orthogonalise(block, c);
  }
  return block;
}

Block times(const linalg::Symmetric& gram, const Block& block) {
  Block product(gram.size(), block.columns());
  for (std::size_t c = 0; c < block.columns(); ++c)
    std::ranges::copy(linalg::multiply(gram, block.column(c)), product.column(c).begin());
  return product;
}

/// |Gv - λv|
double residual(std::span<const double> product, double value, std::span<const double> vector) {
  double squares = 0;
  for (std::size_t i = 0; i < vector.size(); ++i) {
    const double off = product[i] - value * vector[i];
    squares += off * off;
  }
  return std::sqrt(squares);
}

void keep(std::span<const double> vector, double value, Decomposition& out) {
  out.values.push_back(std::max(0.0, value));
  out.vectors.insert(out.vectors.end(), vector.begin(), vector.end());
}

void by_lapack(const linalg::Symmetric& gram, std::size_t count, Decomposition& out) {
  const linalg::Eigen all = linalg::eigen(gram);
  for (std::size_t k = 0; k < count; ++k)
    keep(std::span(all.vectors).subspan(k * gram.size(), gram.size()), all.values[k], out);
}

/// The eigenvectors within the span of the block, best first (Rayleigh and Ritz); `product` is the
/// matrix times the block.
std::vector<double> rotate(Block& block, Block& product) {
  const std::size_t count = block.columns();
  linalg::Symmetric small(count);
  for (std::size_t j = 0; j < count; ++j) {
    for (std::size_t i = j; i < count; ++i)
      small.at(i, j) = linear::dot(block.column(i), product.column(j));
  }
  const linalg::Eigen within = linalg::eigen(small);
  const std::size_t rows = block.column(0).size();
  const auto turned = [&](const Block& from) {
    Block made(rows, count);
    for (std::size_t c = 0; c < count; ++c) {
      for (std::size_t j = 0; j < count; ++j)
        subtract(made.column(c), -within.vectors[c * count + j], from.column(j));
    }
    return made;
  };
  block = turned(block);
  product = turned(product);
  return within.values;
}

void by_power(const linalg::Symmetric& gram, const DecomposeOrder& order, Decomposition& out) {
  Block found = random_block(gram.size(), order.count, order.seed);
  double largest = 0;
  for (std::size_t k = 0; k < order.count; ++k) {
    orthogonalise(found, k);
    double value = 0;
    for (std::int32_t i = 0; i < order.max_iterations; ++i) {
      order.check();
      ++out.iterations;
      const std::vector<double> product = linalg::multiply(gram, found.column(k));
      value = linear::dot(product, found.column(k));
      largest = std::max(largest, value);
      if (residual(product, value, found.column(k)) <= kTolerance * largest) break;
      std::ranges::copy(product, found.column(k).begin());
      orthogonalise(found, k);
    }
  }
  // Vectors of values close to each other are still mixed.
  Block product = times(gram, found);
  const std::vector<double> values = rotate(found, product);
  for (std::size_t k = 0; k < order.count; ++k) keep(found.column(k), values[k], out);
}

void by_subspace(const linalg::Symmetric& gram, const DecomposeOrder& order, std::size_t size,
                 Decomposition& out) {
  Block block = random_block(gram.size(), size, order.seed);
  std::vector<double> values;
  for (std::int32_t i = 0; i < order.max_iterations; ++i) {
    order.check();
    ++out.iterations;
    Block product = times(gram, block);
    values = rotate(block, product);
    double worst = 0;
    for (std::size_t k = 0; k < order.count; ++k)
      worst = std::max(worst, residual(product.column(k), values[k], block.column(k)));
    if (worst <= kTolerance * values[0] || i + 1 == order.max_iterations) break;
    block = std::move(product);
    for (std::size_t c = 0; c < size; ++c) orthogonalise(block, c);
  }
  for (std::size_t k = 0; k < order.count; ++k) keep(block.column(k), values[k], out);
}

}  // namespace

void fix_signs(std::size_t size, Decomposition& out) {
  for (std::size_t k = 0; k < out.values.size(); ++k) {
    const auto vector = std::span(out.vectors).subspan(k * size, size);
    const auto largest =
        std::ranges::max_element(vector, {}, [](double value) { return std::fabs(value); });
    if (*largest >= 0) continue;
    for (double& value : vector) value = -value;
  }
}

Decomposition decompose(const linalg::Symmetric& gram, const DecomposeOrder& order) {
  // What Halko, Martinsson and Tropp recommend.
  constexpr std::size_t kOversampling = 10;
  Decomposition made;
  for (std::size_t j = 0; j < gram.size(); ++j) made.trace += gram.at(j, j);
  const bool iterates = order.method != Method::gram_svd;
  made.iterations = iterates ? 0 : 1;
  switch (order.method) {
    case Method::gram_svd:
      by_lapack(gram, order.count, made);
      break;
    case Method::power:
      by_power(gram, order, made);
      break;
    case Method::randomized:
      by_subspace(gram, order, std::min(gram.size(), order.count + kOversampling), made);
      break;
    case Method::alternating:
      by_subspace(gram, order, order.count, made);
      break;
  }
  fix_signs(gram.size(), made);
  return made;
}

}  // namespace neve::algos::components

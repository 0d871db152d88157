#include "algos/families/components/search.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include <neve/base/rng.hpp>

#include "algos/families/linear/lanes.hpp"

namespace neve::algos::components {
namespace {

/// Residuals |Av - λv| up to this share of the largest eigenvalue end a search; products over the
/// rows have rounding of about a hundredth of it.
constexpr double kTolerance = 1e-12;
/// What is left of a column that others span.
constexpr double kSpanned = 1e-10;

using Column = std::vector<double>;

void subtract(Column& from, double times, const Column& what) {
  for (std::size_t i = 0; i < from.size(); ++i) from[i] -= times * what[i];
}

void scale(Column& column, double by) {
  for (double& value : column) value *= by;
}

double norm(const Column& column) { return std::sqrt(linear::dot(column, column)); }

/// A column and, where there is one, its product, which goes wherever the column goes.
struct Pair {
  Column column;
  Column product;
  void subtract(double times, const Column& other, const Column* other_product) {
    components::subtract(column, times, other);
    if (other_product != nullptr) components::subtract(product, times, *other_product);
  }
  void scale(double by) {
    components::scale(column, by);
    components::scale(product, by);
  }
};

/// Orthonormal columns; products are there of all of them, or of none.
struct Basis {
  Vectors columns;
  Vectors products;

  /// Adds what the pair has beside those that are there; nothing where there is nothing.
  void add(Pair pair) {
    const double before = norm(pair.column);
    if (!(before > 0)) return;
    pair.scale(1 / before);
    // Twice, as once may lose digits.
    for (int pass = 0; pass < 2; ++pass) {
      for (std::size_t c = 0; c < columns.size(); ++c)
        pair.subtract(linear::dot(pair.column, columns[c]), columns[c],
                      products.empty() ? nullptr : &products[c]);
    }
    const double left = norm(pair.column);
    if (left <= kSpanned) return;
    pair.scale(1 / left);
    columns.push_back(std::move(pair.column));
    if (!pair.product.empty()) products.push_back(std::move(pair.product));
  }
};

Column combination(const Vectors& columns, std::span<const double> by, std::size_t first) {
  Column made(columns[0].size());
  for (std::size_t c = first; c < columns.size(); ++c) subtract(made, -by[c], columns[c]);
  return made;
}

/// Eigenvectors of the matrix within the span of the basis, best first.
linalg::Eigen ritz(const Basis& basis) {
  linalg::Symmetric small(basis.columns.size());
  for (std::size_t j = 0; j < small.size(); ++j) {
    for (std::size_t i = j; i < small.size(); ++i)
      small.at(i, j) = linear::dot(basis.columns[i], basis.products[j]);
  }
  return linalg::eigen(small);
}

}  // namespace

Search::Search(std::size_t size, std::size_t count, std::size_t width, std::uint64_t seed)
    : count_(count) {
  const CounterRng random(seed);
  Basis basis;
  for (std::uint64_t drawn = 0; basis.columns.size() < width;) {
    Column column(size);
    for (double& value : column) value = 2 * random.uniform(drawn++) - 1;
    basis.add({.column = std::move(column), .product = {}});
  }
  columns_ = std::move(basis.columns);
}

Vectors Search::residuals() const {
  Vectors made = products_;
  for (std::size_t c = 0; c < made.size(); ++c) subtract(made[c], values_[c], columns_[c]);
  return made;
}

bool Search::iterate(const Multiply& multiply) {
  ++iterations_;
  if (products_.empty()) {
    products_ = multiply(columns_);
    combine({}, {});
    return true;
  }
  const Vectors off = residuals();
  double worst = 0;
  for (std::size_t c = 0; c < count_; ++c) worst = std::max(worst, norm(off[c]));
  if (worst <= kTolerance * values_[0]) return false;
  Basis known{.columns = columns_, .products = {}};
  for (const Column& direction : directions_) known.columns.push_back(direction);
  const std::size_t before = known.columns.size();
  for (const Column& column : off) known.add({.column = column, .product = {}});
  const Vectors fresh(known.columns.begin() + static_cast<std::ptrdiff_t>(before),
                      known.columns.end());
  if (fresh.empty()) return false;
  combine(fresh, multiply(fresh));
  return true;
}

/// The best columns within the span of the present ones, the residuals' and the directions; the
/// next directions are what is new in them.
void Search::combine(const Vectors& residuals, const Vectors& residual_products) {
  const std::size_t width = columns_.size();
  Basis basis{.columns = std::move(columns_), .products = std::move(products_)};
  const auto append = [&](const Vectors& columns, const Vectors& products) {
    basis.columns.insert(basis.columns.end(), columns.begin(), columns.end());
    basis.products.insert(basis.products.end(), products.begin(), products.end());
  };
  append(directions_, direction_products_);
  append(residuals, residual_products);
  const linalg::Eigen within = ritz(basis);
  values_.assign(within.values.begin(), within.values.begin() + static_cast<std::ptrdiff_t>(width));
  const auto weights = [&](std::size_t c) {
    return std::span(within.vectors).subspan(c * basis.columns.size(), basis.columns.size());
  };
  Basis next;
  for (std::size_t c = 0; c < width; ++c)
    next.add({.column = combination(basis.columns, weights(c), 0),
              .product = combination(basis.products, weights(c), 0)});
  for (std::size_t c = 0; c < width && basis.columns.size() > width; ++c)
    next.add({.column = combination(basis.columns, weights(c), width),
              .product = combination(basis.products, weights(c), width)});
  const auto split = [&](Vectors& from, Vectors& first, Vectors& second) {
    const auto at = from.begin() + static_cast<std::ptrdiff_t>(width);
    first.assign(std::make_move_iterator(from.begin()), std::make_move_iterator(at));
    second.assign(std::make_move_iterator(at), std::make_move_iterator(from.end()));
  };
  split(next.columns, columns_, directions_);
  split(next.products, products_, direction_products_);
}

Decomposition Search::found() const {
  Decomposition made{.values = {}, .vectors = {}, .iterations = iterations_};
  for (std::size_t c = 0; c < count_; ++c) {
    made.values.push_back(std::max(0.0, values_[c]));
    made.vectors.insert(made.vectors.end(), columns_[c].begin(), columns_[c].end());
  }
  fix_signs(columns_[0].size(), made);
  return made;
}

}  // namespace neve::algos::components

#include "algos/glrm/gram.hpp"

#include <cmath>

#include "algos/glrm/fit_task.hpp"
#include "algos/glrm/starts.hpp"

namespace neve::algos::glrm {
namespace {

/// gram · columns, both cells x k by rows.
std::vector<double> multiply(const linalg::Symmetric& gram, const std::vector<double>& columns,
                             std::size_t k) {
  const std::size_t d = gram.size();
  std::vector<double> out(d * k);
  for (std::size_t c = 0; c < d; ++c) {
    const double* of_c = columns.data() + c * k;
    for (std::size_t r = c; r < d; ++r) {
      const double value = gram.at(r, c);
      const double* of_r = columns.data() + r * k;
      double* to_r = out.data() + r * k;
      double* to_c = out.data() + c * k;
      for (std::size_t i = 0; i < k; ++i) to_r[i] += value * of_c[i];
      for (std::size_t i = 0; r != c && i < k; ++i) to_c[i] += value * of_r[i];
    }
  }
  return out;
}

/// Σ over cells of left row' x right row: k x k, by columns.
std::vector<double> inner(const std::vector<double>& left, const std::vector<double>& right,
                          std::size_t k) {
  std::vector<double> out(k * k);
  for (std::size_t j = 0; j < left.size() / k; ++j) {
    for (std::size_t c = 0; c < k; ++c) {
      const double by = right[j * k + c];
      for (std::size_t r = 0; r < k; ++r) out[c * k + r] += left[j * k + r] * by;
    }
  }
  return out;
}

double trace_of_product(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

/// Each cell's row, solved by what program has factored.
std::vector<double> solve_rows(const QuadraticProgram& program, const std::vector<double>& rows) {
  const std::size_t k = program.size();
  std::vector<double> out(rows.size());
  for (std::size_t j = 0; j < rows.size() / k; ++j)
    program.solve(std::span(rows).subspan(j * k, k), std::span(out).subspan(j * k, k));
  return out;
}

/// Gram and Schmidt, twice; what depends on others becomes 0.
void orthonormalize(std::vector<double>& columns, std::size_t k) {
  const std::size_t d = columns.size() / k;
  const auto dot = [&](std::size_t a, std::size_t b) {
    double sum = 0;
    for (std::size_t j = 0; j < d; ++j) sum += columns[j * k + a] * columns[j * k + b];
    return sum;
  };
  for (std::size_t c = 0; c < k; ++c) {
    const double before = dot(c, c);
    for (int pass = 0; pass < 2; ++pass) {
      for (std::size_t b = 0; b < c; ++b) {
        const double by = dot(c, b);
        for (std::size_t j = 0; j < d; ++j) columns[j * k + c] -= by * columns[j * k + b];
      }
    }
    const double left = dot(c, c);
    const double by = left > 1e-24 * before ? 1 / std::sqrt(left) : 0;
    for (std::size_t j = 0; j < d; ++j) columns[j * k + c] *= by;
  }
}

}  // namespace

std::int64_t GramTask::partial_bytes(const State& state) {
  const std::size_t cells = state.space.cells();
  return static_cast<std::int64_t>(sizeof(double) * cells * cells);
}

void GramTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  std::vector<double> filled;
  for_targets(group, state.space, state.plan,
              [&](std::size_t /*first*/, std::size_t rows, std::span<const double> targets) {
                filled.assign(targets.begin(), targets.end());
                for (double& target : filled) target = std::isnan(target) ? 0 : target;
                linalg::add_gram(filled, rows, partial);
              });
}

void GramTask::merge(Partial& left, const Partial& right) {
  const auto to = left.values();
  const auto from = right.values();
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += from[i];
}

double GramDescent::total() const {
  double sum = 0;
  for (std::size_t j = 0; j < gram_.size(); ++j) sum += gram_.at(j, j);
  return sum;
}

double GramDescent::iterate(Factors& factors) const {
  const std::size_t k = factors.k;
  QuadraticProgram program(k);
  const std::vector<double> yy = inner(factors.y, factors.y, k);
  program.factor(yy, gamma_x_);
  const std::vector<double> p = solve_rows(program, factors.y);
  const std::vector<double> ax = multiply(gram_, p, k);  // A'X
  const std::vector<double> xx = inner(p, ax, k);
  double squares = 0;
  for (const double y : factors.y) squares += y * y;
  double x_squares = 0;
  for (std::size_t c = 0; c < k; ++c) x_squares += xx[c * k + c];
  const double objective = total() - 2 * trace_of_product(ax, factors.y) +
                           trace_of_product(xx, yy) + gamma_x_ * x_squares + gamma_y_ * squares;
  program.factor(xx, gamma_y_);
  factors.y = solve_rows(program, ax);
  return objective;
}

std::vector<double> turned_to_leading(const linalg::Symmetric& gram, std::vector<double> columns,
                                      std::size_t k, int passes) {
  orthonormalize(columns, k);
  for (int pass = 0; pass < passes; ++pass) {
    columns = multiply(gram, columns, k);
    orthonormalize(columns, k);
  }
  return columns;
}

std::vector<double> leading_subspace(const linalg::Symmetric& gram, std::size_t k,
                                     std::uint64_t seed) {
  constexpr int kPasses = 30;
  return turned_to_leading(gram, random_columns(gram.size() * k, seed), k, kPasses);
}

}  // namespace neve::algos::glrm

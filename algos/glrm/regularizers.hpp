#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace neve::algos::glrm {

/// What rows of X and columns of Y are kept to (Udell et al. 2016, section 5): a penalty, or a set
/// that they lie in.
enum class Regularizer : std::uint8_t {
  none,
  quadratic,        ///< Σ v²
  l2,               ///< √Σ v²
  l1,               ///< Σ |v|
  non_negative,     ///< v >= 0
  one_sparse,       ///< v >= 0, one number at most is not 0
  unit_one_sparse,  ///< a unit vector
  simplex           ///< v >= 0 that add up to 1
};

/// A regularizer and its weight; with weight 0 there is none, as in H2O-3.
struct Penalty {
  Regularizer regularizer = Regularizer::none;
  double gamma = 0;

  [[nodiscard]] Regularizer kind() const { return gamma > 0 ? regularizer : Regularizer::none; }
  /// Whether minima of quadratic functions are those of linear equations.
  [[nodiscard]] bool is_linear() const {
    return kind() == Regularizer::none || kind() == Regularizer::quadratic;
  }
  /// gamma times the penalty; 0 within a set.
  [[nodiscard]] double value(std::span<const double> v) const;
  template <class Archive>
  void fields(Archive& archive) {
    archive(regularizer, gamma);
  }
};

/// The proximal operator: the v where |v - u|²/2 + step · penalty(v) is least, in place.
void proximal_step(const Penalty& penalty, double step, std::span<double> u);

/// Minimises v'Hv/2 - b'v + penalty(v) for small k x k matrices H, of which the lower triangle
/// (row >= column, by columns) counts. Keeps its memory; one per thread.
class QuadraticProgram {
 public:
  explicit QuadraticProgram(std::size_t size)
      : size_(size),
        factor_(size * size),
        matrix_(size * size),
        gradient_(size),
        free_(size * size),
        right_(size),
        candidate_(size) {}
  [[nodiscard]] std::size_t size() const { return size_; }
  /// The minimum; where it is not unique, one of them.
  void minimize(std::span<const double> h, std::span<const double> b, const Penalty& penalty,
                std::span<double> v);
  /// The two halves of minimize() for a linear penalty, where one H has many b.
  void factor(std::span<const double> h, double added_diagonal);
  void solve(std::span<const double> b, std::span<double> v) const;

 private:
  [[nodiscard]] double h(std::size_t i, std::size_t j) const { return matrix_[i * size_ + j]; }
  void spread(std::span<const double> h);
  void descend(std::span<const double> b, const Penalty& penalty, std::span<double> v);
  bool finish(std::span<const double> b, double pull, bool positive, std::span<double> v);
  void shrink(std::span<const double> h, std::span<const double> b, double gamma,
              std::span<double> v);
  void choose_one(std::span<const double> b, bool unit, std::span<double> v) const;
  void balance(std::span<const double> b, std::span<double> v);

  std::size_t size_;
  std::vector<double> factor_;  ///< lower triangle, by rows
  std::vector<double> matrix_;  ///< both triangles
  std::vector<double> gradient_;
  /// Of the linear equations of the numbers that are not 0: matrix, right side and solution.
  std::vector<double> free_, right_, candidate_;
};

}  // namespace neve::algos::glrm

#pragma once

#include <cstdint>
#include <span>

namespace neve::algos::glrm {

/// How far a cell of the low-rank product may be from the cell of the data (Udell, Horn, Zadeh and
/// Boyd 2016). The last two are for categories, which have a cell for each level.
enum class Loss : std::uint8_t {
  quadratic,
  absolute,
  huber,
  poisson,
  hinge,
  logistic,
  periodic,
  categorical,
  ordinal
};

/// For columns of two values, 0 and 1.
constexpr bool is_binary(Loss loss) { return loss == Loss::hinge || loss == Loss::logistic; }
/// For columns of several levels.
constexpr bool is_for_levels(Loss loss) {
  return loss == Loss::categorical || loss == Loss::ordinal;
}

/// The loss of one cell: u of the product, a of the data. Cells of levels are hinges.
///     quadratic (u - a)²          absolute |u - a|
///     huber     (u - a)² / 2 up to |u - a| = 1, |u - a| - 1/2 beyond
///     poisson   exp(u) - a u + a log a - a
///     hinge     max(1 - s u, 0)   logistic log(1 + exp(-s u)), where s = 2 a - 1
///     periodic  1 - cos(2π (u - a) / T)
struct CellLoss {
  Loss loss = Loss::quadratic;
  double period = 1;  ///< T

  [[nodiscard]] double value(double u, double a) const;
  /// The part of it that does not depend on u: Poisson's a log a - a.
  [[nodiscard]] double constant(double a) const;
  [[nodiscard]] bool operator==(const CellLoss&) const = default;
  template <class Archive>
  void fields(Archive& archive) {
    archive(loss, period);
  }
};

/// w/2 (u - z)² and a constant: touches a loss at a point and lies above it everywhere, so that
/// what lessens it lessens the loss (Hunter and Lange 2004). Of Poisson's loss, which no parabola
/// lies above, the second-order expansion.
struct Parabola {
  double weight = 0;  ///< w
  double slope = 0;   ///< w z
};
Parabola parabola_at(const CellLoss& loss, double u, double a);
/// A first guess without a point.
Parabola first_parabola(const CellLoss& loss, double a);

/// Cells of one loss, as many of each; nothing overlaps.
struct CellArrays {
  std::span<const double> u;
  std::span<const double> a;  ///< NaN where there is no loss: then all that follows is 0
  std::span<double> value;    ///< but for the constant
  std::span<double> weight;   ///< of the parabola at u
  std::span<double> slope;
};
/// Losses and their parabolas, the same bits as one by one.
void evaluate(const CellLoss& loss, const CellArrays& cells);

/// The value of the data that a cell of the product stands for: where the loss is least.
double imputed(Loss loss, double u);

}  // namespace neve::algos::glrm

#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "algos/glrm/regularizers.hpp"
#include "algos/glrm/space.hpp"

namespace neve::algos::glrm {

/// Place of (row, column), row >= column, of a lower triangle of k rows that is stored by columns.
constexpr std::size_t pair_of(std::size_t k, std::size_t row, std::size_t column) {
  return column * k - column * (column + 1) / 2 + row;
}
constexpr std::size_t pair_count(std::size_t k) { return k * (k + 1) / 2; }

/// A row that is fitted; valid while it is used.
struct FittedRow {
  std::span<const double> x;
  std::span<const double> product;  ///< of x and Y: the row's cells
  std::span<const double> weights;  ///< of the cells' parabolas there; 0 where a cell is missing
  std::span<const double> slopes;
  double loss = 0;
  double penalty = 0;
};

/// Fits rows to Y: the x where the losses of a row's cells and the penalty on x are least.
/// Quadratic losses are solved for; others by parabolas above them, again and again. So x is a
/// function of the row and Y, in training as for new data. Some rows are fitted side by side, one
/// in each lane; a lane whose row is done takes the next one, which changes no row's bits. Keeps
/// its memory; one per thread.
class RowFit {
 public:
  using Use = std::function<void(std::size_t row, const FittedRow& fitted)>;

  explicit RowFit(const Factors& factors);
  /// Calls use(row, …) once for each row of rows x cells targets, in an order that follows from
  /// them.
  void fit(std::span<const double> targets, std::size_t rows, const Use& use);

 private:
  static constexpr std::size_t kLanes = 16;
  using Lane = std::array<double, kLanes>;
  using Lanes = std::vector<Lane>;
  /// Cells of one loss next to each other.
  struct Run {
    CellLoss loss;
    std::size_t first = 0;
    std::size_t count = 0;
  };
  /// What the losses are at a product.
  struct Point {
    Lanes product, weights, slopes;
    Lane loss{};
    Lane penalty{};
  };

  [[nodiscard]] bool take(std::size_t lane);
  void place(std::size_t lane, std::span<const double> targets);
  void step();
  void judge(std::size_t lane);
  void finish(std::size_t lane, const Use& use);
  void add_parabolas();
  void damp();
  void minimize();
  void factor();
  void solve();
  void measure(const Lanes& x, Point& at);
  void accept();

  const Factors& factors_;
  std::size_t k_;
  std::size_t cells_;
  bool quadratic_;
  bool has_poisson_ = false;
  std::vector<CellLoss> losses_;  ///< by cell
  std::vector<Run> runs_;
  std::vector<double> columns_;  ///< Y by components: k x cells
  std::vector<double> squares_;  ///< y y' of each cell, by pairs of components: pairs x cells
  Lanes whole_;                  ///< H of a row without gaps, where all losses are quadratic
  QuadraticProgram program_;

  std::span<const double> targets_;
  std::size_t rows_ = 0;
  std::size_t next_row_ = 0;
  std::array<std::size_t, kLanes> row_{};  ///< of each lane; rows_ where it is idle
  std::array<int, kLanes> steps_{};
  std::array<bool, kLanes> done_{};
  std::array<bool, kLanes> accepted_{};
  std::array<std::size_t, kLanes> gaps_{};
  Lane damping_{};
  Lane constant_{};
  Lanes cells_of_row_;  ///< targets
  Lanes values_;        ///< losses of the cells
  Lanes h_, b_, root_;  ///< pairs, k, pairs: the program, and its Cholesky factor
  Lanes x_, next_;
  Point here_, there_;  ///< of x_ and next_
  std::vector<double> row_x_, row_product_, row_weights_, row_slopes_, row_h_, row_b_;
};

}  // namespace neve::algos::glrm

#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "algos/glrm/regularizers.hpp"
#include "algos/glrm/space.hpp"

namespace neve::algos::glrm {

/// Fits rows to Y: the x where the losses of a row's cells and the penalty on x are least.
/// Quadratic losses are solved for; others by parabolas above them, again and again. So x is a
/// function of the row and Y, in training as for new data. Keeps its memory; one per thread.
class RowFit {
 public:
  explicit RowFit(const Factors& factors);
  /// x of a row's targets.
  void fit(std::span<const double> targets, std::span<double> x);
  /// The row of the product that x of the last fit gives, and what it loses.
  [[nodiscard]] std::span<const double> product() const { return product_; }
  [[nodiscard]] double loss() const { return loss_; }
  [[nodiscard]] double penalty() const { return penalty_; }
  /// The loss of a cell.
  [[nodiscard]] const CellLoss& cell(std::size_t j) const { return cells_[j]; }

 private:
  void fit_quadratic(std::span<const double> targets, std::span<double> x);
  void fit_others(std::span<const double> targets, std::span<double> x);
  void add_cell(std::size_t j, double weight);
  void measure(std::span<const double> targets, std::span<const double> x);
  [[nodiscard]] double value() const { return loss_ + penalty_; }

  const Factors& factors_;
  std::vector<CellLoss> cells_;
  bool quadratic_;
  bool has_poisson_ = false;
  QuadraticProgram program_;
  QuadraticProgram shared_;       ///< factored, of a row without gaps
  std::vector<double> shared_h_;  ///< of such a row
  std::vector<double> h_, b_, next_, product_;
  double loss_ = 0;
  double penalty_ = 0;
};

}  // namespace neve::algos::glrm

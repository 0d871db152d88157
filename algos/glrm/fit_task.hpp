#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <neve/model/score.hpp>
#include <neve/mr/task.hpp>

#include "algos/glrm/space.hpp"

namespace neve::algos::glrm {

/// What rows that are fitted to Y say about Y: parabolas of each cell's column, Σ w x x' and
/// Σ w z x over the rows, w and z those of the losses' parabolas.
struct FitSums {
  double loss = 0;
  double penalty_x = 0;
  /// Σ 2 x x' of all rows, where all losses are quadratic; a cell's curvature is this and what it
  /// has in `curvatures`, less its gaps.
  std::vector<double> shared;
  std::vector<double> curvatures;  ///< cells x pairs of components; none without gaps
  std::vector<double> slopes;      ///< cells x k
  /// Adds a row that was fitted to losses that are all quadratic.
  void add_quadratic(std::span<const double> targets, std::span<const double> x,
                     std::span<double> squares);
  /// Adds a row by its cells' parabolas. `squares` has room for the pairs of components.
  void add(std::span<const double> weights, std::span<const double> slopes_at,
           std::span<const double> x, std::span<double> squares);
  void merge(const FitSums& right);
  template <class Archive>
  void fields(Archive& archive) {
    archive(loss, penalty_x, shared, curvatures, slopes);
  }
};

/// How tasks read the rows of a training or of new data; part of their State.
struct RowsPlan {
  Factors factors;
  model::ScorePlan plan;
  bool has_gaps = true;
  template <class Archive>
  void fields(Archive& archive) {
    archive(factors, plan, has_gaps);
  }
};

/// One half of an alternating minimisation: fits x of each row, and sums up what the other half
/// needs.
struct FitTask {
  static constexpr std::string_view name = "glrm.fit";
  static constexpr auto reduction = mr::Reduction::ordered;
  using State = RowsPlan;
  using Partial = FitSums;
  static Partial zero(const State& state);
  static std::int64_t partial_bytes(const State& state);
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right) { left.merge(right); }
};

/// The other half: Y whose columns minimise their parabolas and the penalty on them. With a step
/// below 1 columns are held back to where they are.
std::vector<double> fit_columns(const FitSums& sums, const Factors& at, const Penalty& on_y,
                                double step);

/// The penalties of Y's columns.
double penalty_of(const Factors& at, const Penalty& on_y);

/// Calls use(first row of the group, rows, targets) for blocks of rows.
template <class Use>
void for_targets(const mr::RowGroup& group, const Space& space, const model::ScorePlan& plan,
                 const Use& use) {
  model::BlockReader reader(group, plan);
  std::vector<double> targets;
  for (std::size_t first = 0; first < static_cast<std::size_t>(group.rows);) {
    const model::ScoreBlock& block = reader.read(static_cast<std::int64_t>(first));
    read_targets(space, block, targets);
    use(first, block.rows, std::span<const double>(targets));
    first += block.rows;
  }
}

}  // namespace neve::algos::glrm

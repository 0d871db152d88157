#include "algos/glrm/represent.hpp"

#include <cmath>
#include <span>

#include "algos/glrm/row_fit.hpp"

namespace neve::algos::glrm {
namespace {

/// Errors of one feature of a row that is fitted.
void add_feature(const Feature& feature, std::span<const double> targets,
                 std::span<const double> product, bool original_units, RowSums& sums) {
  const auto first = static_cast<std::size_t>(feature.first);
  const auto width = static_cast<std::size_t>(feature.width);
  const auto own = targets.subspan(first, width);
  if (std::isnan(own[0])) return;
  const double imputed = feature.impute(product.subspan(first, width));
  if (!feature.is_categorical) {
    const double off = (imputed - own[0]) * (original_units ? feature.scale : 1.0);
    sums.numeric_error += off * off;
    sums.squares += own[0] * own[0];
    ++sums.numbers;
    return;
  }
  const double level = is_for_levels(feature.loss.loss) ? feature.impute(own) : own[0];
  sums.category_errors += imputed != level ? 1 : 0;
  sums.squares += 1;
  ++sums.categories;
}

/// Fits the rows of a group; take(row, x) gets each.
template <class Take>
void measure_group(const mr::RowGroup& group, const MeasurePlan& plan, RowSums& sums,
                   const Take& take) {
  const Factors& factors = plan.rows.factors;
  const std::size_t cells = factors.space.cells();
  const std::size_t k = factors.k;
  RowFit fit(factors);
  const auto add_row = [&](std::span<const double> targets, const FittedRow& fitted) {
    sums.loss += fitted.loss;
    sums.penalty_x += fitted.penalty;
    for (const Feature& feature : factors.space.features)
      add_feature(feature, targets, fitted.product, plan.original_units, sums);
    for (std::size_t c = 0; c < k; ++c) {
      for (std::size_t r = 0; r < k; ++r) sums.x_gram[c * k + r] += fitted.x[c] * fitted.x[r];
    }
  };
  for_targets(group, factors.space, plan.rows.plan,
              [&](std::size_t first, std::size_t rows, std::span<const double> targets) {
                fit.fit(targets, rows, [&](std::size_t row, const FittedRow& fitted) {
                  add_row(targets.subspan(row * cells, cells), fitted);
                  take(first + row, fitted.x);
                });
              });
}

}  // namespace

void RowSums::merge(const RowSums& right) {
  loss += right.loss;
  penalty_x += right.penalty_x;
  numeric_error += right.numeric_error;
  category_errors += right.category_errors;
  numbers += right.numbers;
  categories += right.categories;
  squares += right.squares;
  for (std::size_t i = 0; i < x_gram.size(); ++i) x_gram[i] += right.x_gram[i];
}

RowSums MeasureTask::zero(const State& state) {
  RowSums made;
  made.x_gram.resize(state.rows.factors.k * state.rows.factors.k);
  return made;
}

void MeasureTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  measure_group(group, state, partial, [](std::size_t /*row*/, const auto& /*x*/) {});
}

void RepresentTask::map(const mr::RowGroup& group, const State& state, Partial& partial,
                        mr::Outputs& outputs) {
  measure_group(group, state, partial, [&](std::size_t row, std::span<const double> x) {
    for (std::size_t c = 0; c < x.size(); ++c) outputs.doubles(c)[row] = x[c];
  });
}

}  // namespace neve::algos::glrm

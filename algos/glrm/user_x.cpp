#include "algos/glrm/user_x.hpp"

#include <cmath>
#include <string>

#include <neve/base/error.hpp>
#include <neve/munge/rollups.hpp>
#include <neve/munge/rows.hpp>

#include "algos/glrm/row_fit.hpp"

namespace neve::algos::glrm {

void GivenTask::map(const mr::RowGroup& group, const State& state, Partial& partial) {
  const Factors& factors = state.factors;
  const std::size_t k = factors.k;
  const std::size_t cells = factors.space.cells();
  std::vector<CellLoss> losses;
  for (const Feature& feature : factors.space.features)
    losses.insert(losses.end(), static_cast<std::size_t>(feature.width), feature.loss);
  std::vector<std::vector<double>> x;
  for (std::size_t c = 0; c < k; ++c)
    x.push_back(
        model::column_numbers(group, static_cast<std::int32_t>(group.columns.size() - k + c)));
  std::vector<double> weights(cells);
  std::vector<double> slopes(cells);
  std::vector<double> row_x(k);
  std::vector<double> squares(pair_count(k));
  const auto add_row = [&](std::size_t row, std::span<const double> targets) {
    for (std::size_t j = 0; j < cells; ++j) {
      const bool missing = std::isnan(targets[j]);
      const Parabola at = missing ? Parabola{} : first_parabola(losses[j], targets[j]);
      weights[j] = at.weight;
      slopes[j] = at.slope;
    }
    for (std::size_t c = 0; c < k; ++c) row_x[c] = x[c][row];
    partial.add(weights, slopes, row_x, squares);
  };
  for_targets(group, factors.space, state.plan,
              [&](std::size_t first, std::size_t rows, std::span<const double> targets) {
                for (std::size_t i = 0; i < rows; ++i)
                  add_row(first + i, targets.subspan(i * cells, cells));
              });
}

std::vector<frame::Column> user_x_columns(model::TrainContext& context, const frame::Frame& frame,
                                          std::size_t k) {
  const frame::LayoutPtr& layout = context.training.inputs.layout;
  const auto refuse = [&](const std::string& why) {
    throw InputError::illegal_argument(why, {{"user_x", frame.key}});
  };
  if (frame.rows() != layout->rows())
    refuse("user_x must have as many rows as the training frame (" +
           std::to_string(layout->rows()) + "); it has " + std::to_string(frame.rows()) + ".");
  if (static_cast<std::size_t>(frame.width()) != k)
    refuse("user_x must have k = " + std::to_string(k) + " columns; it has " +
           std::to_string(frame.width()) + ".");
  for (const frame::Column& column : frame.columns) {
    if (column.type == frame::ColumnType::string || column.type == frame::ColumnType::uuid)
      refuse("Columns of user_x must hold numbers.");
  }
  const frame::Frame moved = munge::recut(context.engine, frame, layout);
  for (const frame::Rollup& rollup :
       munge::roll_up(context.engine, moved.layout, moved.columns, context.job.token())) {
    if (rollup.missing > 0 || rollup.positive_infinities > 0 || rollup.negative_infinities > 0)
      refuse("user_x holds a missing or infinite value.");
  }
  return moved.columns;
}

std::vector<double> y_of_user_x(model::TrainContext& context,
                                const std::vector<frame::Column>& columns, const Factors& factors,
                                const Penalty& on_y) {
  mr::Inputs inputs = context.training.inputs;
  for (const frame::Column& column : columns) inputs.columns.push_back(column.id);
  const RowsPlan rows{.factors = factors, .plan = model::plan_of(context.roles, context.training)};
  const FitSums sums = context.engine.run<GivenTask>(inputs, rows, context.run_options());
  return fit_columns(sums, factors, on_y, 1);
}

}  // namespace neve::algos::glrm

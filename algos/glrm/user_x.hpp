#pragma once

#include <string_view>
#include <vector>

#include <neve/model/algorithm.hpp>

#include "algos/glrm/fit_task.hpp"

namespace neve::algos::glrm {

/// Sums of rows whose x is given, for Y to be fitted to them: the last k columns of the run are X.
struct GivenTask {
  static constexpr std::string_view name = "glrm.given";
  static constexpr auto reduction = mr::Reduction::ordered;
  using State = RowsPlan;
  using Partial = FitSums;
  static Partial zero(const State& state) { return FitTask::zero(state); }
  static std::int64_t partial_bytes(const State& state) { return FitTask::partial_bytes(state); }
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right) { left.merge(right); }
};

/// X of the user on the cuts of the training rows: k columns. Throws InputError where it does not
/// fit.
std::vector<frame::Column> user_x_columns(model::TrainContext& context, const frame::Frame& frame,
                                          std::size_t k);

/// Y that fits these columns of X best, but for losses that are not quadratic, which are taken by a
/// first parabola.
std::vector<double> y_of_user_x(model::TrainContext& context,
                                const std::vector<frame::Column>& columns, const Factors& factors,
                                const Penalty& on_y);

}  // namespace neve::algos::glrm

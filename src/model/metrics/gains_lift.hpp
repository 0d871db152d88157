#pragma once

#include <cstdint>
#include <optional>

#include <neve/schema/table.hpp>

#include "model/metrics/score_curve.hpp"

namespace neve::model::metrics {

struct GainsLift {
  schema::Table table;
  double top_lift = kNotComputed;
};

/// Rows by falling score in groups that quantiles of the score cut: the top 1, 2, 3, 4, 5, 10, 15,
/// 20, 30, … 100 % with `groups` -1, equal shares otherwise; equal quantiles are one group. A
/// weight of k counts as k rows. Nothing where `groups` is 0 or there are no rows.
std::optional<GainsLift> gains_lift(Pool& pool, const ScoreCurve& curve, std::int32_t groups);

}  // namespace neve::model::metrics

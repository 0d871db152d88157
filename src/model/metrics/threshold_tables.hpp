#pragma once

#include <neve/schema/table.hpp>

#include "model/metrics/criteria.hpp"

namespace neve::model::metrics {

struct ThresholdTables {
  schema::Table scores;  ///< every criterion at no more than 400 thresholds
  schema::Table maxima;  ///< the largest value of each and its row of `scores`
};

/// The curve has at least one point.
ThresholdTables threshold_tables(const ScoreCurve& curve, const BestPoints& best);

}  // namespace neve::model::metrics

#pragma once

#include "model/metrics/score_curve.hpp"

namespace neve::model::metrics {

struct CurveAreas {
  double roc = 0;
  double precision_recall = 0;
};

/// Areas under the two curves. ROC: trapezoids through every distinct score, so that ties count
/// half (Hanley and McNeil 1982). Precision-recall: false positives interpolated linearly in true
/// positives between neighbouring scores and integrated in closed form (Davis and Goadrich 2006;
/// Keilwagen, Grosse and Grau 2014). Without negatives both are 1, without positives 0, as in
/// H2O-3; NaN without rows.
CurveAreas areas_of(Pool& pool, const ScoreCurve& curve);

}  // namespace neve::model::metrics

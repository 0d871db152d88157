#include "model/metrics/curve_area.hpp"

#include <vector>

#include <neve/base/math.hpp>

namespace neve::model::metrics {
namespace {

/// log(1 + x) for x >= 0. Most steps are tiny: eight terms of the series are exact to the last bit
/// or two below 1/256, and need no call.
double log_one_plus(double x) {
  constexpr double kSmall = 1.0 / 256;
  if (x >= kSmall) return math::log1p(x);
  double series = -1.0 / 8;
  for (const double term : {1.0 / 7, -1.0 / 6, 1.0 / 5, -1.0 / 4, 1.0 / 3, -1.0 / 2, 1.0}) {
    series = series * x + term;
  }
  return series * x;
}

struct Point {
  double tp;
  double fp;
};

/// The integral of precision over recall from one point of the curve to the next, times the weight
/// of the positives. With fp = fp0 + slope · (tp - tp0), precision is tp / (rise · tp + shift).
double precision_recall_step(Point from, Point to) {
  const double gained = to.tp - from.tp;
  if (gained == 0) return 0;
  const double slope = (to.fp - from.fp) / gained;
  const double rise = 1 + slope;
  const double shift = from.fp - slope * from.tp;
  if (shift == 0) return gained / rise;
  return (gained - shift / rise * log_one_plus(rise * gained / (from.tp + from.fp))) / rise;
}

CurveAreas sum_steps(const ScoreCurve& curve, std::size_t begin, std::size_t end) {
  CurveAreas sums;
  Point from = begin == 0 ? Point{0, 0} : Point{curve.tp(begin - 1), curve.fp(begin - 1)};
  for (std::size_t i = begin; i < end; ++i) {
    const Point to{curve.tp(i), curve.fp(i)};
    sums.roc += (to.fp - from.fp) * (to.tp + from.tp);
    sums.precision_recall += precision_recall_step(from, to);
    from = to;
  }
  return sums;
}

}  // namespace

CurveAreas areas_of(Pool& pool, const ScoreCurve& curve) {
  if (curve.size() == 0) return {kNotComputed, kNotComputed};
  if (curve.negatives() == 0) return {1, 1};
  if (curve.positives() == 0) return {0, 0};
  std::vector<CurveAreas> parts((curve.size() + kCurveBlock - 1) / kCurveBlock);
  for_curve_blocks(pool, curve.size(), [&](std::size_t block, std::size_t begin, std::size_t end) {
    parts[block] = sum_steps(curve, begin, end);
  });
  CurveAreas areas;
  for (const CurveAreas& part : parts) {
    areas.roc += part.roc;
    areas.precision_recall += part.precision_recall;
  }
  areas.roc /= 2 * curve.positives() * curve.negatives();
  areas.precision_recall /= curve.positives();
  return areas;
}

}  // namespace neve::model::metrics

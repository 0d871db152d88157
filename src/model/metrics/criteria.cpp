#include "model/metrics/criteria.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace neve::model::metrics {
namespace {

/// (1 + β²) · precision · recall / (β² · precision + recall), written so that equal ratios of
/// counts give equal values.
double f_measure(double beta_squared, const Outcome& o) {
  if (o.tp + o.fn == 0) return kNotComputed;
  const double hit = (1 + beta_squared) * o.tp;
  return hit / (hit + beta_squared * o.fn + o.fp);
}

double absolute_mcc(const Outcome& o) {
  const double numerator = o.tp * o.tn - o.fp * o.fn;
  if (numerator == 0) return 0;
  const double product = (o.tp + o.fp) * (o.tp + o.fn) * (o.tn + o.fp) * (o.tn + o.fn);
  return std::min(1.0, std::abs(numerator) / std::sqrt(product));
}

/// NaN if either is.
double smaller(double a, double b) { return std::isnan(a) || a < b ? a : b; }

// Criteria that may peak anywhere; the others are largest at an end or where a count is complete.
constexpr std::array kPeaked = {Criterion::f1,
                                Criterion::f2,
                                Criterion::f0point5,
                                Criterion::accuracy,
                                Criterion::precision,
                                Criterion::absolute_mcc,
                                Criterion::min_per_class_accuracy,
                                Criterion::mean_per_class_accuracy};

/// Numbers that grow with each criterion of kPeaked, with fewer roots and divisions than these
/// have; there are rows of both classes.
std::array<double, kPeaked.size()> ranks_of(const Outcome& o) {
  const double positives = o.tp + o.fn;
  const double negatives = o.tn + o.fp;
  const double found = o.tp + o.fp;
  const double mcc = o.tp * o.tn - o.fp * o.fn;
  return {o.tp / (found + positives),
          o.tp / (found + 4 * positives),
          o.tp / (found + 0.25 * positives),
          o.tp + o.tn,
          o.tp / found,
          mcc == 0 ? 0 : mcc / found * (mcc / (o.tn + o.fn)),
          std::min(o.tp * negatives, o.tn * positives),
          o.tp * negatives + o.tn * positives};
}

struct Peak {
  double value = -std::numeric_limits<double>::infinity();
  std::size_t point = 0;
  void see(double candidate, std::size_t at) {
    if (candidate > value) *this = {candidate, at};
  }
};

template <std::size_t Count>
using Peaks = std::array<Peak, Count>;

/// Peaks of `criteria` over all points.
template <std::size_t Count, class See>
Peaks<Count> find_peaks(Pool& pool, const ScoreCurve& curve, const See& see) {
  std::vector<Peaks<Count>> parts((curve.size() + kCurveBlock - 1) / kCurveBlock);
  for_curve_blocks(pool, curve.size(), [&](std::size_t block, std::size_t begin, std::size_t end) {
    Peaks<Count> peaks;
    for (std::size_t i = begin; i < end; ++i) see(i, outcome_at(curve, i), peaks);
    parts[block] = peaks;
  });
  Peaks<Count> all;
  for (const Peaks<Count>& part : parts) {
    for (std::size_t c = 0; c < Count; ++c) all[c].see(part[c].value, part[c].point);
  }
  return all;
}

/// With rows of both classes no criterion is NaN, and most of them need no search.
BestPoints best_of_two_classes(Pool& pool, const ScoreCurve& curve) {
  const auto peaks = find_peaks<kPeaked.size()>(
      pool, curve, [](std::size_t i, const Outcome& outcome, Peaks<kPeaked.size()>& found) {
        const auto ranks = ranks_of(outcome);
        for (std::size_t c = 0; c < ranks.size(); ++c) found[c].see(ranks[c], i);
      });
  BestPoints best;
  const auto set = [&best](Criterion criterion, std::size_t point) {
    best[static_cast<std::size_t>(criterion)] = point;
  };
  for (std::size_t c = 0; c < kPeaked.size(); ++c) set(kPeaked[c], peaks[c].point);
  const std::size_t all_positives =
      curve.first([&](std::size_t i) { return curve.tp(i) == curve.positives(); });
  const std::size_t all_negatives =
      curve.first([&](std::size_t i) { return curve.fp(i) == curve.negatives(); });
  for (const auto c :
       {Criterion::specificity, Criterion::tns, Criterion::fns, Criterion::tnr, Criterion::fnr}) {
    set(c, 0);
  }
  for (const auto c : {Criterion::recall, Criterion::tps, Criterion::tpr}) set(c, all_positives);
  for (const auto c : {Criterion::fps, Criterion::fpr}) set(c, all_negatives);
  return best;
}

}  // namespace

double value_of(Criterion criterion, const Outcome& o) {
  switch (criterion) {
    case Criterion::f1:
      return f_measure(1, o);
    case Criterion::f2:
      return f_measure(4, o);
    case Criterion::f0point5:
      return f_measure(0.25, o);
    case Criterion::accuracy:
      return (o.tn + o.tp) / (o.tp + o.fn + o.tn + o.fp);
    case Criterion::precision:
      return o.tp / (o.tp + o.fp);
    case Criterion::recall:
    case Criterion::tpr:
      return o.tp / (o.tp + o.fn);
    case Criterion::specificity:
    case Criterion::tnr:
      return o.tn / (o.tn + o.fp);
    case Criterion::absolute_mcc:
      return absolute_mcc(o);
    case Criterion::min_per_class_accuracy:
      return smaller(o.tp / (o.tp + o.fn), o.tn / (o.tn + o.fp));
    case Criterion::mean_per_class_accuracy:
      return 0.5 * (o.tp / (o.tp + o.fn) + o.tn / (o.tn + o.fp));
    case Criterion::tns:
      return o.tn;
    case Criterion::fns:
      return o.fn;
    case Criterion::fps:
      return o.fp;
    case Criterion::tps:
      return o.tp;
    case Criterion::fnr:
      return o.fn / (o.fn + o.tp);
    case Criterion::fpr:
      return o.fp / (o.fp + o.tn);
  }
  return kNotComputed;
}

BestPoints best_points(Pool& pool, const ScoreCurve& curve) {
  if (curve.positives() > 0 && curve.negatives() > 0) return best_of_two_classes(pool, curve);
  const auto peaks = find_peaks<kCriteria>(
      pool, curve, [](std::size_t i, const Outcome& outcome, Peaks<kCriteria>& found) {
        for (std::size_t c = 0; c < kCriteria; ++c)
          found[c].see(value_of(Criterion(c), outcome), i);
      });
  BestPoints best;
  for (std::size_t c = 0; c < kCriteria; ++c) {
    if (std::isfinite(peaks[c].value)) best[c] = peaks[c].point;
  }
  return best;
}

}  // namespace neve::model::metrics

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "model/metrics/score_curve.hpp"

namespace neve::model::metrics {

/// What a threshold is judged by, in the order of H2O-3's tables.
enum class Criterion : std::uint8_t {
  f1,
  f2,
  f0point5,
  accuracy,
  precision,
  recall,
  specificity,
  absolute_mcc,
  min_per_class_accuracy,
  mean_per_class_accuracy,
  tns,
  fns,
  fps,
  tps,
  tnr,
  fnr,
  fpr,
  tpr
};
inline constexpr std::array<std::string_view, 18> kCriterionNames = {"f1",
                                                                     "f2",
                                                                     "f0point5",
                                                                     "accuracy",
                                                                     "precision",
                                                                     "recall",
                                                                     "specificity",
                                                                     "absolute_mcc",
                                                                     "min_per_class_accuracy",
                                                                     "mean_per_class_accuracy",
                                                                     "tns",
                                                                     "fns",
                                                                     "fps",
                                                                     "tps",
                                                                     "tnr",
                                                                     "fnr",
                                                                     "fpr",
                                                                     "tpr"};
inline constexpr std::size_t kCriteria = kCriterionNames.size();

/// A weight of rows, written as a whole number.
constexpr bool is_count(Criterion criterion) {
  return criterion >= Criterion::tns && criterion <= Criterion::tps;
}

/// Weights of rows by actual and predicted class at one threshold.
struct Outcome {
  double tp;
  double fp;
  double fn;
  double tn;
};
inline Outcome outcome_at(const ScoreCurve& curve, std::size_t point) {
  return {curve.tp(point), curve.fp(point), curve.positives() - curve.tp(point),
          curve.negatives() - curve.fp(point)};
}

/// NaN where the criterion needs a class that has no rows.
double value_of(Criterion criterion, const Outcome& outcome);

/// For each criterion the first point, from the largest score down, that has its largest value;
/// nothing where it is NaN everywhere.
using BestPoints = std::array<std::optional<std::size_t>, kCriteria>;
BestPoints best_points(Pool& pool, const ScoreCurve& curve);

}  // namespace neve::model::metrics

#include "model/metrics/threshold_tables.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

namespace neve::model::metrics {
namespace {

constexpr std::size_t kMostRows = 400;  // as in H2O-3

/// Points for the rows: all where they are few, else those that the maxima name, the last one, and
/// points at equal distances along the ROC curve (in |Δfpr| + |Δtpr|), so that a curve drawn
/// through the rows is nowhere far from the exact one.
std::vector<std::size_t> rows_of(const ScoreCurve& curve, const BestPoints& best) {
  std::vector<std::size_t> rows;
  if (curve.size() <= kMostRows) {
    rows.resize(curve.size());
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    return rows;
  }
  rows = {0, curve.size() - 1};
  for (const auto& point : best) {
    if (point) rows.push_back(*point);
  }
  std::ranges::sort(rows);
  rows.erase(std::ranges::unique(rows).begin(), rows.end());
  const double scale_tp = curve.positives() > 0 ? 1 / curve.positives() : 0;
  const double scale_fp = curve.negatives() > 0 ? 1 / curve.negatives() : 0;
  const auto distance = [&](std::size_t i) {
    return curve.tp(i) * scale_tp + curve.fp(i) * scale_fp;
  };
  const double length = distance(curve.size() - 1);
  const std::size_t free = kMostRows - rows.size();
  for (std::size_t k = 0; k < free; ++k) {
    const double target = length * static_cast<double>(k + 1) / static_cast<double>(free + 1);
    rows.push_back(std::min(curve.size() - 1,
                            curve.first([&](std::size_t i) { return distance(i) >= target; })));
  }
  std::ranges::sort(rows);
  rows.erase(std::ranges::unique(rows).begin(), rows.end());
  return rows;
}

schema::Table::Column column(std::string name, std::string type, std::string format,
                             std::string description) {
  return {std::move(name), std::move(type), std::move(format), std::move(description), {}};
}

schema::Table empty_scores() {
  schema::Table table{.name = "Metrics for Thresholds",
                      .description = "Binomial metrics as a function of classification thresholds",
                      .columns = {column("threshold", "double", "%f", "Threshold")}};
  for (std::size_t c = 0; c < kCriteria; ++c) {
    const bool count = is_count(Criterion(c));
    const std::string name(kCriterionNames[c]);
    table.columns.push_back(column(name, count ? "long" : "double", count ? "%d" : "%f", name));
  }
  table.columns.push_back(column("idx", "int", "%d", "idx"));
  return table;
}

}  // namespace

ThresholdTables threshold_tables(const ScoreCurve& curve, const BestPoints& best) {
  const std::vector<std::size_t> rows = rows_of(curve, best);
  ThresholdTables tables{empty_scores(), {}};
  for (std::size_t row = 0; row < rows.size(); ++row) {
    std::vector<schema::Table::Cell> cells = {curve.score(rows[row])};
    const Outcome outcome = outcome_at(curve, rows[row]);
    for (std::size_t c = 0; c < kCriteria; ++c) {
      const double value = value_of(Criterion(c), outcome);
      is_count(Criterion(c)) ? cells.emplace_back(static_cast<std::int64_t>(value))
                             : cells.emplace_back(value);
    }
    cells.emplace_back(static_cast<std::int64_t>(row));
    tables.scores.add_row(std::move(cells));
  }
  tables.maxima = {
      .name = "Maximum Metrics",
      .description = "Maximum metrics at their respective thresholds",
      .columns = {column("metric", "string", "%s", "Metric"),
                  column("threshold", "double", "%f", "Threshold"),
                  column("value", "double", "%f", "Value"), column("idx", "long", "%d", "idx")}};
  for (std::size_t c = 0; c < kCriteria; ++c) {
    const std::string name = "max " + std::string(kCriterionNames[c]);
    if (!best[c]) {
      tables.maxima.add_row({name, kNotComputed, kNotComputed, std::int64_t{-1}});
      continue;
    }
    const auto row = std::ranges::lower_bound(rows, *best[c]) - rows.begin();
    tables.maxima.add_row({name, curve.score(*best[c]),
                           value_of(Criterion(c), outcome_at(curve, *best[c])),
                           static_cast<std::int64_t>(row)});
  }
  return tables;
}

}  // namespace neve::model::metrics

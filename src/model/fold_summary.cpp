#include "model/fold_summary.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace neve::model {
namespace {

using Figures = std::map<std::string, double>;

double number_of(const schema::Table::Cell& cell) {
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) return static_cast<double>(*whole);
  if (const auto* number = std::get_if<double>(&cell)) return *number;
  return std::numeric_limits<double>::quiet_NaN();
}

/// Rows by actual (down) and predicted class, of a table that also has totals.
std::vector<std::vector<double>> counts_of(const metrics::ConfusionMatrix& matrix) {
  const std::size_t classes = matrix.table->rows() - 1;
  std::vector<std::vector<double>> counts(classes, std::vector<double>(classes));
  for (std::size_t a = 0; a < classes; ++a) {
    for (std::size_t p = 0; p < classes; ++p) {
      counts[a][p] = number_of(matrix.table->columns[p].cells[a]);
    }
  }
  return counts;
}

double f_score(double beta, double precision, double recall) {
  const double square = beta * beta;
  return (1 + square) * precision * recall / (square * precision + recall);
}

/// What only two classes have.
void add_rates(const std::vector<std::vector<double>>& counts, Figures& out) {
  const double tn = counts[0][0];
  const double fp = counts[0][1];
  const double fn = counts[1][0];
  const double tp = counts[1][1];
  const double precision = tp / (tp + fp);
  const double recall = tp / (tp + fn);
  out["precision"] = precision;
  out["recall"] = recall;
  out["specificity"] = tn / (tn + fp);
  out["f0point5"] = f_score(0.5, precision, recall);
  out["f1"] = f_score(1, precision, recall);
  out["f2"] = f_score(2, precision, recall);
  out["mcc"] = (tp * tn - fp * fn) / std::sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn));
}

void add_errors(const std::optional<metrics::ConfusionMatrix>& matrix, Figures& out) {
  if (!matrix || !matrix->table) return;
  const auto counts = counts_of(*matrix);
  double all = 0;
  double wrong = 0;
  double largest = 0;
  for (std::size_t a = 0; a < counts.size(); ++a) {
    double of_class = 0;
    for (const double count : counts[a]) of_class += count;
    const double errors = of_class - counts[a][a];
    all += of_class;
    wrong += errors;
    if (of_class > 0) largest = std::max(largest, errors / of_class);
  }
  out["err"] = wrong / all;
  out["err_count"] = wrong;
  out["accuracy"] = 1 - wrong / all;
  out["max_per_class_error"] = largest;
  if (counts.size() == 2) add_rates(counts, out);
}

constexpr std::pair<const char*, const char*> kByField[] = {
    {"mse", "MSE"},
    {"rmse", "RMSE"},
    {"r2", "r2"},
    {"logloss", "logloss"},
    {"loglikelihood", "loglikelihood"},
    {"aic", "AIC"},
    {"auc", "AUC"},
    {"pr_auc", "pr_auc"},
    {"lift_top_group", "lift_top_group"},
    {"mean_per_class_error", "mean_per_class_error"},
    {"mean_residual_deviance", "mean_residual_deviance"},
    {"mae", "mae"},
    {"rmsle", "rmsle"},
    {"residual_deviance", "residual_deviance"},
    {"null_deviance", "null_deviance"},
    {"tot_withinss", "tot_withinss"},
    {"totss", "totss"},
    {"betweenss", "betweenss"},
};

Figures figures_of(const metrics::Metrics& metrics) {
  Figures out;
  for (const auto& [name, field] : kByField) {
    if (const auto value = metrics.find(field)) out[name] = *value;
  }
  if (metrics.regression() != nullptr && !out.contains("residual_deviance")) {
    out["residual_deviance"] = out["mean_residual_deviance"];
  }
  if (out.contains("mean_per_class_error")) {
    out["mean_per_class_accuracy"] = 1 - out["mean_per_class_error"];
  }
  if (const auto* two = metrics.binomial()) add_errors(two->cm, out);
  if (const auto* many = metrics.multinomial()) add_errors(many->cm, out);
  return out;
}

/// Of the numbers among them; the deviation is that of a sample.
std::pair<double, double> mean_and_deviation(const std::vector<double>& values) {
  double sum = 0;
  double count = 0;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    sum += value;
    ++count;
  }
  const double mean = sum / count;
  double squares = 0;
  for (const double value : values) {
    if (!std::isnan(value)) squares += (value - mean) * (value - mean);
  }
  return {mean, count < 2 ? 0 : std::sqrt(squares / (count - 1))};
}

}  // namespace

schema::Table fold_summary(std::span<const metrics::Metrics* const> folds) {
  schema::Table table{.name = "Cross-Validation Metrics Summary", .columns = {{.name = ""}}};
  const auto add_column = [&table](std::string name) {
    table.columns.push_back({.name = std::move(name), .type = "float", .format = "%f"});
  };
  add_column("mean");
  add_column("sd");
  std::vector<Figures> figures;
  for (const metrics::Metrics* metrics : folds) {
    figures.push_back(figures_of(*metrics));
    add_column("cv_" + std::to_string(figures.size()) + "_valid");
  }
  if (figures.empty()) return table;
  for (const auto& [name, first] : figures.front()) {
    std::vector<double> values;
    for (const Figures& of_fold : figures) {
      const auto at = of_fold.find(name);
      values.push_back(at == of_fold.end() ? std::numeric_limits<double>::quiet_NaN() : at->second);
    }
    const auto [mean, deviation] = mean_and_deviation(values);
    std::vector<schema::Table::Cell> row = {name, static_cast<float>(mean),
                                            static_cast<float>(deviation)};
    for (const double value : values) row.emplace_back(static_cast<float>(value));
    table.add_row(std::move(row));
  }
  return table;
}

}  // namespace neve::model

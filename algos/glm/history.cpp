#include "algos/glm/history.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include <neve/base/clock.hpp>
#include <neve/base/math.hpp>
#include <neve/model/model_output.hpp>

namespace neve::algos::glm {
namespace {

using schema::Table;

struct Measure {
  const char* column;
  const char* metric;  ///< as Metrics::find() knows it
};

constexpr std::array kBinomial = {Measure{"rmse", "RMSE"},
                                  Measure{"logloss", "logloss"},
                                  Measure{"r2", "r2"},
                                  Measure{"auc", "AUC"},
                                  Measure{"pr_auc", "pr_auc"},
                                  Measure{"lift", "lift_top_group"},
                                  Measure{"classification_error", "classification_error"}};
constexpr std::array kRegression = {Measure{"rmse", "RMSE"},
                                    Measure{"deviance", "mean_residual_deviance"},
                                    Measure{"mae", "mae"}, Measure{"r2", "r2"}};

constexpr std::array kMultinomial = {
    Measure{"rmse", "RMSE"}, Measure{"logloss", "logloss"},
    Measure{"r2", "r2"},     Measure{"classification_error", "classification_error"},
    Measure{"auc", "AUC"},   Measure{"pr_auc", "pr_auc"}};

std::span<const Measure> measures_of(model::Category category) {
  if (category == model::Category::binomial) return kBinomial;
  if (category == model::Category::multinomial) return kMultinomial;
  constexpr std::size_t kWithoutAreas = 4;
  if (category == model::Category::ordinal) return std::span(kMultinomial).first(kWithoutAreas);
  return kRegression;
}

/// A lambda in two digits: ".42E-1".
std::string short_lambda(double lambda) {
  if (!(lambda > 0)) return ".0E0";
  int exponent = static_cast<int>(std::floor(math::log10(lambda))) + 1;
  std::int64_t digits = std::llround(lambda / math::pow(10.0, exponent) * 100);
  if (digits >= 100) {
    digits = 10;
    ++exponent;
  }
  std::string text = std::to_string(digits);
  if (digits < 10) text.insert(0, "0");
  if (text.back() == '0') text.pop_back();
  return "." + text + "E" + std::to_string(exponent);
}

Table empty_table() {
  Table table{.name = "Scoring History"};
  table.columns = {{.name = ""},
                   {.name = "timestamp"},
                   {.name = "duration"},
                   {.name = "iterations", .type = "int", .format = "%d"},
                   {.name = "negative_log_likelihood", .type = "double", .format = "%.5f"},
                   {.name = "objective", .type = "double", .format = "%.5f"}};
  return table;
}

void add_measures(Table& table, std::span<const Measure> measures, const std::string& prefix,
                  const model::metrics::Metrics& metrics) {
  const std::size_t rows = table.rows();
  for (const Measure& measure : measures) {
    Table::Column column{.name = prefix + measure.column, .type = "double", .format = "%.5f"};
    column.cells.resize(rows);
    if (const auto value = metrics.find(measure.metric)) column.cells.back() = *value;
    table.columns.push_back(std::move(column));
  }
}

}  // namespace

void History::add(std::int32_t iteration, double negative_log_likelihood, double objective) {
  entries_.push_back({.time_ms = now_ms(),
                      .iteration = iteration,
                      .negative_log_likelihood = negative_log_likelihood,
                      .objective = objective});
}

void History::add(const SubmodelFit& fit) {
  entries_.push_back(
      {.time_ms = now_ms(),
       .iteration = fit.iterations,
       .submodel = true,
       .lambda = fit.lambda,
       .alpha = fit.alpha,
       .coefficients = std::ranges::count_if(fit.beta, [](double b) { return b != 0; }),
       .deviance = fit.deviance,
       .validation_deviance = fit.validation_deviance});
}

Table History::path_table(const Measured& measured) const {
  Table table{.name = "Scoring History"};
  table.columns = {{.name = ""},
                   {.name = "timestamp"},
                   {.name = "duration"},
                   {.name = "iteration", .type = "int", .format = "%d"},
                   {.name = "lambda"},
                   {.name = "predictors", .type = "int", .format = "%d"},
                   {.name = "deviance_train", .type = "double", .format = "%.3f"}};
  const bool validated = measured.validation_weight > 0;
  if (validated) {
    table.columns.push_back({.name = "deviance_test", .type = "double", .format = "%.3f"});
  }
  table.columns.push_back({.name = "alpha", .type = "double", .format = "%.6f"});
  table.columns.push_back({.name = "iterations", .type = "int", .format = "%d"});
  for (const Entry& entry : entries_) {
    std::vector<Table::Cell> cells = {std::string(),
                                      model::history_timestamp(entry.time_ms),
                                      model::history_duration(entry.time_ms - entries_[0].time_ms),
                                      std::int64_t{entry.iteration},
                                      short_lambda(entry.lambda),
                                      entry.coefficients,
                                      entry.deviance / measured.training_weight};
    if (validated) cells.emplace_back(entry.validation_deviance / measured.validation_weight);
    cells.emplace_back(entry.alpha);
    cells.emplace_back();
    if (&entry == &entries_.back()) cells.back() = std::int64_t{entry.iteration};
    table.add_row(std::move(cells));
  }
  return table;
}

Table History::table(const Measured& measured) const {
  const bool path = !entries_.empty() && entries_[0].submodel;
  Table table = path ? path_table(measured) : empty_table();
  for (const Entry& entry : entries_) {
    if (path) break;
    table.add_row({std::string(), model::history_timestamp(entry.time_ms),
                   model::history_duration(entry.time_ms - entries_[0].time_ms),
                   std::int64_t{entry.iteration}, entry.negative_log_likelihood, entry.objective});
  }
  if (entries_.empty()) return table;
  const auto measures = measures_of(measured.category);
  add_measures(table, measures, "training_", measured.training);
  if (measured.validation) add_measures(table, measures, "validation_", measured.validation);
  return table;
}

}  // namespace neve::algos::glm

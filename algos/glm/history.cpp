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

std::vector<double> values_of(std::span<const Measure> measures,
                              const model::metrics::Metrics& metrics) {
  std::vector<double> values;
  for (const Measure& measure : measures) {
    values.push_back(metrics.find(measure.metric).value_or(frame::kMissingDouble));
  }
  return values;
}

Table::Column number(const char* name) {
  return {.name = name, .type = "double", .format = "%.5f"};
}

Table::Cell known(double value) { return std::isnan(value) ? Table::Cell() : Table::Cell(value); }

}  // namespace

void History::add(const Iteration& iteration) {
  entries_.push_back({.time_ms = now_ms(),
                      .iteration = iteration.number,
                      .negative_log_likelihood = iteration.deviance / 2,
                      .objective = iteration.objective,
                      .lambda = iteration.submodel.lambda,
                      .alpha = iteration.submodel.alpha,
                      .deviance = iteration.deviance});
}

void History::score(model::Category category, const model::metrics::Metrics& training,
                    const model::metrics::Metrics& validation) {
  Entry& last = entries_.back();
  last.training = values_of(measures_of(category), training);
  if (!validation) return;
  last.validation = values_of(measures_of(category), validation);
  last.validation_deviance = validation.find("residual_deviance").value_or(frame::kMissingDouble);
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
  const FoldDeviances& folds = measured.folds;
  for (const char* name : {"deviance_xval", "deviance_se"}) {
    if (folds.submodels.empty()) break;
    table.columns.push_back({.name = name, .type = "double", .format = "%.3f"});
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
    if (!folds.submodels.empty()) {
      const std::size_t at = folds.place_of({entry.alpha, entry.lambda});
      cells.push_back(at < folds.means.size() ? Table::Cell(folds.means[at]) : Table::Cell());
      cells.push_back(at < folds.means.size() ? Table::Cell(folds.errors[at]) : Table::Cell());
    }
    cells.emplace_back(entry.alpha);
    cells.emplace_back();
    const bool scored = !entry.training.empty() || &entry == &entries_.back();
    if (scored) cells.back() = std::int64_t{entry.iteration};
    table.add_row(std::move(cells));
  }
  return table;
}

Table History::iteration_table(const Measured& measured) const {
  Table table{.name = "Scoring History"};
  table.columns = {{.name = ""},
                   {.name = "timestamp"},
                   {.name = "duration"},
                   {.name = "iterations", .type = "int", .format = "%d"},
                   number("negative_log_likelihood"),
                   number("objective")};
  const bool validated = measured.deviances && measured.validation_weight > 0;
  if (measured.deviances) {
    for (const char* name : {"alpha", "lambda", "deviance_train"}) {
      table.columns.push_back(number(name));
    }
  }
  if (validated) table.columns.push_back(number("deviance_test"));
  for (const Entry& entry : entries_) {
    std::vector<Table::Cell> cells = {std::string(),
                                      model::history_timestamp(entry.time_ms),
                                      model::history_duration(entry.time_ms - entries_[0].time_ms),
                                      std::int64_t{entry.iteration},
                                      entry.negative_log_likelihood,
                                      entry.objective};
    if (measured.deviances) {
      cells.emplace_back(entry.alpha);
      cells.emplace_back(entry.lambda);
      cells.emplace_back(entry.deviance / measured.training_weight);
    }
    const bool last = &entry == &entries_.back();
    const double validation =
        last && measured.validation
            ? measured.validation.find("residual_deviance").value_or(frame::kMissingDouble)
            : entry.validation_deviance;
    if (validated) cells.push_back(known(validation / measured.validation_weight));
    table.add_row(std::move(cells));
  }
  return table;
}

/// A column for each measure, by row where it was measured; the last row has the final ones.
void History::add_measures(Table& table, const Measured& measured, bool of_training) const {
  const auto measures = measures_of(measured.category);
  const auto final = values_of(measures, of_training ? measured.training : measured.validation);
  for (std::size_t m = 0; m < measures.size(); ++m) {
    Table::Column column{
        .name = (of_training ? "training_" : "validation_") + std::string(measures[m].column),
        .type = "double",
        .format = "%.5f"};
    for (const Entry& entry : entries_) {
      const std::vector<double>& scored = of_training ? entry.training : entry.validation;
      column.cells.push_back(scored.empty() ? Table::Cell() : known(scored[m]));
    }
    column.cells.back() = known(final[m]);
    table.columns.push_back(std::move(column));
  }
}

Table History::table(const Measured& measured) const {
  const bool path = !entries_.empty() && entries_[0].submodel;
  Table table = path ? path_table(measured) : iteration_table(measured);
  if (entries_.empty()) return table;
  add_measures(table, measured, true);
  if (measured.validation) add_measures(table, measured, false);
  return table;
}

}  // namespace neve::algos::glm

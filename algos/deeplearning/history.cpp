#include "algos/deeplearning/history.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <string>

#include <neve/base/clock.hpp>
#include <neve/model/model_output.hpp>

namespace neve::algos::deeplearning {
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
constexpr std::array kMultinomial = {
    Measure{"rmse", "RMSE"}, Measure{"logloss", "logloss"},
    Measure{"r2", "r2"},     Measure{"classification_error", "classification_error"},
    Measure{"auc", "AUC"},   Measure{"pr_auc", "pr_auc"}};
constexpr std::array kRegression = {Measure{"rmse", "RMSE"},
                                    Measure{"deviance", "mean_residual_deviance"},
                                    Measure{"mae", "mae"}, Measure{"r2", "r2"}};

constexpr std::array kAutoEncoder = {Measure{"rmse", "RMSE"}, Measure{"mse", "MSE"}};

std::span<const Measure> measures_of(model::Category category) {
  if (category == model::Category::auto_encoder) return kAutoEncoder;
  if (category == model::Category::binomial) return kBinomial;
  if (category == model::Category::multinomial) return kMultinomial;
  return kRegression;
}

void add_measures(const model::metrics::Metrics& metrics, model::Category category,
                  std::vector<std::optional<double>>& measures) {
  for (const Measure& measure : measures_of(category)) {
    measures.push_back(metrics ? metrics.find(measure.metric)
                               : std::numeric_limits<double>::quiet_NaN());
  }
}

constexpr std::size_t kSamples = 6;  ///< the column of that name

}  // namespace

void History::add(const Progress& progress, const model::metrics::Metrics& training,
                  const model::metrics::Metrics& validation) {
  Point point{now_ms(), progress, {}};
  add_measures(training, category_, point.measures);
  if (has_validation_) add_measures(validation, category_, point.measures);
  points_.push_back(std::move(point));
}

void History::add_row(const Point& point, Table& table) const {
  const Point& first = points_.front();
  const std::int64_t ms = point.time_ms - first.time_ms;
  const std::int64_t learnt = point.progress.samples - first.progress.samples;
  std::vector<Table::Cell> cells;
  cells.emplace_back(std::string());
  cells.emplace_back(model::history_timestamp(point.time_ms));
  cells.emplace_back(model::history_duration(ms));
  Table::Cell& speed = cells.emplace_back();
  constexpr std::int64_t kSecond = 1000;
  if (learnt > 0)
    speed = std::to_string(learnt * kSecond / std::max<std::int64_t>(ms, 1)) + " obs/sec";
  cells.emplace_back(point.progress.epochs());
  cells.emplace_back(point.progress.iterations);
  cells.emplace_back(static_cast<double>(point.progress.samples));
  for (const std::optional<double>& measure : point.measures) {
    Table::Cell& cell = cells.emplace_back();
    if (measure) cell = *measure;
  }
  table.add_row(std::move(cells));
}

Table History::table(const Table& earlier) const {
  Table table{.name = "Scoring History"};
  table.columns = {{.name = ""},
                   {.name = "timestamp"},
                   {.name = "duration"},
                   {.name = "training_speed"},
                   {.name = "epochs", .type = "double", .format = "%.5f"},
                   {.name = "iterations", .type = "int", .format = "%d"},
                   {.name = "samples", .type = "double", .format = "%f"}};
  for (const char* prefix : {"training_", "validation_"}) {
    if (prefix[0] == 'v' && !has_validation_) break;
    for (const Measure& measure : measures_of(category_)) {
      table.columns.push_back(
          {.name = std::string(prefix) + measure.column, .type = "double", .format = "%.5f"});
    }
  }
  const bool goes_on = std::ranges::equal(earlier.columns, table.columns, {}, &Table::Column::name,
                                          &Table::Column::name);
  double before = -1;
  if (goes_on && earlier.rows() > 0) {
    table = earlier;
    before = std::get<double>(table.columns[kSamples].cells.back());
  }
  for (const Point& point : points_) {
    if (static_cast<double>(point.progress.samples) > before) add_row(point, table);
  }
  return table;
}

}  // namespace neve::algos::deeplearning

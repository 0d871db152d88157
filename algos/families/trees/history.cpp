#include "algos/families/trees/history.hpp"

#include <array>
#include <limits>
#include <span>
#include <string>

#include <neve/base/clock.hpp>
#include <neve/model/model_output.hpp>

namespace neve::algos::trees {
namespace {

using schema::Table;

struct Measure {
  const char* column;
  const char* metric;  ///< as Metrics::find() knows it
};

constexpr std::array kBinomial = {Measure{"rmse", "RMSE"},
                                  Measure{"logloss", "logloss"},
                                  Measure{"auc", "AUC"},
                                  Measure{"pr_auc", "pr_auc"},
                                  Measure{"lift", "lift_top_group"},
                                  Measure{"classification_error", "classification_error"}};
constexpr std::array kMultinomial = {Measure{"rmse", "RMSE"}, Measure{"logloss", "logloss"},
                                     Measure{"classification_error", "classification_error"},
                                     Measure{"auc", "AUC"}, Measure{"pr_auc", "pr_auc"}};
constexpr std::array kRegression = {Measure{"rmse", "RMSE"}, Measure{"mae", "mae"},
                                    Measure{"deviance", "mean_residual_deviance"}};

std::span<const Measure> measures_of(model::Category category) {
  if (category == model::Category::binomial) return kBinomial;
  if (category == model::Category::multinomial) return kMultinomial;
  return kRegression;
}

/// Nothing where these metrics lack a measure; NaN where there are no metrics.
void add_measures(const model::metrics::Metrics& metrics, model::Category category,
                  std::vector<std::optional<double>>& measures) {
  for (const Measure& measure : measures_of(category)) {
    measures.push_back(metrics ? metrics.find(measure.metric)
                               : std::numeric_limits<double>::quiet_NaN());
  }
}

}  // namespace

void History::add(std::int64_t trees, const model::metrics::Metrics& training,
                  const model::metrics::Metrics& validation) {
  Point point{now_ms(), trees, {}};
  if (points_.empty()) start_ms_ = point.time_ms;
  add_measures(training, category_, point.measures);
  if (has_validation_) add_measures(validation, category_, point.measures);
  points_.push_back(std::move(point));
}

Table History::table() const {
  Table table{.name = "Scoring History"};
  table.columns = {{.name = ""},
                   {.name = "timestamp"},
                   {.name = "duration"},
                   {.name = "number_of_trees", .type = "long", .format = "%d"}};
  for (const char* prefix : {"training_", "validation_"}) {
    if (prefix[0] == 'v' && !has_validation_) break;
    for (const Measure& measure : measures_of(category_)) {
      table.columns.push_back(
          {.name = std::string(prefix) + measure.column, .type = "double", .format = "%.5f"});
    }
  }
  for (const Point& point : points_) {
    std::vector<Table::Cell> cells;
    cells.emplace_back(std::string());
    cells.emplace_back(model::history_timestamp(point.time_ms));
    cells.emplace_back(model::history_duration(point.time_ms - start_ms_));
    cells.emplace_back(point.trees);
    for (const std::optional<double>& measure : point.measures) {
      Table::Cell& cell = cells.emplace_back();
      if (measure) cell = *measure;
    }
    table.add_row(std::move(cells));
  }
  return table;
}

}  // namespace neve::algos::trees

#include "algos/glm/history.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <string>

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

std::string timestamp(std::int64_t time_ms) {
  const std::time_t seconds = time_ms / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts);
  return {text.data(), size};
}

std::string duration(std::int64_t ms) {
  std::array<char, 32> text{};
  const int size =
      std::snprintf(text.data(), text.size(), "%2lld.%03lld sec", static_cast<long long>(ms / 1000),
                    static_cast<long long>(ms % 1000));
  return {text.data(), static_cast<std::size_t>(size)};
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
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  entries_.push_back({ms, iteration, negative_log_likelihood, objective});
}

Table History::table(model::Category category, const model::metrics::Metrics& training,
                     const model::metrics::Metrics& validation) const {
  Table table = empty_table();
  for (const Entry& entry : entries_) {
    table.add_row({std::string(), timestamp(entry.time_ms),
                   duration(entry.time_ms - entries_[0].time_ms), std::int64_t{entry.iteration},
                   entry.negative_log_likelihood, entry.objective});
  }
  if (entries_.empty()) return table;
  const bool binomial = category == model::Category::binomial;
  const auto measures =
      binomial ? std::span<const Measure>(kBinomial) : std::span<const Measure>(kRegression);
  add_measures(table, measures, "training_", training);
  if (validation) add_measures(table, measures, "validation_", validation);
  return table;
}

}  // namespace neve::algos::glm

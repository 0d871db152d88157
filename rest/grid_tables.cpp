#include "rest/grid_tables.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <neve/model/model_output.hpp>

namespace neve::rest {
namespace {

using schema::Table;

/// The parameters that a model was trained with, as its algorithm's struct.
std::shared_ptr<void> parameters_of(const model::Algorithm& algorithm, const model::Model& model) {
  auto made = algorithm.parameters->make();
  const model::Header& header = model.header;
  for (const schema::Form& form :
       {header.parameters, header.actual_parameters, header.settled.values}) {
    schema::read_form(*algorithm.parameters, made.get(), form);
  }
  return made;
}

Table::Cell cell_of(const schema::Field& field, const void* parameters) {
  if (field.ops->number != nullptr) {
    const double value = field.ops->number(field.get(parameters));
    if (field.type == "int" || field.type == "long") return static_cast<std::int64_t>(value);
    return value;
  }
  schema::JsonWriter out;
  field.ops->write(field.get(parameters), out);
  std::string text = out.take();
  if (text.size() > 1 && text.front() == '"' && text.back() == '"')
    text = text.substr(1, text.size() - 2);
  return text;
}

Table::Column number_column(std::string name) {
  return {.name = std::move(name), .type = "double", .format = "%.5f"};
}

/// Which metrics a model's row of the history has: heading and name on the wire.
using Metric = std::pair<std::string_view, std::string_view>;
std::vector<Metric> history_metrics(model::Category category) {
  std::vector<Metric> metrics = {{"rmse", "RMSE"}};
  const auto add = [&metrics](std::initializer_list<Metric> more) {
    metrics.insert(metrics.end(), more);
  };
  if (category == model::Category::binomial) {
    add({{"logloss", "logloss"},
         {"r2", "r2"},
         {"auc", "AUC"},
         {"pr_auc", "pr_auc"},
         {"lift", "lift_top_group"},
         {"classification_error", "classification_error"}});
  } else if (model::is_classifier(category)) {
    add({{"logloss", "logloss"},
         {"r2", "r2"},
         {"classification_error", "classification_error"},
         {"auc", "AUC"},
         {"pr_auc", "pr_auc"}});
  } else if (category == model::Category::regression) {
    add({{"deviance", "mean_residual_deviance"}, {"mae", "mae"}, {"r2", "r2"}});
  }
  return metrics;
}

/// Training, validation and cross-validation, where a model has them.
using Source = std::pair<std::string_view, const model::metrics::Metrics*>;
std::array<Source, 3> sources_of(const model::Header& header) {
  return {Source{"training_", &header.training_metrics},
          Source{"validation_", &header.validation_metrics},
          Source{"crossvalidation_", &header.cross_validation.metrics}};
}

}  // namespace

Table grid_summary(const grid::Grid& grid, const grid::Ranking& ranking,
                   const model::Algorithm& algorithm) {
  Table table{.name = "Hyper-Parameter Search Summary"};
  table.columns.push_back({.name = ""});
  for (const std::string& name : grid.hyper_names) {
    const schema::Field* field = algorithm.parameters->find(name);
    const bool is_number = field != nullptr && field->ops->number != nullptr;
    table.columns.push_back(is_number ? number_column(name) : Table::Column{.name = name});
  }
  table.columns.push_back({.name = "model_ids"});
  if (!ranking.metric.empty()) {
    table.description = std::string("ordered by ") +
                        (ranking.decreasing ? "decreasing " : "increasing ") + ranking.metric;
    table.columns.push_back(number_column(ranking.metric));
  }
  for (const grid::Ranking::Place& place : ranking.places) {
    const auto parameters = parameters_of(algorithm, *place.model);
    std::vector<Table::Cell> cells = {std::string()};
    for (const std::string& name : grid.hyper_names) {
      const schema::Field* field = algorithm.parameters->find(name);
      cells.push_back(field == nullptr ? Table::Cell() : cell_of(*field, parameters.get()));
    }
    cells.emplace_back(place.model->header.key);
    if (!ranking.metric.empty())
      cells.emplace_back(place.value.value_or(std::numeric_limits<double>::quiet_NaN()));
    table.add_row(std::move(cells));
  }
  return table;
}

Table grid_history(const grid::Ranking& ranking) {
  Table table{.name = "Scoring History"};
  for (const char* name : {"", "timestamp", "duration"}) table.columns.push_back({.name = name});
  if (ranking.places.empty()) return table;
  std::vector<model::ModelPtr> models;
  models.reserve(ranking.places.size());
  for (const grid::Ranking::Place& place : ranking.places) models.push_back(place.model);
  std::ranges::stable_sort(models, {}, [](const auto& model) { return model->header.end_time_ms; });
  const model::Header& first = models[0]->header;
  const std::vector<Metric> metrics = history_metrics(first.category);
  for (const auto& [prefix, source] : sources_of(first)) {
    if (!*source && prefix != "training_") continue;
    for (const auto& [heading, name] : metrics)
      table.columns.push_back(number_column(std::string(prefix) + std::string(heading)));
  }
  for (const auto& model : models) {
    const model::Header& header = model->header;
    std::vector<Table::Cell> cells = {
        std::string(), model::history_timestamp(header.end_time_ms),
        model::history_duration(header.end_time_ms - header.start_time_ms)};
    const auto sources = sources_of(header);
    for (std::size_t s = 0; s < sources.size(); ++s) {
      if (!*sources_of(first)[s].second && s > 0) continue;
      for (const auto& [heading, name] : metrics) {
        cells.emplace_back(
            sources[s].second->find(name).value_or(std::numeric_limits<double>::quiet_NaN()));
      }
    }
    table.add_row(std::move(cells));
  }
  return table;
}

}  // namespace neve::rest

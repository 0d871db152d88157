#include "algos/kmeans/kmeans_output.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <neve/schema/schema_of.hpp>

namespace neve::algos::kmeans {
namespace {

using schema::Table;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// The centers in columns as the frame's are ordered; numbers of axis j are value(center, j).
template <class Value>
Table centers_table(const KMeansModel& model, std::string name, const Value& value) {
  const model::ColumnRoles& roles = model.header.roles;
  Table table{.name = std::move(name), .columns = {{.name = "centroid"}}};
  for (std::size_t c = 0; c < model.centers.count; ++c)
    table.columns[0].cells.emplace_back(std::to_string(c + 1));
  for (std::size_t p = 0; p < roles.predictors.size(); ++p) {
    table.columns.push_back({.name = roles.predictors[p], .type = "double", .format = "%f"});
  }
  for (std::size_t j = 0; j < model.space.axes.size(); ++j) {
    Table::Column& column = table.columns[static_cast<std::size_t>(model.space.axes[j].column) + 1];
    for (std::size_t c = 0; c < model.centers.count; ++c) column.cells.emplace_back(value(c, j));
  }
  for (std::size_t l = 0; l < model.space.categories.size(); ++l) {
    const auto at = static_cast<std::size_t>(model.space.categories[l].column);
    Table::Column& column = table.columns[at + 1];
    column.type = "string";
    column.format = "%s";
    for (std::size_t c = 0; c < model.centers.count; ++c) {
      const auto code = static_cast<std::size_t>(model.centers.code(c)[l]);
      column.cells.emplace_back((*roles.domains[at])[code]);
    }
  }
  // Categories without a level have no center.
  for (Table::Column& column : table.columns) column.cells.resize(model.centers.count);
  return table;
}

}  // namespace

const schema::Schema& KMeansOutput::schema() {
  using O = KMeansOutput;
  static const schema::Schema kSchema = [] {
    schema::SchemaOf<O> table("KMeansModelOutputV3", "KMeansOutput", "ModelOutputSchemaV3");
    table.field<&O::centers>("The centers of the clusters.")
        .input()
        .field<&O::centers_std>("The same in standard deviations from the mean.")
        .input();
    model::inherit_output(table);
    return schema::Schema(table);
  }();
  return kSchema;
}

schema::AnyObject KMeansModel::output() const {
  auto made = std::make_shared<KMeansOutput>();
  model::fill_output(header, *made);
  made->centers = centers_table(*this, "Cluster Means", [&](std::size_t c, std::size_t j) {
    return centers.number(c)[j] * space.axes[j].scale + space.axes[j].center;
  });
  if (standardized) {
    made->centers_std =
        centers_table(*this, "Standardized Cluster Means",
                      [&](std::size_t c, std::size_t j) { return centers.number(c)[j]; });
  }
  return {&KMeansOutput::schema(), std::move(made)};
}

Table scoring_history(std::span<const HistoryRow> rows, std::int64_t start_time_ms,
                      bool estimates_k) {
  Table table{.name = "Scoring History",
              .columns = {{.name = ""},
                          {.name = "timestamp"},
                          {.name = "duration"},
                          {.name = "iterations", .type = "long", .format = "%d"}}};
  if (estimates_k)
    table.columns.push_back({.name = "number_of_clusters", .type = "long", .format = "%d"});
  table.columns.push_back(
      {.name = "number_of_reassigned_observations", .type = "long", .format = "%d"});
  table.columns.push_back(
      {.name = "within_cluster_sum_of_squares", .type = "double", .format = "%.5f"});
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const HistoryRow& row = rows[i];
    std::vector<Table::Cell> cells = {std::string(), model::history_timestamp(row.time_ms),
                                      model::history_duration(row.time_ms - start_time_ms),
                                      static_cast<std::int64_t>(i)};
    if (estimates_k) cells.emplace_back(static_cast<std::int64_t>(row.clusters));
    // As in H2O-3, a row tells of the time before the first iteration.
    cells.emplace_back(i == 0 ? Table::Cell(kNaN) : Table::Cell(row.reassigned));
    cells.emplace_back(row.within);
    table.add_row(std::move(cells));
  }
  return table;
}

Table model_summary(const KMeansModel& model, const model::metrics::Clustering& metrics) {
  const auto whole = [](std::string name) {
    return Table::Column{.name = std::move(name), .type = "long", .format = "%d"};
  };
  const auto number = [](std::string name) {
    return Table::Column{.name = std::move(name), .type = "double", .format = "%.5f"};
  };
  Table table{.name = "Model Summary",
              .columns = {{.name = ""},
                          whole("number_of_rows"),
                          whole("number_of_clusters"),
                          whole("number_of_categorical_columns"),
                          whole("number_of_iterations"),
                          number("within_cluster_sum_of_squares"),
                          number("total_sum_of_squares"),
                          number("between_cluster_sum_of_squares")}};
  table.add_row({std::string(), static_cast<std::int64_t>(std::llround(metrics.sums.weight)),
                 static_cast<std::int64_t>(model.centers.count),
                 static_cast<std::int64_t>(model.space.categories.size()),
                 static_cast<std::int64_t>(model.iterations), metrics.tot_withinss, metrics.totss,
                 metrics.betweenss});
  return table;
}

}  // namespace neve::algos::kmeans

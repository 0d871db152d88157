#include "algos/families/isolation/history.hpp"

#include <cmath>
#include <string>
#include <utility>

#include <neve/model/model_output.hpp>

namespace neve::algos::isolation {
namespace {

using schema::Table;

Table::Column column(std::string name, std::string type, std::string format) {
  return {.name = std::move(name), .type = std::move(type), .format = std::move(format)};
}

}  // namespace

Table scoring_history(std::span<const HistoryPoint> points) {
  Table table{
      .name = "Scoring History",
      .columns = {column("", "string", "%s"), column("timestamp", "string", "%s"),
                  column("duration", "string", "%s"), column("number_of_trees", "long", "%d"),
                  column("mean_tree_path_length", "double", "%.5f"),
                  column("mean_anomaly_score", "double", "%.5f")}};
  for (const HistoryPoint& point : points) {
    // As in H2O-3: where all rows were in all samples there is nothing to tell.
    if (point.trees > 0 && std::isnan(point.mean_length)) continue;
    table.add_row({std::string(), model::history_timestamp(point.time_ms),
                   model::history_duration(point.time_ms - points.front().time_ms), point.trees,
                   point.mean_length, point.mean_score});
  }
  return table;
}

}  // namespace neve::algos::isolation

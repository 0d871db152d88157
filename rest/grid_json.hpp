#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <neve/grid/grid.hpp>
#include <neve/schema/values.hpp>

#include "rest/job_json.hpp"

namespace neve::rest {

/// A grid as clients see it: its models from best to worst.
struct GridV99 {
  schema::GridRef grid_id = {};
  std::optional<std::string> sort_by = {};
  bool decreasing = false;
  std::vector<schema::ModelRef> model_ids = {};
  std::vector<std::string> hyper_names = {};
  schema::RawJson failed_params = {};
  std::vector<std::string> warning_details = {};
  std::vector<std::string> failure_details = {};
  std::vector<std::string> failure_stack_traces = {};
  std::vector<std::vector<std::string>> failed_raw_params = {};
  std::vector<schema::AnyObject> training_metrics = {};
  std::vector<schema::AnyObject> validation_metrics = {};
  std::vector<schema::AnyObject> cross_validation_metrics = {};
  std::vector<std::optional<schema::Table>> cross_validation_metrics_summary = {};
  std::optional<std::string> export_checkpoints_dir = {};
  std::optional<schema::Table> summary_table = {};
  std::optional<schema::Table> scoring_history = {};
  static const schema::Schema& schema();
};

GridV99 grid_v99(const grid::Grid& grid, const grid::Ranking& ranking,
                 const model::Algorithm& algorithm);

/// A search to be, but for the algorithm's parameters; and the answer that it is on its way.
struct GridSearchV99 {
  schema::RawJson parameters = {};
  schema::RawJson hyper_parameters = {};
  schema::GridRef grid_id = {};
  schema::RawJson search_criteria = {};
  std::int32_t parallelism = 0;
  std::optional<std::string> recovery_dir = {};
  schema::JobRef job_id = {};
  std::int32_t total_models = 0;
  std::optional<JobV3> job = {};
  static const schema::Schema& schema();
};

/// Reads what clients write as maps; throws InputError where they cannot be read.
grid::Space space_of(const std::string& hyper_parameters);
grid::Criteria criteria_of(const std::string& search_criteria);
/// With the table of their strategy.
std::string criteria_json(const grid::Criteria& criteria);

}  // namespace neve::rest

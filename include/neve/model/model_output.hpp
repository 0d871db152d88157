#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <neve/model/model.hpp>
#include <neve/schema/schema_of.hpp>

namespace neve::model {

/// The part of a model's "output" that all algorithms share, in H2O's order. An algorithm's own
/// struct derives from it and builds its table with
///     auto table = schema::SchemaOf<GlmOutput>("GLMModelOutputV3", "GLMOutput",
///     "ModelOutputSchemaV3"); inherit_output(table); table.field<&GlmOutput::lambda_best>("…"); …
struct ModelOutput {
  std::vector<std::string> names;
  std::optional<std::vector<std::string>> original_names;
  std::vector<std::string> column_types;
  std::vector<std::optional<std::vector<std::string>>> domains;
  std::optional<std::vector<schema::ModelRef>> cross_validation_models;
  std::optional<std::vector<schema::FrameRef>> cross_validation_predictions;
  schema::FrameRef cross_validation_holdout_predictions_frame_id;
  schema::FrameRef cross_validation_fold_assignment_frame_id;
  Category model_category = Category::unknown;
  schema::Table model_summary;
  std::optional<schema::Table> scoring_history;
  std::optional<std::vector<schema::Table>> cv_scoring_history;
  std::vector<schema::Table> reproducibility_information_table;
  schema::AnyObject training_metrics;
  schema::AnyObject validation_metrics;
  schema::AnyObject cross_validation_metrics;
  std::optional<schema::Table> cross_validation_metrics_summary;
  std::optional<std::string> status;
  std::int64_t start_time = 0;
  std::int64_t end_time = 0;
  std::int64_t run_time = 0;
  double default_threshold = 0;
  std::map<std::string, std::string> help;
  static const schema::Schema& schema();
};

/// Fills the shared part from the header.
void fill_output(const Header& header, ModelOutput& output);

/// Cells of scoring histories: when something was measured, in UTC, and after how long.
std::string history_timestamp(std::int64_t time_ms);
std::string history_duration(std::int64_t ms);

template <class Output>
void inherit_output(schema::SchemaOf<Output>& table) {
  using O = Output;
  table.template inherit<
      &O::names, &O::original_names, &O::column_types, &O::domains, &O::cross_validation_models,
      &O::cross_validation_predictions, &O::cross_validation_holdout_predictions_frame_id,
      &O::cross_validation_fold_assignment_frame_id, &O::model_category, &O::model_summary,
      &O::scoring_history, &O::cv_scoring_history, &O::reproducibility_information_table,
      &O::training_metrics, &O::validation_metrics, &O::cross_validation_metrics,
      &O::cross_validation_metrics_summary, &O::status, &O::start_time, &O::end_time, &O::run_time,
      &O::default_threshold, &O::help>(ModelOutput::schema());
}

}  // namespace neve::model

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
  std::optional<schema::Table> model_summary;
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

/// One tree of a model, as it is shown: nodes by levels, each from the left.
struct TreeView {
  struct Node {
    std::int32_t id = 0;     ///< the number that RowQuestion::leaf_nodes gives
    std::int32_t left = -1;  ///< places in `nodes`; -1 for leaves
    std::int32_t right = -1;
    std::int32_t column = -1;  ///< the predictor that is tested; -1 for leaves
    /// Numbers from here on go right. NaN: all of them go left, or levels are tested.
    float threshold = 0;
    /// Whether missing values go right; nothing where none comes here.
    std::optional<bool> missing_right = {};
    /// Of a parent that tests levels: those of its column that come here, ascending.
    std::vector<std::int32_t> levels = {};
    float value = 0;  ///< of a leaf, or the mean of the rows' leaves
  };
  std::optional<std::string> tree_class;  ///< what it tells apart; nothing for regressions
  std::vector<Node> nodes;
};

/// Fills the shared part from the header.
void fill_output(const Header& header, ModelOutput& output);

/// Cells of scoring histories: when something was measured, in UTC, and after how long.
std::string history_timestamp(std::int64_t time_ms);
std::string history_duration(std::int64_t ms);
/// The rows of a checkpoint's history and those of the training that went on from it, whose fourth
/// columns count trees or iterations; the latter alone where they have other columns.
schema::Table joined_histories(schema::Table earlier, const schema::Table& later);

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

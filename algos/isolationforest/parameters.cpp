#include "algos/isolationforest/parameters.hpp"

namespace neve::algos::isolationforest {
namespace {

using P = Parameters;
using Table = schema::SchemaOf<Parameters>;

void add_sampling(Table& table) {
  table
      .field<&P::mtries>(
          "Columns that vary in a node and may be tried for its split, in a random order; -1: a "
          "third of the columns, -2: all.")
      .input()
      .gridable()
      .field<&P::sample_size>("Rows that each tree grows on, where sample_rate does not say it.")
      .input()
      .gridable()
      .field<&P::sample_rate>(
          "Share of the rows that each tree grows on, drawn without returning; -1: sample_size "
          "rows.")
      .input()
      .gridable();
  table.inherit<&P::col_sample_rate_change_per_level, &P::col_sample_rate_per_tree>(
      trees::tree_parameters());
}

void add_anomalies(Table& table) {
  table
      .field<&P::contamination>(
          "Share of anomalies among the training rows: the scores from that quantile on are told "
          "as anomalies. -1: scores only.")
      .input();
}

}  // namespace

const schema::Schema& Parameters::schema() {
  static const schema::Schema kSchema = [] {
    Table table("IsolationForestParametersV3", "IsolationForestParameters",
                "SharedTreeParametersV3");
    const schema::Schema& shared = model::common_parameters();
    table.inherit<&P::model_id, &P::training_frame, &P::score_each_iteration>(shared)
        .inherit<&P::score_tree_interval>(trees::tree_parameters())
        .inherit<&P::ignored_columns, &P::ignore_const_cols>(shared)
        .inherit<&P::ntrees, &P::max_depth, &P::min_rows>(trees::tree_parameters())
        .inherit<&P::max_runtime_secs, &P::seed>(shared)
        .inherit<&P::build_tree_one_node>(trees::tree_parameters());
    add_sampling(table);
    table.inherit<&P::categorical_encoding, &P::stopping_rounds, &P::stopping_metric,
                  &P::stopping_tolerance, &P::export_checkpoints_dir>(shared);
    add_anomalies(table);
    table.inherit<&P::validation_frame>(shared);
    table
        .field<&P::validation_response_column>(
            "Column of the validation frame that tells its anomalies: two levels, the second one "
            "for anomalies.")
        .inout()
        .secondary()
        .in_frames({"validation_frame"})
        .excludes({"ignored_columns"})
        .implemented_as("_response_column");
    trees::declare_constants(table);
    return schema::Schema(table);
  }();
  return kSchema;
}

}  // namespace neve::algos::isolationforest

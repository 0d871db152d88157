#include "algos/drf/parameters.hpp"

#include <neve/schema/schema_of.hpp>

namespace neve::algos::drf {
namespace {

using P = Parameters;
using Table = schema::SchemaOf<Parameters>;

void add_data(Table& table) {
  table.inherit<&P::model_id, &P::training_frame, &P::validation_frame, &P::nfolds,
                &P::keep_cross_validation_models, &P::keep_cross_validation_predictions,
                &P::keep_cross_validation_fold_assignment, &P::score_each_iteration>(
      model::common_parameters());
  table
      .field<&P::score_tree_interval>(
          "Measure after every so many trees; 0 after each of the first ten and every tenth.")
      .input()
      .secondary()
      .at_least(0);
  table.inherit<&P::fold_assignment, &P::fold_column, &P::response_column, &P::ignored_columns,
                &P::ignore_const_cols, &P::offset_column, &P::weights_column, &P::balance_classes,
                &P::class_sampling_factors, &P::max_after_balance_size,
                &P::max_confusion_matrix_size>(model::common_parameters());
}

void add_trees(Table& table) {
  table.field<&P::ntrees>("Number of trees; of each class, where there are more than two.")
      .input()
      .gridable()
      .at_least(1)
      .field<&P::max_depth>("Most tests on the way to a leaf; 0 for no limit.")
      .input()
      .gridable()
      .at_least(0)
      .field<&P::min_rows>("Least total weight of the rows in a leaf.")
      .input()
      .gridable()
      .above(0)
      .field<&P::nbins>("Numeric columns are cut into at least so many bins.")
      .input()
      .gridable()
      .at_least(2)
      .field<&P::nbins_top_level>(
          "Bins of numeric columns where rows are few; with many rows 255 are enough, unless more "
          "than the default is asked for.")
      .input()
      .secondary()
      .gridable()
      .at_least(2)
      .field<&P::nbins_cats>(
          "Most bins of a categorical column; further levels share bins with their neighbours.")
      .input()
      .secondary()
      .gridable()
      .at_least(2)
      .field<&P::r2_stopping>("No longer used; see stopping_rounds.")
      .input()
      .secondary()
      .gridable();
  table.inherit<&P::stopping_rounds, &P::stopping_metric, &P::stopping_tolerance,
                &P::max_runtime_secs, &P::seed>(model::common_parameters());
  table.field<&P::build_tree_one_node>("Accepted and without effect: trees do not depend on nodes.")
      .input()
      .expert();
}

void add_sampling(Table& table) {
  table
      .field<&P::mtries>(
          "How many columns are drawn for each split: -1 the square root of their number, a third "
          "of it in a regression; -2 all.")
      .input()
      .gridable()
      .at_least(-2)
      .field<&P::sample_rate>("Share of the rows that each tree grows on, drawn without returning.")
      .input()
      .gridable()
      .above(0)
      .at_most(1)
      .field<&P::sample_rate_per_class>(
          "Share of the rows of each class that each tree grows on, in the order of the levels.")
      .input()
      .expert()
      .gridable()
      .field<&P::binomial_double_trees>(
          "Of two classes, grow a tree for each instead of one for both.")
      .input()
      .expert();
  table.inherit<&P::checkpoint>(model::common_parameters());
  table
      .field<&P::col_sample_rate_change_per_level>(
          "Factor on the number of drawn columns from one level of a tree to the next.")
      .input()
      .expert()
      .gridable()
      .above(0)
      .at_most(2)
      .field<&P::col_sample_rate_per_tree>("Share of the columns that each tree may use.")
      .input()
      .secondary()
      .gridable()
      .above(0)
      .at_most(1)
      .field<&P::min_split_improvement>(
          "Least reduction of squared error by a split, relative to the node's squared error.")
      .input()
      .secondary()
      .gridable()
      .at_least(0)
      .field<&P::histogram_type>(
          "How columns are cut into bins: by rank (AUTO, UniformAdaptive, QuantilesGlobal), by "
          "value (UniformRobust), with thresholds drawn for each node (Random) or for every second "
          "tree (RoundRobin).")
      .input()
      .secondary()
      .gridable();
}

void add_rest(Table& table) {
  table.inherit<&P::categorical_encoding>(model::common_parameters());
  table.field<&P::calibrate_model>("Fit probabilities to a second frame after training.")
      .input()
      .expert()
      .field<&P::calibration_frame>("The frame for that.")
      .inout()
      .expert()
      .field<&P::calibration_method>("The method for that.")
      .inout()
      .expert()
      .field<&P::distribution>(
          "AUTO goes by the response: numbers are gaussian, levels multinomial; bernoulli is two "
          "levels.")
      .input()
      .secondary()
      .gridable();
  table.inherit<&P::custom_metric_func, &P::export_checkpoints_dir>(model::common_parameters());
  table.field<&P::check_constant_response>("Refuse a response that has one value only.")
      .inout()
      .expert();
  table.inherit<&P::gainslift_bins, &P::auc_type>(model::common_parameters());
}

void add_constants(Table& table) {
  table.inherit_constants(model::common_parameters())
      .internal_constant("_initial_score_interval", "4000")
      .internal_constant("_score_interval", "4000")
      .internal_constant("_parallel_main_model_building", "false")
      .internal_constant("_use_best_cv_iteration", "true");
}

}  // namespace

const schema::Schema& Parameters::schema() {
  static const schema::Schema kSchema = [] {
    Table table("DRFParametersV3", "DRFParameters", "SharedTreeParametersV3");
    add_data(table);
    add_trees(table);
    add_sampling(table);
    add_rest(table);
    add_constants(table);
    return schema::Schema(table);
  }();
  return kSchema;
}

}  // namespace neve::algos::drf

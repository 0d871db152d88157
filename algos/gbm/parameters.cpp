#include "algos/gbm/parameters.hpp"

#include <neve/schema/schema_of.hpp>

namespace neve::algos::gbm {
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
}

void add_boosting(Table& table) {
  table.inherit<&P::stopping_rounds, &P::stopping_metric, &P::stopping_tolerance,
                &P::max_runtime_secs, &P::seed>(model::common_parameters());
  table.field<&P::build_tree_one_node>("Accepted and without effect: trees do not depend on nodes.")
      .input()
      .expert()
      .field<&P::learn_rate>("Factor on what each tree adds to the prediction.")
      .input()
      .gridable()
      .above(0)
      .at_most(1)
      .field<&P::learn_rate_annealing>("Factor on learn_rate after each tree.")
      .input()
      .secondary()
      .gridable()
      .above(0)
      .at_most(1)
      .field<&P::distribution>(
          "Distribution of the response. AUTO goes by the response: two levels are bernoulli, more "
          "are multinomial, numbers gaussian.")
      .input()
      .secondary()
      .gridable()
      .field<&P::quantile_alpha>("Which quantile the quantile distribution predicts.")
      .input()
      .secondary()
      .gridable()
      .at_least(0)
      .at_most(1)
      .field<&P::tweedie_power>("Power of the tweedie distribution, between 1 and 2.")
      .input()
      .secondary()
      .gridable()
      .above(1)
      .below(2)
      .field<&P::huber_alpha>("Share of residuals that the huber distribution squares.")
      .input()
      .secondary()
      .gridable()
      .at_least(0)
      .at_most(1);
  table.inherit<&P::checkpoint>(model::common_parameters());
}

void add_sampling(Table& table) {
  table.field<&P::sample_rate>("Share of the rows that each tree grows on.")
      .input()
      .gridable()
      .above(0)
      .at_most(1)
      .field<&P::sample_rate_per_class>(
          "Share of the rows of each class that each tree grows on, in the order of the levels.")
      .input()
      .expert()
      .gridable()
      .field<&P::col_sample_rate>("Share of the columns that each split may choose from.")
      .input()
      .gridable()
      .above(0)
      .at_most(1)
      .field<&P::col_sample_rate_change_per_level>(
          "Factor on the share of columns from one level of a tree to the next.")
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
          "Least reduction of squared error by a split, relative to the node's squares.")
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
      .gridable()
      .field<&P::max_abs_leafnode_pred>("Bound of what a leaf may add to the prediction.")
      .input()
      .expert()
      .gridable()
      .at_least(0)
      .field<&P::pred_noise_bandwidth>(
          "Deviation of Gaussian noise on tree predictions; 0 for none.")
      .input()
      .expert()
      .gridable()
      .at_least(0);
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
      .expert();
  table.inherit<&P::custom_metric_func>(model::common_parameters());
  table.field<&P::custom_distribution_func>("Reference to a distribution of the user's own.")
      .inout()
      .secondary();
  table.inherit<&P::export_checkpoints_dir>(model::common_parameters());
  table
      .field<&P::in_training_checkpoints_dir>(
          "Folder into which models of fewer trees are written while training.")
      .input()
      .expert()
      .field<&P::in_training_checkpoints_tree_interval>("After how many trees that is done.")
      .input()
      .expert()
      .at_least(1)
      .field<&P::monotone_constraints>(
          "Columns with which predictions may only rise (1) or only fall (-1).")
      .input()
      .secondary()
      .field<&P::check_constant_response>("Refuse a response that has one value only.")
      .inout()
      .expert();
  table.inherit<&P::gainslift_bins, &P::auc_type>(model::common_parameters());
  table
      .field<&P::interaction_constraints>(
          "Groups of columns; only columns of one group may be tested on one way to a leaf.")
      .input()
      .expert()
      .field<&P::auto_rebalance>("Accepted and without effect: rows are never moved for training.")
      .input()
      .expert();
}

void add_constants(Table& table) {
  table.inherit_constants(model::common_parameters())
      .internal_constant("_initial_score_interval", "4000")
      .internal_constant("_score_interval", "4000")
      .internal_constant("_parallel_main_model_building", "false")
      .internal_constant("_use_best_cv_iteration", "true");
}

}  // namespace

const schema::Schema& MonotoneConstraint::schema() {
  using M = MonotoneConstraint;
  static const schema::Schema kSchema = schema::SchemaOf<M>("KeyValueV3", "KeyValue")
                                            .field<&M::key>("Name of the column.")
                                            .inout()
                                            .field<&M::value>("1 or -1.")
                                            .inout();
  return kSchema;
}

const schema::Schema& Parameters::schema() {
  static const schema::Schema kSchema = [] {
    Table table("GBMParametersV3", "GBMParameters", "SharedTreeParametersV3");
    add_data(table);
    add_trees(table);
    add_boosting(table);
    add_sampling(table);
    add_rest(table);
    add_constants(table);
    return schema::Schema(table);
  }();
  return kSchema;
}

}  // namespace neve::algos::gbm

#include "algos/gbm/parameters.hpp"

#include "algos/families/trees/distribution_parameters.hpp"

namespace neve::algos::gbm {
namespace {

using P = Parameters;
using Table = schema::SchemaOf<Parameters>;

void add_boosting(Table& table) {
  table.field<&P::learn_rate>("Factor on what each tree adds to the prediction.")
      .input()
      .gridable()
      .above(0)
      .at_most(1)
      .field<&P::learn_rate_annealing>("Factor on learn_rate after each tree.")
      .input()
      .secondary()
      .gridable()
      .above(0)
      .at_most(1);
  table.inherit<&P::distribution>(trees::tree_parameters());
  trees::declare_distribution_shapes(table);
  table.inherit<&P::checkpoint>(model::common_parameters());
}

void add_sampling(Table& table) {
  trees::declare_row_sampling(table);
  table.field<&P::col_sample_rate>("Share of the columns that each split may choose from.")
      .input()
      .gridable()
      .above(0)
      .at_most(1);
  trees::declare_column_sampling(table);
  table.field<&P::max_abs_leafnode_pred>("Bound of what a leaf may add to the prediction.")
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
  trees::declare_calibration(table);
  table.inherit<&P::custom_metric_func>(model::common_parameters());
  table.field<&P::custom_distribution_func>("Reference to a distribution of the user's own.")
      .inout()
      .secondary();
  table.inherit<&P::export_checkpoints_dir>(model::common_parameters());
  table
      .field<&P::in_training_checkpoints_dir>(
          "Folder into which models of fewer trees are written while training, as "
          "<model>.ntrees_<trees>, with the metrics of the last scoring point.")
      .input()
      .expert()
      .field<&P::in_training_checkpoints_tree_interval>("After how many trees that is done.")
      .input()
      .expert()
      .at_least(1)
      .field<&P::monotone_constraints>(
          "Columns with which predictions may only rise (1) or only fall (-1).")
      .input()
      .secondary();
  table.inherit<&P::check_constant_response>(trees::tree_parameters());
  table.inherit<&P::gainslift_bins, &P::auc_type>(model::common_parameters());
  table
      .field<&P::interaction_constraints>(
          "Groups of columns; only columns of one group may be tested on one way to a leaf.")
      .input()
      .expert()
      .field<&P::auto_rebalance>("Accepted and without effect: rows are never moved for training.")
      .input()
      .expert()
      .field<&P::grow_policy>(
          "Neve's own for GBM: whether trees grow level by level (depthwise) or by splitting the "
          "best of all leaves next (lossguide). max_depth limits either; set it to 0 for "
          "lossguide.")
      .input()
      .secondary()
      .gridable()
      .field<&P::max_leaves>("Neve's own for GBM: most leaves of a tree; 0 for no limit.")
      .input()
      .secondary()
      .gridable()
      .at_least(0);
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
    trees::declare_trees(table);
    add_boosting(table);
    add_sampling(table);
    add_rest(table);
    trees::declare_constants(table);
    return schema::Schema(table);
  }();
  return kSchema;
}

}  // namespace neve::algos::gbm

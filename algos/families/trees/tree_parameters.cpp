#include "algos/families/trees/tree_parameters.hpp"

namespace neve::algos::trees {
namespace {

using P = TreeParameters;
using Table = schema::SchemaOf<P>;

void add_trees(Table& table) {
  table
      .field<&P::score_tree_interval>(
          "Measure after every so many trees; 0: often at first, then after every tenth.")
      .input()
      .secondary()
      .at_least(0)
      .field<&P::ntrees>("Number of trees; of each class, where there are more than two.")
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
      .field<&P::r2_stopping>("No longer used; see stopping_rounds.")
      .input()
      .secondary()
      .gridable()
      .field<&P::build_tree_one_node>("Accepted and without effect: trees do not depend on nodes.")
      .input()
      .expert()
      .field<&P::distribution>(
          "Distribution of the response; AUTO goes by whether it is numbers, two levels or more.")
      .input()
      .secondary()
      .gridable()
      .field<&P::check_constant_response>("Refuse a response that has one value only.")
      .inout()
      .expert();
}

void add_bins(Table& table) {
  table.field<&P::nbins>("Numeric columns are cut into at least so many bins.")
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
      .field<&P::histogram_type>(
          "How columns are cut into bins: by rank (AUTO, UniformAdaptive, QuantilesGlobal), by "
          "value (UniformRobust), with thresholds drawn for each node (Random) or for every second "
          "tree (RoundRobin).")
      .input()
      .secondary()
      .gridable();
}

void add_sampling(Table& table) {
  table
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
      .field<&P::col_sample_rate_change_per_level>(
          "Factor on how many columns a split may choose from, from one level of a tree to the "
          "next.")
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
          "Least reduction of squared error by a split, relative to the node's.")
      .input()
      .secondary()
      .gridable()
      .at_least(0);
}

void add_calibration(Table& table) {
  table.field<&P::calibrate_model>("Fit probabilities to a second frame after training.")
      .input()
      .expert()
      .field<&P::calibration_frame>("The frame for that.")
      .inout()
      .expert()
      .field<&P::calibration_method>("The method for that.")
      .inout()
      .expert();
}

}  // namespace

const schema::Schema& tree_parameters() {
  static const schema::Schema kSchema = [] {
    Table table("SharedTreeParametersV3", "SharedTreeParameters", "ModelParametersSchemaV3");
    add_trees(table);
    add_bins(table);
    add_sampling(table);
    add_calibration(table);
    table.internal_constant("_initial_score_interval", "4000")
        .internal_constant("_score_interval", "4000")
        .internal_constant("_parallel_main_model_building", "false")
        .internal_constant("_use_best_cv_iteration", "true");
    return schema::Schema(table);
  }();
  return kSchema;
}

}  // namespace neve::algos::trees

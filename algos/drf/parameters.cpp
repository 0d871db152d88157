#include "algos/drf/parameters.hpp"

namespace neve::algos::drf {
namespace {

using P = Parameters;
using Table = schema::SchemaOf<Parameters>;

void add_sampling(Table& table) {
  table
      .field<&P::mtries>(
          "How many columns are drawn for each split: -1 the square root of their number, a third "
          "of it in a regression; -2 all.")
      .input()
      .gridable()
      .at_least(-2);
  trees::declare_row_sampling(table);
  table
      .field<&P::binomial_double_trees>(
          "Of two classes, grow a tree for each instead of one for both.")
      .input()
      .expert();
  table.inherit<&P::checkpoint>(model::common_parameters());
  trees::declare_column_sampling(table);
}

void add_rest(Table& table) {
  trees::declare_calibration(table);
  table.inherit<&P::distribution>(trees::tree_parameters());
  table.inherit<&P::custom_metric_func, &P::export_checkpoints_dir>(model::common_parameters());
  table.inherit<&P::check_constant_response>(trees::tree_parameters());
  table.inherit<&P::gainslift_bins, &P::auc_type>(model::common_parameters());
}

}  // namespace

const schema::Schema& Parameters::schema() {
  static const schema::Schema kSchema = [] {
    Table table("DRFParametersV3", "DRFParameters", "SharedTreeParametersV3");
    trees::declare_trees(table);
    add_sampling(table);
    add_rest(table);
    trees::declare_constants(table);
    return schema::Schema(table);
  }();
  return kSchema;
}

}  // namespace neve::algos::drf

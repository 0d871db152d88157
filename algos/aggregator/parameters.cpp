#include "algos/aggregator/parameters.hpp"

#include <neve/schema/schema_of.hpp>

namespace neve::algos::aggregator {
namespace {

using P = Parameters;
using Table = schema::SchemaOf<Parameters>;

void add_columns(Table& table) {
  table.field<&P::response_column>("Column that distances leave out.")
      .inout()
      .gridable()
      .in_frames({"training_frame", "validation_frame"})
      .excludes({"ignored_columns"});
  table.field<&P::ignored_columns>("Columns that distances leave out.")
      .inout()
      .in_frames({"training_frame", "validation_frame"})
      .excludes({"response_column"});
  table.inherit<&P::ignore_const_cols>(model::common_parameters());
}

void add_own(Table& table) {
  table
      .field<&P::target_num_exemplars>(
          "Number of exemplars to aim at; where there are no more rows, each is one.")
      .inout()
      .secondary()
      .gridable()
      .at_least(1);
  table
      .field<&P::rel_tol_num_exemplars>(
          "How far their number may be off, as a part of the target: 0.5 for half as many to half "
          "as many again.")
      .inout()
      .secondary()
      .gridable();
  table
      .field<&P::transform>(
          "What is done to numbers before distances are measured: STANDARDIZE takes off the mean "
          "and divides by the standard deviation, NORMALIZE by the range, DEMEAN takes off the "
          "mean only, DESCALE divides by the standard deviation only.")
      .input()
      .expert()
      .gridable();
  table
      .field<&P::categorical_encoding>(
          "How categories are compared. AUTO is Eigen: as a number each. Where they stay "
          "categories, rows of one exemplar agree in all of them.")
      .inout()
      .secondary()
      .gridable();
  table.field<&P::save_mapping_frame>("Make a frame of each row's exemplar.").inout().expert();
  table
      .field<&P::num_iteration_without_new_exemplar>(
          "Stop shrinking the radius after so many radii that gave the same number of exemplars, "
          "though too few.")
      .inout()
      .expert()
      .at_least(1);
}

}  // namespace

const schema::Schema& Parameters::schema() {
  static const schema::Schema kSchema = [] {
    Table table("AggregatorParametersV99", "AggregatorParameters", "ModelParametersSchemaV3", 99);
    table.inherit<&P::model_id, &P::training_frame>(model::common_parameters());
    add_columns(table);
    add_own(table);
    table.inherit<&P::export_checkpoints_dir>(model::common_parameters());
    table.inherit_constants(model::common_parameters());
    return schema::Schema(table);
  }();
  return kSchema;
}

}  // namespace neve::algos::aggregator

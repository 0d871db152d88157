#include "algos/pca/parameters.hpp"

#include <neve/schema/schema_of.hpp>

namespace neve::algos::pca {
namespace {

using P = Parameters;
using Table = schema::SchemaOf<Parameters>;

void add_own(Table& table) {
  table
      .field<&P::transform>(
          "What is done to numbers first: STANDARDIZE takes off the mean and divides by the "
          "standard deviation, NORMALIZE by the range, DEMEAN takes off the mean only, DESCALE "
          "divides by the standard deviation only.")
      .input()
      .gridable();
  table
      .field<&P::pca_method>(
          "GramSVD: all eigenvalues of X'X. Power: the largest ones one by one. Randomized: a "
          "random subspace that is turned towards them. GLRM: alternating least squares.")
      .input();
  table
      .field<&P::pca_impl>(
          "Library of H2O-3 that decomposes; of no effect here, where it is always LAPACK.")
      .input();
  table.field<&P::k>("Number of components.").inout().required().gridable().at_least(1);
  table
      .field<&P::max_iterations>(
          "Most iterations, of methods that iterate; Power's for each "
          "component.")
      .inout()
      .gridable()
      .at_least(1)
      .at_most(1e6);
  table
      .field<&P::use_all_factor_levels>(
          "Let each level of a category have a place; else the first one has none.")
      .inout();
  table.field<&P::compute_metrics>("Measure the model on the training frame.").inout();
  table
      .field<&P::impute_missing>(
          "Fill missing cells with the mean or the most frequent level; else rows that have one do "
          "not count.")
      .inout();
}

}  // namespace

const schema::Schema& Parameters::schema() {
  static const schema::Schema kSchema = [] {
    Table table("PCAParametersV3", "PCAParameters", "ModelParametersSchemaV3");
    table.inherit<&P::model_id, &P::training_frame, &P::validation_frame>(
        model::common_parameters());
    table.field<&P::ignored_columns>("Columns that are not used.")
        .inout()
        .in_frames({"training_frame", "validation_frame"});
    table.inherit<&P::ignore_const_cols, &P::score_each_iteration>(model::common_parameters());
    add_own(table);
    table
        .field<&P::seed>(
            "Seed of the vectors that iterations begin with. -1 draws one, which the model then "
            "reports.")
        .inout();
    table.inherit<&P::max_runtime_secs, &P::export_checkpoints_dir>(model::common_parameters());
    table.inherit_constants(model::common_parameters());
    return schema::Schema(table);
  }();
  return kSchema;
}

}  // namespace neve::algos::pca

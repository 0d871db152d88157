#include "algos/targetencoder/parameters.hpp"

#include <neve/schema/schema_of.hpp>

namespace neve::algos::targetencoder {
namespace {

using P = Parameters;
using Table = schema::SchemaOf<Parameters>;

void add_encoding(Table& table) {
  table
      .field<&P::columns_to_encode>(
          "Categorical columns to encode; columns of one group are encoded together, by the levels "
          "that they have at once. All categorical columns where none is named.")
      .input()
      .field<&P::keep_original_categorical_columns>(
          "Keep the columns that are encoded in the encoded frame.")
      .input()
      .field<&P::blending>(
          "Blend the mean response of a level's rows with that of all rows, the more the fewer "
          "rows "
          "there are.")
      .input()
      .secondary()
      .field<&P::inflection_point>("Rows of a level at which both means count the same.")
      .input()
      .secondary()
      .field<&P::smoothing>(
          "How slowly the share of the level's own mean grows with its rows; near 0 it is a step "
          "at "
          "the inflection point.")
      .input()
      .secondary()
      .field<&P::data_leakage_handling>(
          "What training rows are encoded by: the rows of their level (None), those without the "
          "row "
          "itself (LeaveOneOut), or those of other folds (KFold).")
      .input()
      .secondary()
      .field<&P::noise>(
          "Uniform noise of up to so much that is added to encodings; 0 for none, -1 for a "
          "hundredth of the response's range.")
      .input()
      .expert()
      .gridable();
}

}  // namespace

const schema::Schema& Parameters::schema() {
  static const schema::Schema kSchema = [] {
    Table table("TargetEncoderParametersV3", "TargetEncoderParameters", "ModelParametersSchemaV3");
    const schema::Schema& shared = model::common_parameters();
    table.inherit<&P::model_id, &P::training_frame>(shared);
    table.field<&P::encoding_folds>("Column that tells the fold of each row, for KFold.")
        .named("fold_column")
        .implemented_as("_fold_column")
        .inout()
        .secondary()
        .gridable()
        .in_frames({"training_frame"})
        .excludes({"response_column", "weights_column", "ignored_columns", "offset_column"});
    table.inherit<&P::response_column, &P::ignored_columns>(shared);
    add_encoding(table);
    table.field<&P::seed>("Seed of the noise. -1 draws one, which the model then reports.")
        .input()
        .expert();
    table.inherit_constants(shared);
    return schema::Schema(table);
  }();
  return kSchema;
}

}  // namespace neve::algos::targetencoder

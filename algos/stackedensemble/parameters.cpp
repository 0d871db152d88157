#include "algos/stackedensemble/parameters.hpp"

#include <neve/schema/schema_of.hpp>

namespace neve::algos::stackedensemble {
namespace {

using P = Parameters;
using Table = schema::SchemaOf<Parameters>;

void add_data(Table& table) {
  table.inherit<&P::model_id, &P::training_frame>(model::common_parameters());
  table.field<&P::response_column>("Column to predict, that of the base models.")
      .inout()
      .gridable()
      .in_frames({"training_frame", "validation_frame"})
      .excludes({"weights_column", "ignored_columns", "offset_column", "metalearner_fold_column"});
  table.inherit<&P::validation_frame>(model::common_parameters());
  table
      .field<&P::blending_frame>(
          "Frame of rows that no base model has seen: the metalearner learns from what they "
          "predict "
          "there, and the base models need no cross-validation.")
      .inout()
      .field<&P::base_models>(
          "Models to stack. Without a blending frame they are cross-validated on the training "
          "frame, with the same folds, and keep their cross-validation predictions.")
      .inout()
      .required();
}

void add_metalearner(Table& table) {
  table
      .field<&P::metalearner_algorithm>(
          "Algorithm of the metalearner. AUTO is a GLM without negative coefficients and without "
          "standardization, with a lambda search where there is a validation frame; the others "
          "have their own defaults.")
      .inout()
      .field<&P::metalearner_nfolds>(
          "Number of folds of the metalearner's cross-validation; 0 for none, else at least 2.")
      .inout()
      .at_least(0)
      .field<&P::metalearner_fold_assignment>(
          "How rows are dealt to the metalearner's folds where there is no fold column.")
      .inout()
      .secondary()
      .field<&P::metalearner_fold_column>("Column that holds the metalearner's fold of each row.")
      .inout()
      .secondary()
      .in_frames({"training_frame"})
      .excludes({"response_column", "ignored_columns"})
      .field<&P::metalearner_params>("Parameters of the metalearner, as a JSON object.")
      .inout()
      .field<&P::metalearner_transform>(
          "What happens to predicted probabilities before the metalearner sees them.")
      .inout();
}

void add_rest(Table& table) {
  table.inherit<&P::max_runtime_secs>(model::common_parameters());
  table.field<&P::weights_column>("Column of row weights for the metalearner and metrics.")
      .inout()
      .secondary()
      .gridable()
      .in_frames({"training_frame", "validation_frame"})
      .excludes({"response_column", "ignored_columns", "offset_column", "metalearner_fold_column"});
  table
      .field<&P::offset_column>(
          "Offset of the metalearner; that of the base models, if they have one.")
      .inout()
      .secondary()
      .gridable()
      .in_frames({"training_frame", "validation_frame"})
      .excludes(
          {"response_column", "weights_column", "ignored_columns", "metalearner_fold_column"});
  table.inherit<&P::custom_metric_func>(model::common_parameters());
  table
      .field<&P::seed>(
          "Seed of the metalearner. -1 draws one, which the model then reports and which repeats "
          "the run.")
      .inout()
      .gridable()
      .field<&P::score_training_samples>(
          "Rows of the training frame, about as many, that training metrics are computed on; 0 for "
          "all.")
      .inout()
      .secondary()
      .at_least(0)
      .field<&P::keep_levelone_frame>("Keep the frame that the metalearner learned from.")
      .input()
      .secondary();
  table.inherit<&P::export_checkpoints_dir, &P::auc_type, &P::gainslift_bins>(
      model::common_parameters());
  // Clients send it; which columns count is for the base models to say.
  table.field<&P::ignored_columns>("Not used: the columns are those of the base models.")
      .inout()
      .silent();
}

}  // namespace

const schema::Schema& Parameters::schema() {
  static const schema::Schema kSchema = [] {
    Table table("StackedEnsembleParametersV99", "StackedEnsembleParameters",
                "ModelParametersSchemaV3", 99);
    add_data(table);
    add_metalearner(table);
    add_rest(table);
    table.inherit_constants(model::common_parameters());
    return schema::Schema(table);
  }();
  return kSchema;
}

}  // namespace neve::algos::stackedensemble

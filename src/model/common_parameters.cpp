#include <neve/model/common_parameters.hpp>

#include <neve/schema/schema_of.hpp>

namespace neve::model {

const schema::Schema& common_parameters() {
  using P = CommonParameters;
  static const schema::Schema kSchema =
      schema::SchemaOf<P>("ModelParametersSchemaV3", "Parameters")
          .field<&P::model_id>("Name of the model; made up by the server where it is not given.")
          .inout()
          .implemented_as("")
          .field<&P::training_frame>("Frame to learn from.")
          .inout()
          .implemented_as("_train")
          .field<&P::validation_frame>("Frame to measure on while training, and to stop early by.")
          .inout()
          .implemented_as("_valid")
          .gridable()
          .field<&P::nfolds>("Number of folds of cross-validation; 0 for none, else at least 2.")
          .inout()
          .at_least(0)
          .field<&P::keep_cross_validation_models>("Keep the models of the folds.")
          .inout()
          .expert()
          .field<&P::keep_cross_validation_predictions>("Keep what the folds' models predict.")
          .inout()
          .expert()
          .field<&P::keep_cross_validation_fold_assignment>("Keep the fold of each row.")
          .inout()
          .expert()
          .field<&P::fold_assignment>(
              "How rows are dealt to folds where there is no fold column. Stratified keeps the "
              "shares "
              "of the response's classes.")
          .inout()
          .secondary()
          .gridable()
          .field<&P::fold_column>("Column that holds the fold of each row.")
          .inout()
          .secondary()
          .gridable()
          .in_frames({"training_frame"})
          .excludes({"response_column", "weights_column", "ignored_columns", "offset_column"})
          .field<&P::response_column>("Column to predict.")
          .inout()
          .gridable()
          .in_frames({"training_frame", "validation_frame"})
          .excludes({"weights_column", "ignored_columns", "offset_column", "fold_column"})
          .field<&P::ignored_columns>("Columns that are not used as predictors.")
          .inout()
          .in_frames({"training_frame", "validation_frame"})
          .excludes({"response_column", "weights_column", "offset_column", "fold_column"})
          .field<&P::ignore_const_cols>("Leave out columns that hold one value only.")
          .inout()
          .field<&P::offset_column>(
              "Column that is added to the prediction on the scale of the link function, with a "
              "coefficient of 1.")
          .inout()
          .secondary()
          .gridable()
          .in_frames({"training_frame", "validation_frame"})
          .excludes({"response_column", "weights_column", "ignored_columns", "fold_column"})
          .field<&P::weights_column>(
              "Column of row weights, none negative. A row of weight 2 counts as two equal rows, "
              "one "
              "of weight 0 as none.")
          .inout()
          .secondary()
          .gridable()
          .in_frames({"training_frame", "validation_frame"})
          .excludes({"response_column", "ignored_columns", "offset_column", "fold_column"})
          .field<&P::score_each_iteration>("Measure after every iteration.")
          .inout()
          .secondary()
          .field<&P::categorical_encoding>(
              "How categorical predictors are presented to the algorithm.")
          .inout()
          .secondary()
          .gridable()
          .field<&P::seed>(
              "Seed of all random choices. -1 draws one, which the model then reports and which "
              "repeats the run.")
          .inout()
          .gridable()
          .field<&P::max_runtime_secs>("Stop training after this many seconds; 0 for no limit.")
          .inout()
          .secondary()
          .gridable()
          .at_least(0)
          .field<&P::stopping_rounds>(
              "Stop when the stopping metric's moving average over this many scoring points no "
              "longer "
              "improves; 0 never stops early.")
          .inout()
          .secondary()
          .gridable()
          .at_least(0)
          .field<&P::stopping_metric>(
              "Metric to stop early by. AUTO is logloss for classification and deviance for "
              "regression.")
          .inout()
          .secondary()
          .gridable()
          .field<&P::stopping_tolerance>("Relative improvement below which training stops early.")
          .inout()
          .secondary()
          .gridable()
          .at_least(0)
          .field<&P::balance_classes>("Sample rows so that the classes are equally frequent.")
          .inout()
          .secondary()
          .gridable()
          .field<&P::class_sampling_factors>(
              "Sampling factor of each class, in the order of the response's levels, for "
              "balance_classes.")
          .inout()
          .expert()
          .gridable()
          .field<&P::max_after_balance_size>(
              "Most rows after balancing classes, as a multiple of the rows before.")
          .inout()
          .expert()
          .gridable()
          .above(0)
          .field<&P::max_confusion_matrix_size>(
              "Largest number of classes whose confusion matrix is logged.")
          .inout()
          .secondary()
          .field<&P::checkpoint>("Model to go on training from.")
          .inout()
          .secondary()
          .field<&P::export_checkpoints_dir>("Folder into which models are written while training.")
          .inout()
          .secondary()
          .field<&P::custom_metric_func>("Reference to a metric of the user's own.")
          .inout()
          .secondary()
          .field<&P::auc_type>("How the AUC of several classes is averaged.")
          .inout()
          .secondary()
          .gridable()
          .field<&P::gainslift_bins>(
              "Number of groups of the gains/lift table; 0 for none, -1 for 16.")
          .inout()
          .secondary()
          .constant("parallelize_cross_validation", "true")
          .constant("max_categorical_levels", "10")
          .constant("categorical_encoding", R"("AUTO")")
          .constant("distribution", R"("AUTO")")
          .constant("tweedie_power", "1.5")
          .constant("quantile_alpha", "0.5")
          .constant("huber_alpha", "0.9")
          .constant("custom_distribution_func", "null")
          .internal_constant("_keep_cross_validation_predictions_precision", "-1")
          .internal_constant("_auto_rebalance", "true")
          .internal_constant("_check_constant_response", "true")
          .internal_constant("_preprocessors", "null")
          .internal_constant("_treatment_column", "null")
          .internal_constant("_is_cv_model", "false")
          .internal_constant("_cv_fold", "-1")
          .internal_constant("_main_model_time_budget_factor", "0.0")
          .internal_constant("_pretrained_autoencoder", "null")
          .internal_constant("_auuc_type", R"("AUTO")")
          .internal_constant("_auuc_nbins", "-1");
  return kSchema;
}

}  // namespace neve::model

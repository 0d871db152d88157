#include <neve/automl/spec.hpp>

#include <algorithm>
#include <cctype>

#include <neve/schema/schema_of.hpp>

namespace neve::automl {

const schema::Schema& Step::schema() {
  using T = Step;
  static const schema::Schema kSchema =
      schema::SchemaOf<T>("StepV99", "Step", "Schema", 99)
          .field<&T::id>("Name of the step among those of its algorithm.")
          .inout()
          .field<&T::group>("Steps of a lower group come first; -1: as the step has it.")
          .inout()
          .field<&T::weight>("Share of what the group may use; -1: as the step has it.")
          .inout();
  return kSchema;
}

const schema::Schema& StepDefinition::schema() {
  using T = StepDefinition;
  static const schema::Schema kSchema =
      schema::SchemaOf<T>("StepDefinitionV99", "StepDefinition", "Schema", 99)
          .field<&T::name>("The algorithm whose steps these are.")
          .inout()
          .field<&T::alias>("Which of its steps, where they are not listed.")
          .inout()
          .field<&T::steps>("The steps.")
          .inout();
  return kSchema;
}

const schema::Schema& StoppingCriteria::schema() {
  using T = StoppingCriteria;
  static const schema::Schema kSchema =
      schema::SchemaOf<T>("AutoMLStoppingCriteriaV99", "AutoMLStoppingCriteria", "SchemaV3", 99)
          .field<&T::seed>("Makes runs that end by a number of models repeatable; -1: drawn.")
          .input()
          .secondary()
          .field<&T::max_models>("Models to train, besides ensembles; 0: no limit.")
          .input()
          .secondary()
          .at_least(0)
          .field<&T::max_runtime_secs>("Seconds that the run takes; 0: no limit.")
          .input()
          .secondary()
          .at_least(0)
          .field<&T::max_runtime_secs_per_model>("Seconds for each model; 0: no limit.")
          .input()
          .secondary()
          .at_least(0)
          .field<&T::stopping_rounds>(
              "Scores whose moving average must become better, of a model and twice as many of a "
              "search; 0: nothing ends early.")
          .input()
          .secondary()
          .at_least(0)
          .field<&T::stopping_metric>("The metric that must become better.")
          .input()
          .secondary()
          .field<&T::stopping_tolerance>(
              "By which share it must; -1: one by the square root of the number of rows.")
          .input()
          .secondary()
          .at_least(-1);
  return kSchema;
}

const schema::Schema& BuildControl::schema() {
  using T = BuildControl;
  static const schema::Schema kSchema =
      schema::SchemaOf<T>("AutoMLBuildControlV99", "AutoMLBuildControl", "SchemaV3", 99)
          .field<&T::project_name>("Runs of one project and response add to one leaderboard.")
          .inout()
          .field<&T::stopping_criteria>("When models, searches and the run end.")
          .input()
          .field<&T::nfolds>("Folds of cross-validation; 0: none, -1: as size and time allow.")
          .input()
          .secondary()
          .at_least(-1)
          .field<&T::balance_classes>("Sample the classes so that they are of one size.")
          .input()
          .secondary()
          .field<&T::class_sampling_factors>("How often each class is taken.")
          .input()
          .expert()
          .field<&T::max_after_balance_size>("Most that rows may grow by balancing.")
          .input()
          .expert()
          .field<&T::keep_cross_validation_predictions>(
              "Keep what models of folds predict after the run.")
          .input()
          .expert()
          .field<&T::keep_cross_validation_models>("Keep the models of folds.")
          .input()
          .expert()
          .field<&T::keep_cross_validation_fold_assignment>("Keep which rows are in which fold.")
          .input()
          .expert()
          .field<&T::export_checkpoints_dir>("Folder that models are written to.")
          .input()
          .expert()
          .field<&T::distribution>("Of the response, for the algorithms that know it.")
          .inout()
          .field<&T::tweedie_power>("Power of a tweedie distribution.")
          .input()
          .field<&T::quantile_alpha>("The quantile of distribution quantile.")
          .input()
          .field<&T::huber_alpha>("The quantile of errors where huber becomes linear.")
          .input()
          .field<&T::custom_metric_func>("Not supported: it is code that would run in the server.")
          .inout()
          .secondary()
          .field<&T::custom_distribution_func>(
              "Not supported: it is code that would run in the server.")
          .inout();
  return kSchema;
}

const schema::Schema& InputSpec::schema() {
  using T = InputSpec;
  static const schema::Schema kSchema =
      schema::SchemaOf<T>("AutoMLInputV99", "AutoMLInput", "SchemaV3", 99)
          .field<&T::training_frame>("The rows to learn from.")
          .input()
          .field<&T::response_column>("The column to predict.")
          .input()
          .in_frames({"training_frame", "validation_frame", "leaderboard_frame", "blending_frame"})
          .excludes({"ignored_columns", "fold_column", "weights_column"})
          .field<&T::validation_frame>(
              "Rows that end models early where there is no cross-validation.")
          .input()
          .field<&T::blending_frame>("Rows that ensembles learn from.")
          .input()
          .field<&T::leaderboard_frame>("Rows that models are ranked on.")
          .input()
          .field<&T::fold_column>("The fold of each row.")
          .input()
          .secondary()
          .in_frames({"training_frame", "validation_frame", "leaderboard_frame"})
          .excludes({"ignored_columns", "response_column", "weights_column"})
          .field<&T::weights_column>("The weight of each row.")
          .input()
          .secondary()
          .in_frames({"training_frame", "validation_frame", "leaderboard_frame"})
          .excludes({"ignored_columns", "response_column", "fold_column"})
          .field<&T::ignored_columns>("Columns that models do not look at.")
          .input()
          .secondary()
          .in_frames({"training_frame", "validation_frame", "leaderboard_frame", "blending_frame"})
          .excludes({"response_column", "fold_column", "weights_column"})
          .field<&T::sort_metric>("By which models are ranked.")
          .input()
          .secondary();
  return kSchema;
}

const schema::Schema& CustomParameter::schema() {
  using T = CustomParameter;
  static const schema::Schema kSchema =
      schema::SchemaOf<T>("AutoMLCustomParameterV99", "Iced", "Schema", 99)
          .field<&T::scope>("The algorithm that gets it; any: all that have it.")
          .input()
          .field<&T::name>("Name of the parameter.")
          .input()
          .field<&T::value>("Its value.")
          .input();
  return kSchema;
}

const schema::Schema& PreprocessingStep::schema() {
  using T = PreprocessingStep;
  static const schema::Schema kSchema =
      schema::SchemaOf<T>("PreprocessingStepDefinitionV99", "PreprocessingStepDefinition", "Schema",
                          99)
          .field<&T::type>("What is done to columns before models see them.")
          .inout();
  return kSchema;
}

const schema::Schema& BuildModels::schema() {
  using T = BuildModels;
  static const schema::Schema kSchema =
      schema::SchemaOf<T>("AutoMLBuildModelsV99", "AutoMLBuildModels", "SchemaV3", 99)
          .field<&T::exclude_algos>("Algorithms that are left out.")
          .input()
          .secondary()
          .field<&T::include_algos>("The only algorithms that are used.")
          .input()
          .secondary()
          .field<&T::exploitation_ratio>(
              "Share of the work that goes into bettering the best models; -1: none.")
          .input()
          .secondary()
          .at_least(-1)
          .at_most(1)
          .field<&T::modeling_plan>("The steps of the run.")
          .input()
          .expert()
          .field<&T::preprocessing>("What is done to columns before models see them.")
          .input()
          .secondary()
          .field<&T::algo_parameters>("Parameters for models besides those of their steps.")
          .as_type("Iced[]", "AutoMLCustomParameterV99")
          .input()
          .expert()
          .field<&T::monotone_constraints>(
              "Columns with which predictions may only rise (1) or fall (-1).")
          .as_type("KeyValue[]", "KeyValueV3")
          .input()
          .secondary();
  return kSchema;
}

std::string measure_name(SortMetric metric) {
  if (metric == SortMetric::automatic) return {};
  if (metric == SortMetric::deviance) return "mean_residual_deviance";
  std::string name(schema::enum_text(metric));
  std::ranges::transform(name, name.begin(), [](char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  });
  return name;
}

}  // namespace neve::automl

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <neve/model/common_parameters.hpp>
#include <neve/schema/schema.hpp>
#include <neve/schema/values.hpp>

/// What a client may say about a run of AutoML. Each struct is what clients send and get back; help
/// and levels are in spec.cpp.
namespace neve::automl {

/// The algorithms of a run, as clients name them.
enum class Algo : std::uint8_t { glm, drf, gbm, deeplearning, stackedensemble, xgboost };
/// What a custom parameter is for: an algorithm, or all that have it.
enum class Scope : std::uint8_t { any, glm, drf, gbm, deeplearning, stackedensemble, xgboost };
/// A part of the steps of an algorithm.
enum class Alias : std::uint8_t { all, defaults, grids, exploitation, optionals };
enum class Preprocessing : std::uint8_t { target_encoding };
enum class Distribution : std::uint8_t {
  automatic,
  bernoulli,
  multinomial,
  gaussian,
  poisson,
  gamma,
  tweedie,
  laplace,
  quantile,
  huber,
  custom
};
/// By which models are ranked.
enum class SortMetric : std::uint8_t {
  automatic,
  deviance,
  logloss,
  mse,
  rmse,
  mae,
  rmsle,
  auc,
  aucpr,
  lift_top_group,
  misclassification,
  mean_per_class_error
};

/// A step of a plan: steps of one group run before those of the next one; weights share out what a
/// group may use. -1: as the step has it.
struct Step {
  std::string id = {};
  std::int32_t group = -1;
  std::int32_t weight = -1;
  static const schema::Schema& schema();
  template <class Archive>
  void fields(Archive& archive) {
    archive(id, group, weight);
  }
  friend bool operator==(const Step&, const Step&) = default;
};

/// Steps of an algorithm: those of the alias, or the listed ones, or all.
struct StepDefinition {
  std::string name = {};
  std::optional<Alias> alias = {};
  std::optional<std::vector<Step>> steps = {};
  static const schema::Schema& schema();
  template <class Archive>
  void fields(Archive& archive) {
    archive(name, alias, steps);
  }
};

struct StoppingCriteria {
  std::int64_t seed = -1;       ///< -1: drawn
  std::int32_t max_models = 0;  ///< without ensembles; 0: no limit
  double max_runtime_secs = 0;  ///< 0: no limit
  double max_runtime_secs_per_model = 0;
  std::int32_t stopping_rounds = 3;
  model::StoppingMetric stopping_metric = model::StoppingMetric::automatic;
  double stopping_tolerance = -1;  ///< -1: by the number of rows
  static const schema::Schema& schema();
  template <class Archive>
  void fields(Archive& archive) {
    archive(seed, max_models, max_runtime_secs, max_runtime_secs_per_model, stopping_rounds,
            stopping_metric, stopping_tolerance);
  }
};

struct BuildControl {
  std::optional<std::string> project_name = {};
  StoppingCriteria stopping_criteria = {};
  std::int32_t nfolds = -1;  ///< 0: no cross-validation; -1: as size and time allow
  bool balance_classes = false;
  std::optional<std::vector<float>> class_sampling_factors = {};
  float max_after_balance_size = 5;
  bool keep_cross_validation_predictions = false;
  bool keep_cross_validation_models = false;
  bool keep_cross_validation_fold_assignment = false;
  std::optional<std::string> export_checkpoints_dir = {};
  Distribution distribution = Distribution::automatic;
  double tweedie_power = 1.5;
  double quantile_alpha = 0.5;
  double huber_alpha = 0.9;
  std::optional<std::string> custom_metric_func = {};
  std::optional<std::string> custom_distribution_func = {};
  static const schema::Schema& schema();
  template <class Archive>
  void fields(Archive& archive) {
    archive(project_name, stopping_criteria, nfolds, balance_classes, class_sampling_factors,
            max_after_balance_size, keep_cross_validation_predictions, keep_cross_validation_models,
            keep_cross_validation_fold_assignment, export_checkpoints_dir, distribution,
            tweedie_power, quantile_alpha, huber_alpha, custom_metric_func,
            custom_distribution_func);
  }
};

struct InputSpec {
  schema::FrameRef training_frame = {};
  schema::ColumnName response_column = {};
  schema::FrameRef validation_frame = {};
  schema::FrameRef blending_frame = {};
  schema::FrameRef leaderboard_frame = {};
  schema::ColumnName fold_column = {};
  schema::ColumnName weights_column = {};
  std::optional<std::vector<std::string>> ignored_columns = {};
  SortMetric sort_metric = SortMetric::automatic;
  static const schema::Schema& schema();
  template <class Archive>
  void fields(Archive& archive) {
    archive(training_frame, response_column, validation_frame, blending_frame, leaderboard_frame,
            fold_column, weights_column, ignored_columns, sort_metric);
  }
};

/// A parameter that models get besides those of their step.
struct CustomParameter {
  Scope scope = Scope::any;
  std::string name = {};
  schema::RawJson value = {};
  static const schema::Schema& schema();
  template <class Archive>
  void fields(Archive& archive) {
    archive(scope, name, value);
  }
};

struct PreprocessingStep {
  Preprocessing type = Preprocessing::target_encoding;
  static const schema::Schema& schema();
  template <class Archive>
  void fields(Archive& archive) {
    archive(type);
  }
};

struct BuildModels {
  std::optional<std::vector<Algo>> exclude_algos = {};
  std::optional<std::vector<Algo>> include_algos = {};
  double exploitation_ratio = -1;  ///< share of the work that betters the best models; -1: none
  std::optional<std::vector<StepDefinition>> modeling_plan = {};
  std::optional<std::vector<PreprocessingStep>> preprocessing = {};
  std::optional<std::vector<CustomParameter>> algo_parameters = {};
  schema::RawJson monotone_constraints = {};  ///< of columns to 1 or -1
  static const schema::Schema& schema();
  template <class Archive>
  void fields(Archive& archive) {
    archive(exclude_algos, include_algos, exploitation_ratio, modeling_plan, preprocessing,
            algo_parameters, monotone_constraints);
  }
};

struct BuildSpec {
  BuildControl build_control = {};
  InputSpec input_spec = {};
  BuildModels build_models = {};
  /// Once it is settled.
  [[nodiscard]] bool cross_validates() const {
    return build_control.nfolds > 1 || !input_spec.fold_column.empty();
  }
  template <class Archive>
  void fields(Archive& archive) {
    archive(build_control, input_spec, build_models);
  }
};

/// The metric of this choice as find_measure() knows it; empty for AUTO.
std::string measure_name(SortMetric metric);

}  // namespace neve::automl

template <>
struct neve::schema::EnumText<neve::automl::Algo> {
  static constexpr std::string_view name = "H2oautomlAlgo";
  static constexpr std::array<std::string_view, 6> values = {
      "GLM", "DRF", "GBM", "DeepLearning", "StackedEnsemble", "XGBoost"};
};
template <>
struct neve::schema::EnumText<neve::automl::Scope> {
  static constexpr std::string_view name = "Automlapischemas3AutoMLBuildSpecScopeProvider";
  static constexpr std::array<std::string_view, 7> values = {
      "any", "GLM", "DRF", "GBM", "DeepLearning", "StackedEnsemble", "XGBoost"};
};
template <>
struct neve::schema::EnumText<neve::automl::Alias> {
  static constexpr std::string_view name = "H2oautomlStepDefinitionAlias";
  static constexpr std::array<std::string_view, 5> values = {"all", "defaults", "grids",
                                                             "exploitation", "optionals"};
};
template <>
struct neve::schema::EnumText<neve::automl::Preprocessing> {
  static constexpr std::string_view name = "H2oautomlpreprocessingPreprocessingStepDefinitionType";
  static constexpr std::array<std::string_view, 1> values = {"TargetEncoding"};
};
template <>
struct neve::schema::EnumText<neve::automl::Distribution> {
  static constexpr std::string_view name = "GenmodelutilsDistributionFamily";
  static constexpr std::array<std::string_view, 11> values = {
      "AUTO",    "bernoulli", "multinomial", "gaussian", "poisson", "gamma",
      "tweedie", "laplace",   "quantile",    "huber",    "custom"};
};
template <>
struct neve::schema::EnumText<neve::automl::SortMetric> {
  static constexpr std::string_view name = "Automlapischemas3AutoMLBuildSpecAutoMLMetricProvider";
  static constexpr std::array<std::string_view, 12> values = {"AUTO",
                                                              "deviance",
                                                              "logloss",
                                                              "MSE",
                                                              "RMSE",
                                                              "MAE",
                                                              "RMSLE",
                                                              "AUC",
                                                              "AUCPR",
                                                              "lift_top_group",
                                                              "misclassification",
                                                              "mean_per_class_error"};
};

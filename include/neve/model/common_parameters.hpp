#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <neve/schema/schema.hpp>
#include <neve/schema/values.hpp>

namespace neve::model {

enum class FoldAssignment : std::uint8_t { automatic, random, modulo, stratified };
enum class CategoricalEncoding : std::uint8_t {
  automatic,
  enumeration,
  one_hot_internal,
  one_hot_explicit,
  binary,
  eigen,
  label_encoder,
  sort_by_response,
  enum_limited
};
enum class StoppingMetric : std::uint8_t {
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
  mean_per_class_error,
  anomaly_score,
  auuc,
  ate,
  att,
  atc,
  qini,
  custom,
  custom_increasing
};
enum class AucType : std::uint8_t {
  automatic,
  none,
  macro_ovr,
  weighted_ovr,
  macro_ovo,
  weighted_ovo
};

/// Parameters that algorithms share. An algorithm's own struct derives from this one and lists
/// those that it has with `.inherit<&Parameters::seed, …>(common_parameters())`; help, level and
/// defaults are written here only.
struct CommonParameters {
  schema::ModelRef model_id;
  schema::FrameRef training_frame;
  schema::FrameRef validation_frame;
  std::int32_t nfolds = 0;
  bool keep_cross_validation_models = true;
  bool keep_cross_validation_predictions = false;
  bool keep_cross_validation_fold_assignment = false;
  FoldAssignment fold_assignment = FoldAssignment::automatic;
  schema::ColumnName fold_column;
  schema::ColumnName response_column;
  std::optional<std::vector<std::string>> ignored_columns;
  bool ignore_const_cols = true;
  schema::ColumnName offset_column;
  schema::ColumnName weights_column;
  bool score_each_iteration = false;
  CategoricalEncoding categorical_encoding = CategoricalEncoding::automatic;
  std::int64_t seed = -1;
  double max_runtime_secs = 0;
  std::int32_t stopping_rounds = 0;
  StoppingMetric stopping_metric = StoppingMetric::automatic;
  double stopping_tolerance = 0.001;
  bool balance_classes = false;
  std::optional<std::vector<float>> class_sampling_factors;
  float max_after_balance_size = 5;
  std::int32_t max_confusion_matrix_size = 20;
  schema::ModelRef checkpoint;
  std::optional<std::string> export_checkpoints_dir;
  std::optional<std::string> custom_metric_func;
  AucType auc_type = AucType::automatic;
  std::int32_t gainslift_bins = -1;
};

/// The table of CommonParameters.
const schema::Schema& common_parameters();

/// What validation says about one parameter. ERRR keeps training from starting, WARN is shown by
/// the clients.
struct Message {
  enum class Kind : std::uint8_t { error, warning, info, trace };
  Kind kind = Kind::error;
  std::string field;
  std::string text;
};
using Messages = std::vector<Message>;

/// Adds what keeps training from starting.
void add_error(Messages& messages, std::string field, std::string text);
/// Adds what clients show.
void add_warning(Messages& messages, std::string field, std::string text);
/// What H2O-3's implementation calls the member behind a field: "_ntrees".
std::string implementation_name(const schema::Schema& parameters, const std::string& field);
/// "ERRR on field: _ntrees: …" for each error.
std::string error_details(const schema::Schema& parameters, const Messages& messages);
/// Adds an error for each bounded field out of its bounds.
void check_bounds(const schema::Schema& schema, const void* parameters, Messages& messages);
/// Adds an error "… is not supported yet" for a value whose work is not built; names field and
/// value.
void refuse(std::string field, std::string value, Messages& messages);

}  // namespace neve::model

template <>
struct neve::schema::EnumText<neve::model::FoldAssignment> {
  static constexpr std::string_view name = "ModelParametersFoldAssignmentScheme";
  static constexpr std::array<std::string_view, 4> values = {"AUTO", "Random", "Modulo",
                                                             "Stratified"};
};
template <>
struct neve::schema::EnumText<neve::model::CategoricalEncoding> {
  static constexpr std::string_view name = "ModelParametersCategoricalEncodingScheme";
  static constexpr std::array<std::string_view, 9> values = {
      "AUTO",  "Enum",         "OneHotInternal", "OneHotExplicit", "Binary",
      "Eigen", "LabelEncoder", "SortByResponse", "EnumLimited"};
};
template <>
struct neve::schema::EnumText<neve::model::StoppingMetric> {
  static constexpr std::string_view name = "ScoreKeeperStoppingMetric";
  static constexpr std::array<std::string_view, 20> values = {"AUTO",
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
                                                              "mean_per_class_error",
                                                              "anomaly_score",
                                                              "AUUC",
                                                              "ATE",
                                                              "ATT",
                                                              "ATC",
                                                              "qini",
                                                              "custom",
                                                              "custom_increasing"};
};
template <>
struct neve::schema::EnumText<neve::model::AucType> {
  static constexpr std::string_view name = "MultinomialAucType";
  static constexpr std::array<std::string_view, 6> values = {
      "AUTO", "NONE", "MACRO_OVR", "WEIGHTED_OVR", "MACRO_OVO", "WEIGHTED_OVO"};
};

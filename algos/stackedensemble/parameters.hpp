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

namespace neve::algos::stackedensemble {

/// Who learns from the base models' predictions. AUTO is a GLM without negative coefficients.
enum class MetalearnerAlgorithm : std::uint8_t {
  automatic,
  deeplearning,
  drf,
  gbm,
  glm,
  naivebayes,
  xgboost
};

/// What happens to predicted probabilities before the metalearner sees them.
enum class Transform : std::uint8_t { none, logit };

/// What a user may say about a stacked ensemble.
struct Parameters : model::CommonParameters {
  Parameters() { ignore_const_cols = false; }
  schema::FrameRef blending_frame;
  std::vector<schema::AnyRef> base_models;
  MetalearnerAlgorithm metalearner_algorithm = MetalearnerAlgorithm::automatic;
  std::int32_t metalearner_nfolds = 0;
  std::optional<model::FoldAssignment> metalearner_fold_assignment;
  schema::ColumnName metalearner_fold_column;
  std::string metalearner_params;  ///< JSON, a value or a list of one for each name; or empty
  Transform metalearner_transform = Transform::none;
  std::int64_t score_training_samples = 10'000;
  bool keep_levelone_frame = false;
  /// Predictions on rows that no base model has seen, instead of those of cross-validation.
  [[nodiscard]] bool blends() const { return !blending_frame.empty(); }
  static const schema::Schema& schema();
};

}  // namespace neve::algos::stackedensemble

template <>
struct neve::schema::EnumText<neve::algos::stackedensemble::MetalearnerAlgorithm> {
  static constexpr std::string_view name = "EnsembleMetalearnerAlgorithm";
  static constexpr std::array<std::string_view, 7> values = {
      "AUTO", "deeplearning", "drf", "gbm", "glm", "naivebayes", "xgboost"};
};
template <>
struct neve::schema::EnumText<neve::algos::stackedensemble::Transform> {
  static constexpr std::string_view name =
      "EnsembleStackedEnsembleModelStackedEnsembleParametersMetalearnerTransform";
  static constexpr std::array<std::string_view, 2> values = {"NONE", "Logit"};
};

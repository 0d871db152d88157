#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <neve/model/common_parameters.hpp>
#include <neve/model/models.hpp>
#include <neve/schema/values.hpp>

namespace neve::rest {

enum class LeafNodeAssignmentType : std::uint8_t { path, node_id };
enum class ContributionsFormat : std::uint8_t { original, compact };

/// Request and answer of predicting and of measuring a model on a frame.
struct ModelMetricsList {
  schema::ModelRef model;
  schema::FrameRef frame;
  schema::FrameRef predictions_frame;
  schema::FrameRef deviances_frame;
  bool reconstruction_error = false;
  bool reconstruction_error_per_feature = false;
  std::int32_t deep_features_hidden_layer = -1;
  std::optional<std::string> deep_features_hidden_layer_name;
  bool reconstruct_train = false;
  bool project_archetypes = false;
  bool reverse_transform = false;
  bool leaf_node_assignment = false;
  std::optional<LeafNodeAssignmentType> leaf_node_assignment_type;
  bool predict_staged_proba = false;
  bool predict_contributions = false;
  bool row_to_tree_assignment = false;
  std::optional<ContributionsFormat> predict_contributions_output_format;
  std::int32_t top_n = 0;
  std::int32_t bottom_n = 0;
  bool compare_abs = false;
  bool feature_frequencies = false;
  std::int32_t exemplar_index = -1;
  bool deviances = false;
  std::optional<std::string> custom_metric_func;
  std::optional<std::string> auc_type;
  std::optional<std::string> auuc_type;
  std::optional<std::vector<double>> custom_auuc_thresholds;
  std::int32_t auuc_nbins = 0;
  schema::FrameRef background_frame;
  bool output_space = false;
  bool output_per_reference = false;
  std::optional<std::vector<schema::AnyObject>> model_metrics;
  static const schema::Schema& schema();
};

/// Throws InputError naming the first option whose work is not built and its value.
void refuse_unbuilt_options(const ModelMetricsList& request);

/// What is asked instead of predictions, if anything; the first of several, as in H2O-3.
std::optional<model::RowQuestion> question_of(const ModelMetricsList& request);

/// A question's parameter, its words in messages, and what names of its frames begin with: of
/// answers that are waited for, and of those that a job makes.
struct QuestionName {
  std::string parameter;
  std::string words;
  std::string prefix;
  std::string job_prefix;
};
QuestionName name_of(model::RowQuestion question);

/// The metrics that models keep of their own training and validation frames, and of their folds.
/// Empty names stand for all.
std::vector<schema::AnyObject> kept_metrics(const model::Models& models, const std::string& model,
                                            const std::string& frame);

}  // namespace neve::rest

template <>
struct neve::schema::EnumText<neve::rest::LeafNodeAssignmentType> {
  static constexpr std::string_view name = "ModelLeafNodeAssignmentLeafNodeAssignmentType";
  static constexpr std::array<std::string_view, 2> values = {"Path", "Node_ID"};
};
template <>
struct neve::schema::EnumText<neve::rest::ContributionsFormat> {
  static constexpr std::string_view name = "ModelContributionsContributionsOutputFormat";
  static constexpr std::array<std::string_view, 2> values = {"Original", "Compact"};
};

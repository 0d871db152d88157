#include "rest/metrics_list.hpp"

#include <neve/base/error.hpp>
#include <neve/schema/schema_of.hpp>

namespace neve::rest {

const schema::Schema& ModelMetricsList::schema() {
  using M = ModelMetricsList;
  static const schema::Schema kSchema =
      schema::SchemaOf<M>("ModelMetricsListSchemaV3", "ModelMetricsList", "RequestSchemaV3")
          .field<&M::model>("The model.")
          .input()
          .field<&M::frame>("The frame to score.")
          .input()
          .field<&M::predictions_frame>(
              "Name of the frame of predictions; made up where it is not given.")
          .inout()
          .field<&M::deviances_frame>("Name of the frame of deviances.")
          .inout()
          .field<&M::reconstruction_error>("Autoencoders: the error of each row.")
          .input()
          .silent()
          .field<&M::reconstruction_error_per_feature>("Autoencoders: the error of each cell.")
          .input()
          .silent()
          .field<&M::deep_features_hidden_layer>(
              "Deep learning: the layer whose outputs are wanted.")
          .input()
          .silent()
          .field<&M::deep_features_hidden_layer_name>("Deep learning: that layer's name.")
          .input()
          .silent()
          .field<&M::reconstruct_train>("GLRM: the reconstructed training frame.")
          .input()
          .silent()
          .field<&M::project_archetypes>("GLRM: archetypes in the space of the columns.")
          .input()
          .silent()
          .field<&M::reverse_transform>("GLRM: undo the transformation of the columns.")
          .input()
          .silent()
          .field<&M::leaf_node_assignment>("Trees: the leaf of each row in each tree.")
          .input()
          .silent()
          .field<&M::leaf_node_assignment_type>("Trees: how leaves are named.")
          .input()
          .silent()
          .field<&M::predict_staged_proba>("Trees: the probabilities after each tree.")
          .input()
          .silent()
          .field<&M::predict_contributions>("The contribution of each column to each prediction.")
          .input()
          .silent()
          .field<&M::row_to_tree_assignment>("Trees: the trees that learnt from each row.")
          .input()
          .silent()
          .field<&M::predict_contributions_output_format>(
              "How contributions of categories are shown.")
          .input()
          .silent()
          .field<&M::top_n>("Contributions: only so many of the largest.")
          .input()
          .silent()
          .field<&M::bottom_n>("Contributions: only so many of the smallest.")
          .input()
          .silent()
          .field<&M::compare_abs>("Contributions: order by their size, whatever the sign.")
          .input()
          .silent()
          .field<&M::feature_frequencies>("Trees: how often each column decided a row's way.")
          .input()
          .silent()
          .field<&M::exemplar_index>("Aggregator: the exemplar whose rows are wanted.")
          .input()
          .silent()
          .field<&M::deviances>("GLM: the deviance of each row.")
          .input()
          .silent()
          .field<&M::custom_metric_func>("Reference to a metric of the user's own.")
          .input()
          .silent()
          .field<&M::auc_type>("How the AUC of several classes is averaged.")
          .input()
          .silent()
          .field<&M::auuc_type>("Uplift: which AUUC.")
          .input()
          .silent()
          .field<&M::custom_auuc_thresholds>("Uplift: thresholds of the AUUC.")
          .inout()
          .field<&M::auuc_nbins>("Uplift: groups of the AUUC.")
          .input()
          .silent()
          .field<&M::background_frame>("Contributions: the frame to compare with.")
          .input()
          .silent()
          .field<&M::output_space>("Contributions: on the scale of the predictions.")
          .input()
          .silent()
          .field<&M::output_per_reference>("Contributions: for each row of the background frame.")
          .input()
          .field<&M::model_metrics>("The metrics.")
          .as_type("ModelMetrics[]", "ModelMetricsBaseV3");
  return kSchema;
}

void refuse_unbuilt_options(const ModelMetricsList& request) {
  const auto refuse = [](bool asked, const std::string& name, const std::string& value = "true") {
    if (!asked) return;
    throw InputError::unsupported("The value " + value + " of parameter " + name +
                                      " is not supported yet; leave the parameter out.",
                                  {{"parameter", name}, {"value", value}});
  };
  const std::string layer = request.deep_features_hidden_layer_name.value_or("");
  if (!layer.empty()) {
    throw InputError::illegal_argument(
        "The value " + layer +
            " of parameter deep_features_hidden_layer_name is the name of no layer: layers have "
            "numbers; use deep_features_hidden_layer, counted from 0.",
        {{"parameter", "deep_features_hidden_layer_name"}, {"value", layer}});
  }
  refuse(request.predict_contributions, "predict_contributions");
  refuse(request.exemplar_index >= 0, "exemplar_index", std::to_string(request.exemplar_index));
  refuse(request.deviances, "deviances");
  refuse(request.custom_metric_func && !request.custom_metric_func->empty(), "custom_metric_func",
         request.custom_metric_func.value_or(""));
}

std::optional<model::RowQuestion> question_of(const ModelMetricsList& request) {
  if (request.reconstruct_train)
    return request.reverse_transform ? model::RowQuestion::original_reconstruction
                                     : model::RowQuestion::transformed_reconstruction;
  if (request.leaf_node_assignment) {
    const auto type = request.leaf_node_assignment_type.value_or(LeafNodeAssignmentType::path);
    return type == LeafNodeAssignmentType::path ? model::RowQuestion::leaf_paths
                                                : model::RowQuestion::leaf_nodes;
  }
  if (request.feature_frequencies) return model::RowQuestion::feature_frequencies;
  if (request.predict_staged_proba) return model::RowQuestion::staged_predictions;
  if (request.row_to_tree_assignment) return model::RowQuestion::sampled_for_trees;
  if (request.reconstruction_error) {
    return request.reconstruction_error_per_feature
               ? model::RowQuestion::reconstruction_error_per_feature
               : model::RowQuestion::reconstruction_error;
  }
  if (request.deep_features_hidden_layer >= 0) return model::RowQuestion::hidden_features;
  return std::nullopt;
}

QuestionName name_of(model::RowQuestion question) {
  switch (question) {
    case model::RowQuestion::leaf_paths:
    case model::RowQuestion::leaf_nodes:
      return {"leaf_node_assignment", "leaf node assignments", "leaf_node_assignment",
              "leaf_node_assignment"};
    case model::RowQuestion::feature_frequencies:
      return {"feature_frequencies", "feature frequencies", "feature_frequencies",
              "feature_frequencies"};
    case model::RowQuestion::sampled_for_trees:
      return {"row_to_tree_assignment", "calculating row to tree assignment",
              "row_to_tree_assignment", "row_to_tree_assignment_"};
    case model::RowQuestion::reconstruction_error:
    case model::RowQuestion::reconstruction_error_per_feature:
      return {"reconstruction_error", "reconstruction errors", "reconstruction_error",
              "reconstruction_error"};
    case model::RowQuestion::hidden_features:
      return {"deep_features_hidden_layer", "features of hidden layers", "deep_features",
              "deep_features"};
    case model::RowQuestion::reconstruction:
    case model::RowQuestion::transformed_reconstruction:
    case model::RowQuestion::original_reconstruction:
      return {"reconstruct_train", "reconstruction of frames", "reconstruction", "reconstruction"};
    case model::RowQuestion::representation:
      return {"transform", "representation of rows", "representation", "representation"};
    case model::RowQuestion::staged_predictions:
      break;
  }
  return {"predict_staged_proba", "Staged Predictions", "staged_proba_", "staged_proba_"};
}

std::vector<schema::AnyObject> kept_metrics(const model::Models& models, const std::string& model,
                                            const std::string& frame) {
  std::vector<schema::AnyObject> found;
  for (const model::ModelPtr& each : models.list()) {
    const model::Header& header = each->header;
    if (!model.empty() && model != header.key) continue;
    for (const auto& [measured_on, kept] :
         {std::pair(header.training_frame, &header.training_metrics),
          std::pair(header.validation_frame, &header.validation_metrics),
          std::pair(header.training_frame, &header.cross_validation.metrics)}) {
      if (*kept && (frame.empty() || frame == measured_on)) found.push_back(kept->object());
    }
  }
  return found;
}

}  // namespace neve::rest

#include <neve/base/error.hpp>
#include <neve/model/models.hpp>
#include <neve/schema/schema_of.hpp>

#include "rest/metrics_list.hpp"
#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

namespace metrics = model::metrics;

ModelMetricsList measure_on_frame(Call& call, const ModelMetricsList& request) {
  refuse_unbuilt_options(request);
  model::Models& models = *call.services.models;
  const model::ModelPtr model = models.require(request.model.name, "model");
  const frame::Frame frame = call.services.frames->require(request.frame.name, "frame");
  std::vector<std::string> warnings;
  ModelMetricsList answer = request;
  answer.model_metrics = {models.performance(model, frame, call.token, warnings).object()};
  return answer;
}

/// The metrics that models keep of their own training and validation frames.
ModelMetricsList list_kept(Call& call, const ModelMetricsList& request) {
  ModelMetricsList answer = request;
  answer.model_metrics.emplace();
  for (const model::ModelPtr& model : call.services.models->list()) {
    const model::Header& header = model->header;
    if (!request.model.empty() && request.model.name != header.key) continue;
    for (const auto& [frame, kept] :
         {std::pair(header.training_frame, &header.training_metrics),
          std::pair(header.validation_frame, &header.validation_metrics)}) {
      const bool wanted = request.frame.empty() || request.frame.name == frame;
      if (*kept && wanted) answer.model_metrics->push_back(kept->object());
    }
  }
  return answer;
}

/// Metrics of predictions that are not a model's of this server.
struct ModelMetricsMaker {
  std::optional<std::string> predictions_frame;
  std::optional<std::string> actuals_frame;
  std::optional<std::string> weights_frame;
  std::optional<std::string> treatment_frame;
  std::optional<std::vector<std::string>> domain;
  std::optional<std::string> distribution;
  std::optional<model::AucType> auc_type;
  std::optional<std::string> auuc_type;
  std::int32_t auuc_nbins = 0;
  std::optional<std::vector<double>> custom_auuc_thresholds;
  schema::AnyObject model_metrics;
  static const schema::Schema& schema() {
    using M = ModelMetricsMaker;
    static const schema::Schema kSchema =
        schema::SchemaOf<M>("ModelMetricsMakerSchemaV3", "ModelMetricsMaker")
            .field<&M::predictions_frame>(
                "Frame of predictions: the probability of the second class, "
                "one column per class, or a number.")
            .inout()
            .field<&M::actuals_frame>("Frame of one column: what came true.")
            .inout()
            .field<&M::weights_frame>("Frame of one column: row weights.")
            .inout()
            .field<&M::treatment_frame>("Uplift: frame of one column, who was treated.")
            .inout()
            .field<&M::domain>("The classes; without them the metrics are those of a regression.")
            .inout()
            .field<&M::distribution>("Regression: distribution that the deviance is taken of.")
            .inout()
            .as_type("enum", "GenmodelutilsDistributionFamily")
            .field<&M::auc_type>("How the AUC of several classes is averaged.")
            .inout()
            .field<&M::auuc_type>("Uplift: which AUUC.")
            .inout()
            .as_type("enum", "AUUCAUUCType")
            .field<&M::auuc_nbins>("Uplift: groups of the AUUC.")
            .inout()
            .field<&M::custom_auuc_thresholds>("Uplift: thresholds of the AUUC.")
            .inout()
            .field<&M::model_metrics>("The metrics.")
            .as_type("ModelMetrics", "ModelMetricsBaseV3");
    return kSchema;
  }
};

const frame::Column& only_column(const frame::Frame& frame, std::string_view parameter) {
  if (frame.width() == 1) return frame.columns[0];
  throw InputError::illegal_argument("The frame of " + std::string(parameter) +
                                         " must have one column, but " + frame.key + " has " +
                                         std::to_string(frame.width()) + ".",
                                     {{std::string(parameter), frame.key}});
}

/// Frames that came about apart may be cut differently; then rows cannot be compared in place.
void check_same_rows(const frame::Frame& left, const frame::Frame& right) {
  if (left.layout->cuts == right.layout->cuts) return;
  throw InputError::illegal_argument(
      left.rows() != right.rows()
          ? "Predictions and actuals must have equally many rows; there are " +
                std::to_string(left.rows()) + " and " + std::to_string(right.rows()) + "."
          : "Predictions and actuals are stored differently. Join them with cbind first and take "
            "their columns "
            "from the result.",
      {{"predictions_frame", left.key}, {"actuals_frame", right.key}});
}

metrics::Deviance deviance_of(const ModelMetricsMaker& request) {
  metrics::Deviance deviance;
  if (!request.distribution || *request.distribution == "gaussian" ||
      *request.distribution == "AUTO")
    return deviance;
  if (*request.distribution == "poisson") {
    deviance.family = metrics::DevianceFamily::poisson;
  } else if (*request.distribution == "gamma") {
    deviance.family = metrics::DevianceFamily::gamma;
  } else if (*request.distribution == "laplace") {
    deviance.family = metrics::DevianceFamily::laplace;
  } else {
    throw InputError::unsupported(
        "The value " + *request.distribution + " of parameter distribution is not " +
            "supported here; there are gaussian, poisson, gamma and laplace.",
        {{"distribution", *request.distribution}});
  }
  return deviance;
}

ModelMetricsMaker make_metrics(Call& call, const ModelMetricsMaker& request) {
  const frame::Frames& frames = *call.services.frames;
  mr::Engine& engine = *call.services.engine;
  const frame::Frame predictions =
      frames.require(request.predictions_frame.value_or(""), "predictions_frame");
  const frame::Frame actuals = frames.require(request.actuals_frame.value_or(""), "actuals_frame");
  check_same_rows(predictions, actuals);
  const ColumnId actual = only_column(actuals, "actuals_frame").id;
  std::optional<ColumnId> weights;
  frame::Frame weights_frame;
  if (request.weights_frame && !request.weights_frame->empty()) {
    weights_frame = frames.require(*request.weights_frame, "weights_frame");
    check_same_rows(predictions, weights_frame);
    weights = only_column(weights_frame, "weights_frame").id;
  }
  ModelMetricsMaker answer = request;
  metrics::Metrics made;
  const std::size_t classes = request.domain ? request.domain->size() : 0;
  if (classes == 2) {
    made = metrics::compute_binomial(
        engine,
        {predictions.layout, predictions.columns.back().id, actual, weights, {*request.domain, -1}},
        call.token);
    made.header()->description =
        "Computed on user-given predictions and labels, using F1-optimal threshold: " +
        std::to_string(made.binomial()->default_threshold) + ".";
  } else if (classes > 2) {
    if (predictions.columns.size() < classes) {
      throw InputError::illegal_argument("There must be one column of predictions per class.",
                                         {{"predictions_frame", predictions.key}});
    }
    metrics::MultinomialInputs inputs{predictions.layout, {}, actual, weights, *request.domain};
    for (std::size_t k = 0; k < classes; ++k) {
      inputs.probabilities.push_back(
          predictions.columns[predictions.columns.size() - classes + k].id);
    }
    made = metrics::compute_multinomial(engine, inputs, call.token);
  } else {
    made = metrics::compute_regression(
        engine,
        {predictions.layout, only_column(predictions, "predictions_frame").id, actual, weights,
         deviance_of(request)},
        call.token);
  }
  answer.model_metrics = made.object();
  return answer;
}

}  // namespace

const Resource& model_metrics();
const Resource& model_metrics() {
  static const Resource kResource = {
      {route("POST", "/3/ModelMetrics/models/{model}/frames/{frame}", "score",
             "Measures a model on a frame.", &measure_on_frame),
       route("GET", "/3/ModelMetrics", "_mmFetch5", "Lists the metrics of all models.", &list_kept),
       route("GET", "/3/ModelMetrics/models/{model}", "_mmFetch2", "Lists the metrics of a model.",
             &list_kept),
       route("GET", "/3/ModelMetrics/frames/{frame}", "_mmFetch4", "Lists the metrics on a frame.",
             &list_kept),
       route("GET", "/3/ModelMetrics/models/{model}/frames/{frame}", "_mmFetch1",
             "Lists the metrics of a model on a frame.", &list_kept),
       route("POST",
             "/3/ModelMetrics/predictions_frame/{predictions_frame}/actuals_frame/{actuals_frame}",
             "makeMetrics", "Measures predictions against what came true.", &make_metrics)}};
  return kResource;
}

}  // namespace neve::rest::endpoints

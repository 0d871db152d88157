#include <chrono>

#include <neve/base/error.hpp>
#include <neve/model/metrics/comparison.hpp>
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
  const auto metrics = models.performance(model, frame, call.token, warnings);
  if (metrics) answer.model_metrics = {metrics.object()};
  return answer;
}

ModelMetricsList list_kept(Call& call, const ModelMetricsList& request) {
  if (!request.model.empty()) (void)call.services.models->require(request.model.name, "model");
  if (!request.frame.empty()) (void)call.services.frames->require(request.frame.name, "frame");
  ModelMetricsList answer = request;
  answer.model_metrics =
      kept_metrics(*call.services.models, request.model.name, request.frame.name);
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
  model::AucType auc_type = model::AucType::none;
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

/// The distribution says how numbers are measured; classes have their probabilities.
metrics::Deviance deviance_of(const ModelMetricsMaker& request) {
  metrics::Deviance deviance;
  const bool of_numbers = !request.domain || request.domain->empty();
  if (!of_numbers && request.distribution != "ordinal") return deviance;
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
  metrics::Comparison comparison{
      .predictions = frames.require(request.predictions_frame.value_or(""), "predictions_frame"),
      .actuals = frames.require(request.actuals_frame.value_or(""), "actuals_frame"),
      .weights = std::nullopt,
      .domain = request.domain,
      .deviance = deviance_of(request),
      .auc_type = request.auc_type};
  if (request.weights_frame && !request.weights_frame->empty()) {
    comparison.weights = frames.require(*request.weights_frame, "weights_frame");
  }
  if (request.treatment_frame && !request.treatment_frame->empty()) {
    throw InputError::unsupported("Uplift metrics (treatment_frame) are not supported.",
                                  {{"treatment_frame", *request.treatment_frame}});
  }
  metrics::Metrics made = metrics::compare(*call.services.engine, comparison, call.token);
  made.header()->scoring_time = std::chrono::duration_cast<std::chrono::milliseconds>(
                                    std::chrono::system_clock::now().time_since_epoch())
                                    .count();
  ModelMetricsMaker answer = request;
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
             "makeMetrics", "Measures predictions against what came true.", &make_metrics),
       // As R's client asks, without a name where nobody was treated.
       route("POST",
             "/3/ModelMetrics/predictions_frame/{predictions_frame}/actuals_frame/{actuals_frame}/"
             "treatment_frame/{treatment_frame}",
             "makeTreatmentMetrics", "Measures predictions against what came true.",
             &make_metrics)}};
  return kResource;
}

}  // namespace neve::rest::endpoints

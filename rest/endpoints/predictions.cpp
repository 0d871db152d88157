#include <array>
#include <cstdio>

#include <nlohmann/json.hpp>

#include <neve/base/error.hpp>
#include <neve/job/job.hpp>
#include <neve/model/models.hpp>
#include <neve/model/score.hpp>
#include <neve/store/store.hpp>

#include "rest/job_json.hpp"
#include "rest/metrics_list.hpp"
#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

/// What names begin with, of answers that are waited for and of those that a job makes.
std::string prefix_of(std::optional<model::RowQuestion> question, bool of_job) {
  if (!question) return of_job ? "transformation" : "predictions";
  const QuestionName name = name_of(*question);
  return of_job ? name.job_prefix : name.prefix;
}

/// "transformation_1f_gbm_demo_on_va": names are unique while the cluster lives.
std::string prediction_key(const Call& call, const ModelMetricsList& request,
                           const std::string& prefix) {
  if (!request.predictions_frame.empty()) return request.predictions_frame.name;
  std::array<char, 20> id{};
  std::snprintf(id.data(), id.size(), "%04llx",
                static_cast<unsigned long long>(call.services.store->next_id()));
  return prefix + "_" + id.data() + "_" + request.model.name + "_on_" + request.frame.name;
}

/// Throws where models of this kind do not answer the question.
void check_answers(const model::Models& models, const model::Scoring& scoring) {
  if (!scoring.question ||
      model::explainer_of(*scoring.model, *scoring.question, scoring.layer) != nullptr)
    return;
  const QuestionName name = name_of(*scoring.question);
  throw InputError::unsupported(
      "Model type " + std::string(models.algorithm_of(*scoring.model).full_name) +
          " doesn't support " + name.words + "; leave parameter " + name.parameter + " out.",
      {{"parameter", name.parameter}, {"model", scoring.model->header.key}});
}

/// What a prediction needs, looked up before a job starts, so that unknown names are 404s.
model::Scoring look_up(const Call& call, const ModelMetricsList& request, bool of_job) {
  refuse_unbuilt_options(request);
  const auto question = question_of(request);
  model::Scoring scoring{call.services.models->require(request.model.name, "model"),
                         call.services.frames->require(request.frame.name, "frame"),
                         prediction_key(call, request, prefix_of(question, of_job)), question,
                         request.deep_features_hidden_layer};
  check_answers(*call.services.models, scoring);
  return scoring;
}

JobV3 predict_async(Call& call, const ModelMetricsList& request) {
  return job_v3(*call.services.models->start_answer(look_up(call, request, true)));
}

/// A frame by its key, as the member of metrics shows it.
schema::RawJson named_frame(const std::string& key) {
  return {nlohmann::json{{"frame_id", {{"name", key}, {"type", schema::FrameKind::type}}}}.dump()};
}

/// Metrics on the frame that name the frame of answers, as clients of low rank models look for it
/// there.
std::vector<schema::AnyObject> naming_metrics(Call& call, const model::Scoring& scoring) {
  std::vector<std::string> warnings;
  auto metrics =
      call.services.models->performance(scoring.model, scoring.frame, call.token, warnings);
  if (!metrics) return {};
  metrics.header()->predictions = named_frame(scoring.destination);
  return {metrics.object()};
}

/// The archetypes of a low rank model as a frame.
ModelMetricsList project(Call& call, const ModelMetricsList& request) {
  model::Models& models = *call.services.models;
  const model::Scoring scoring{models.require(request.model.name, "model"),
                               call.services.frames->require(request.frame.name, "frame"),
                               prediction_key(call, request, "archetypes")};
  const auto points = scoring.model->archetype_points(request.reverse_transform);
  if (!points)
    throw InputError::unsupported(
        "Model type " + std::string(models.algorithm_of(*scoring.model).full_name) +
            " doesn't support projection of archetypes; leave parameter project_archetypes out.",
        {{"parameter", "project_archetypes"}, {"model", scoring.model->header.key}});
  models.publish_points(*points, scoring.destination);
  ModelMetricsList answer = request;
  answer.predictions_frame = scoring.destination;
  answer.model_metrics = naming_metrics(call, scoring);
  return answer;
}

ModelMetricsList predict(Call& call, const ModelMetricsList& request) {
  if (request.project_archetypes) return project(call, request);
  const model::Scoring scoring = look_up(call, request, false);
  model::Models& models = *call.services.models;
  std::vector<std::string> warnings;
  models.answer(scoring, call.token, warnings);
  ModelMetricsList answer = request;
  answer.predictions_frame = scoring.destination;
  const bool tells_errors =
      scoring.question == model::RowQuestion::reconstruction_error ||
      scoring.question == model::RowQuestion::reconstruction_error_per_feature;
  if (request.reconstruct_train || tells_errors) {
    answer.model_metrics = naming_metrics(call, scoring);
    return answer;
  }
  if (scoring.question) {
    // Those that are there already; none beside leaves.
    if (!request.leaf_node_assignment) {
      answer.model_metrics = kept_metrics(models, request.model.name, request.frame.name);
    }
    return answer;
  }
  // Metrics come along where the frame has the response, or none is needed.
  const std::string& response = scoring.model->header.roles.response;
  if (response.empty() || scoring.frame.find(response)) {
    const auto metrics = models.performance(scoring.model, scoring.frame, call.token, warnings);
    if (metrics) answer.model_metrics = {metrics.object()};
  }
  return answer;
}

}  // namespace

const Resource& predictions();
const Resource& predictions() {
  static const Resource kResource = {
      {route("POST", "/3/Predictions/models/{model}/frames/{frame}", "predict",
             "Scores a frame and waits for the predictions.", &predict),
       route("POST", "/4/Predictions/models/{model}/frames/{frame}", "predict_async",
             "Starts to score a frame.", &predict_async)}};
  return kResource;
}

}  // namespace neve::rest::endpoints

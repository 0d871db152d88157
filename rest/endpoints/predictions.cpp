#include <array>
#include <cstdio>

#include <neve/base/error.hpp>
#include <neve/job/job.hpp>
#include <neve/model/models.hpp>
#include <neve/store/store.hpp>

#include "rest/job_json.hpp"
#include "rest/metrics_list.hpp"
#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

/// "transformation_1f_gbm_demo_on_va": names are unique while the cluster lives.
std::string prediction_key(const Call& call, const ModelMetricsList& request) {
  if (!request.predictions_frame.empty()) return request.predictions_frame.name;
  std::array<char, 20> id{};
  std::snprintf(id.data(), id.size(), "%04llx",
                static_cast<unsigned long long>(call.services.store->next_id()));
  return std::string("transformation_") + id.data() + "_" + request.model.name + "_on_" +
         request.frame.name;
}

/// What a prediction needs, looked up before a job starts, so that unknown names are 404s.
struct Scoring {
  model::ModelPtr model;
  frame::Frame frame;
  std::string destination;
};

Scoring look_up(const Call& call, const ModelMetricsList& request) {
  refuse_unbuilt_options(request);
  return {call.services.models->require(request.model.name, "model"),
          call.services.frames->require(request.frame.name, "frame"),
          prediction_key(call, request)};
}

JobV3 predict_async(Call& call, const ModelMetricsList& request) {
  const Scoring scoring = look_up(call, request);
  const auto started =
      call.services.models->start_predict(scoring.model, scoring.frame, scoring.destination);
  return job_v3(*started);
}

ModelMetricsList predict(Call& call, const ModelMetricsList& request) {
  const Scoring scoring = look_up(call, request);
  model::Models& models = *call.services.models;
  std::vector<std::string> warnings;
  models.predict(scoring.model, scoring.frame, scoring.destination, call.token, warnings);
  ModelMetricsList answer = request;
  answer.predictions_frame = scoring.destination;
  // Metrics come along where the frame has the response.
  if (!scoring.model->header.roles.response.empty() &&
      scoring.frame.find(scoring.model->header.roles.response)) {
    answer.model_metrics = {
        models.performance(scoring.model, scoring.frame, call.token, warnings).object()};
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

#include <neve/base/error.hpp>
#include <neve/model/models.hpp>

#include "rest/models_json.hpp"
#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

/// Reads the parameters, and refuses those whose work is not built.
ModelsV3 input_of(const Call& call) {
  ModelsV3 input;
  read_input(call, models_schema(), &input);
  for (const auto& [name, flag] :
       {std::pair("find_compatible_frames", input.find_compatible_frames),
        std::pair("export_cross_validation_predictions",
                  input.export_cross_validation_predictions)}) {
    if (!flag) continue;
    throw InputError::unsupported("The value true of parameter " + std::string(name) +
                                      " is not supported yet; leave the parameter out.",
                                  {{name, "true"}});
  }
  return input;
}

void fetch_model(const std::shared_ptr<Call>& call, const http::Responder& responder) {
  const ModelsV3 input = input_of(*call);
  const model::ModelPtr model = call->services.models->require(call->parameter("model_id"));
  send_json(responder, models_json(*call, input.export_cross_validation_predictions, {model}));
}

void list_models(const std::shared_ptr<Call>& call, const http::Responder& responder) {
  const ModelsV3 input = input_of(*call);
  send_json(responder, models_json(*call, input.export_cross_validation_predictions,
                                   call->services.models->list()));
}

void delete_model(const std::shared_ptr<Call>& call, const http::Responder& responder) {
  const ModelsV3 input = input_of(*call);
  const std::string key = call->parameter("model_id");
  if (!call->services.models->remove(key)) throw InputError::object_not_found(key, "key");
  send_json(responder, models_json(*call, input.export_cross_validation_predictions, {}));
}

void delete_models(const std::shared_ptr<Call>& call, const http::Responder& responder) {
  const ModelsV3 input = input_of(*call);
  for (const model::ModelPtr& model : call->services.models->list()) {
    call->services.models->remove(model->header.key);
  }
  send_json(responder, models_json(*call, input.export_cross_validation_predictions, {}));
}

Route models_route(std::string method, std::string path, std::string name, std::string summary,
                   RouteHandler handle) {
  return {.method = std::move(method),
          .path = std::move(path),
          .name = std::move(name),
          .summary = std::move(summary),
          .input = &models_schema(),
          .output = &models_schema(),
          .handle = std::move(handle)};
}

}  // namespace

const Resource& models();
const Resource& models() {
  static const Resource kResource = {
      {models_route("GET", "/3/Models", "models", "Lists all models.", &list_models),
       models_route("GET", "/3/Models/{model_id}", "model", "Describes a model.", &fetch_model),
       models_route("DELETE", "/3/Models/{model_id}", "deleteModel", "Removes a model.",
                    &delete_model),
       models_route("DELETE", "/3/Models", "deleteAllModels", "Removes all models.",
                    &delete_models)}};
  return kResource;
}

}  // namespace neve::rest::endpoints

#include <neve/base/error.hpp>
#include <neve/model/models.hpp>
#include <neve/schema/schema_of.hpp>

#include "rest/model_json.hpp"
#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

struct ModelsV3 {
  schema::ModelRef model_id;
  bool preview = false;
  bool find_compatible_frames = false;
  bool export_cross_validation_predictions = false;
  /// Models are written by their own tables; this is for the metadata.
  schema::RawJson models;
  schema::RawJson compatible_frames;
  static const schema::Schema& schema() {
    static const schema::Schema kSchema =
        schema::SchemaOf<ModelsV3>("ModelsV3", "Models", "RequestSchemaV3")
            .field<&ModelsV3::model_id>("Name of the model.")
            .input()
            .silent()
            .field<&ModelsV3::preview>("Leave out the model's larger parts.")
            .input()
            .silent()
            .field<&ModelsV3::find_compatible_frames>("List frames that the model can score.")
            .input()
            .silent()
            .field<&ModelsV3::export_cross_validation_predictions>(
                "Export the predictions of the folds.")
            .input()
            .field<&ModelsV3::models>("The models.")
            .as_type("Model[]", "ModelSchemaBaseV3")
            .field<&ModelsV3::compatible_frames>("Always null.")
            .as_type("Frame[]", "FrameV3");
    return kSchema;
  }
};

/// Reads the parameters, and refuses those whose work is not built.
ModelsV3 input_of(const Call& call) {
  ModelsV3 input;
  read_input(call, ModelsV3::schema(), &input);
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

std::string models_json(const Call& call, const ModelsV3& input,
                        const std::vector<model::ModelPtr>& models) {
  schema::JsonWriter out(call.parameter("_exclude_fields"));
  const auto member = [&out](std::string_view name, auto write) {
    if (!out.key(name)) return;
    write();
    out.end_member();
  };
  out.begin_object();
  schema::write_meta("ModelsV3", "Models", 3, out);
  member("_exclude_fields", [&] { out.value(""); });
  member("models", [&] {
    out.begin_array();
    for (const model::ModelPtr& model : models) {
      write_model(call.services.models->algorithm_of(*model), *model, out);
    }
    out.end_array();
  });
  member("compatible_frames", [&] { out.null(); });
  member("export_cross_validation_predictions",
         [&] { out.value(input.export_cross_validation_predictions); });
  out.end_object();
  return out.take();
}

void fetch_model(const std::shared_ptr<Call>& call, const http::Responder& responder) {
  const ModelsV3 input = input_of(*call);
  const model::ModelPtr model = call->services.models->require(call->parameter("model_id"));
  send_json(responder, models_json(*call, input, {model}));
}

void list_models(const std::shared_ptr<Call>& call, const http::Responder& responder) {
  const ModelsV3 input = input_of(*call);
  send_json(responder, models_json(*call, input, call->services.models->list()));
}

void delete_model(const std::shared_ptr<Call>& call, const http::Responder& responder) {
  const ModelsV3 input = input_of(*call);
  const std::string key = call->parameter("model_id");
  if (!call->services.models->remove(key)) throw InputError::object_not_found(key, "key");
  send_json(responder, models_json(*call, input, {}));
}

void delete_models(const std::shared_ptr<Call>& call, const http::Responder& responder) {
  const ModelsV3 input = input_of(*call);
  for (const model::ModelPtr& model : call->services.models->list()) {
    call->services.models->remove(model->header.key);
  }
  send_json(responder, models_json(*call, input, {}));
}

Route models_route(std::string method, std::string path, std::string name, std::string summary,
                   RouteHandler handle) {
  return {.method = std::move(method),
          .path = std::move(path),
          .name = std::move(name),
          .summary = std::move(summary),
          .input = &ModelsV3::schema(),
          .output = &ModelsV3::schema(),
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

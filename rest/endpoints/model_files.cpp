#include <span>
#include <string>

#include <neve/base/error.hpp>
#include <neve/ingest/ingest.hpp>
#include <neve/model/models.hpp>
#include <neve/schema/schema_of.hpp>

#include "rest/model_json.hpp"
#include "rest/models_json.hpp"
#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

/// Where a model is written to.
struct ModelExport {
  schema::ModelRef model_id;
  std::optional<std::string> dir;
  bool force = true;
  bool export_cross_validation_predictions = false;
  static const schema::Schema& schema() {
    using T = ModelExport;
    static const schema::Schema kSchema =
        schema::SchemaOf<T>("ModelExportV3", "Iced", "RequestSchemaV3")
            .field<&T::model_id>("Name of the model.")
            .input()
            .field<&T::dir>("Path of the file.")
            .input()
            .field<&T::force>("Overwrite the file where it is there.")
            .input()
            .field<&T::export_cross_validation_predictions>(
                "Write the holdout predictions into the file too.")
            .input()
            .secondary();
    return kSchema;
  }
};

/// Where one is read from.
struct ModelImport {
  schema::ModelRef model_id;
  std::optional<std::string> dir;
  bool force = true;
  static const schema::Schema& schema() {
    using T = ModelImport;
    static const schema::Schema kSchema =
        schema::SchemaOf<T>("ModelImportV3", "Iced", "RequestSchemaV3")
            .field<&T::model_id>("Name for the model; its own without.")
            .input()
            .field<&T::dir>("Path of the file, or the name of an upload.")
            .input()
            .field<&T::force>("Replace the model where there is one of this name.")
            .input();
    return kSchema;
  }
};

const std::string& require_path(const std::optional<std::string>& dir) {
  if (dir && !dir->empty()) return *dir;
  throw InputError::illegal_argument("Required field dir not specified", {{"field", "dir"}});
}

ModelExport export_model(Call& call, const ModelExport& input) {
  if (input.export_cross_validation_predictions) {
    throw InputError::unsupported(
        "The value true of parameter export_cross_validation_predictions is not supported yet; "
        "export the frame of the predictions instead.",
        {{"export_cross_validation_predictions", "true"}});
  }
  const model::Models& models = *call.services.models;
  const model::ModelPtr model = models.require(input.model_id.name, "model_id");
  call.services.ingest->write_file(require_path(input.dir), models.to_file(*model), input.force);
  return input;
}

/// What GET /3/Models says of the model, as a file.
ModelExport export_details(Call& call, const ModelExport& input) {
  const model::Models& models = *call.services.models;
  const model::ModelPtr model = models.require(input.model_id.name, "model_id");
  schema::JsonWriter out;
  write_model(models, *model, out);
  const std::string json = out.take();
  call.services.ingest->write_file(require_path(input.dir), std::as_bytes(std::span(json)),
                                   input.force);
  return input;
}

/// Publishes the model and answers with it.
void load(Call& call, const ModelImport& input, const ingest::Ingest::FileBytes& file,
          const http::Responder& responder) {
  model::Models& models = *call.services.models;
  const std::string& key = input.model_id.name;
  if (!input.force && !key.empty() && models.find(key)) {
    throw InputError::bad_request("Model " + key + " already exists.", {{"model_id", key}});
  }
  const model::ModelPtr model = models.from_file(file.bytes, *input.dir, key);
  send_json(responder, models_json(call, false, {model}));
}

void import_model(const std::shared_ptr<Call>& call, const http::Responder& responder) {
  ModelImport input;
  read_input(*call, ModelImport::schema(), &input);
  load(*call, input, call->services.ingest->read_file(require_path(input.dir)), responder);
}

/// The upload has served its purpose, whether it was a model or not.
void upload_model(const std::shared_ptr<Call>& call, const http::Responder& responder) {
  ModelImport input;
  read_input(*call, ModelImport::schema(), &input);
  ingest::Ingest& ingest = *call->services.ingest;
  const auto file = ingest.read_upload(require_path(input.dir));
  ingest.forget_upload(*input.dir);
  load(*call, input, file, responder);
}

void fetch_model(const std::shared_ptr<Call>& call, const http::Responder& responder) {
  const model::Models& models = *call->services.models;
  const model::ModelPtr model = models.require(call->parameter("model_id"), "model_id");
  const wire::Bytes bytes = models.to_file(*model);
  http::Response response;
  response.content_type = "application/octet-stream";
  response.body.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  responder.send(std::move(response));
}

Route import_route(std::string path, std::string name, std::string summary, RouteHandler handle) {
  return {.method = "POST",
          .path = std::move(path),
          .name = std::move(name),
          .summary = std::move(summary),
          .input = &ModelImport::schema(),
          .output = &models_schema(),
          .handle = std::move(handle)};
}

}  // namespace

const Resource& model_files();
const Resource& model_files() {
  static const Resource kResource{
      {route("GET", "/99/Models.bin/{model_id}", "exportModel",
             "Writes a model to a file of this machine, in Neve's own form.", &export_model),
       import_route("/99/Models.bin/{model_id}", "importModel",
                    "Reads a model from a file of this machine.", &import_model),
       import_route("/99/Models.upload.bin/{model_id}", "uploadModel",
                    "Reads a model from an upload.", &upload_model),
       route("GET", "/99/Models/{model_id}/json", "exportModelDetails",
             "Writes what is known of a model to a file of this machine, as JSON.",
             &export_details),
       {.method = "GET",
        .path = "/3/Models.fetch.bin/{model_id}",
        .name = "modelBinary",
        .summary = "Sends a model as a file.",
        .input = &models_schema(),
        .output = &models_schema(),
        .handle = &fetch_model}}};
  return kResource;
}

}  // namespace neve::rest::endpoints

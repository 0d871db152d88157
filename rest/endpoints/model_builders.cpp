#include <neve/base/error.hpp>
#include <neve/model/models.hpp>
#include <neve/schema/schema_of.hpp>

#include "rest/endpoints/builder_request_internal.hpp"
#include "rest/job_json.hpp"
#include "rest/model_json.hpp"
#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

using schema::JsonWriter;

/// What the metadata shows of these routes; the parameters themselves are the algorithm's.
struct ModelBuildersV3 {
  std::string algo;
  schema::RawJson model_builders;
  static const schema::Schema& schema() {
    static const schema::Schema kSchema =
        schema::SchemaOf<ModelBuildersV3>("ModelBuildersV3", "Iced", "RequestSchemaV3")
            .field<&ModelBuildersV3::algo>("Name of the algorithm.")
            .input()
            .field<&ModelBuildersV3::model_builders>("The algorithms by name.")
            .as_type("Map<string,ModelBuilderSchema>");
    return kSchema;
  }
};

void write_builder(const model::Algorithm& algorithm, const model::Build* build,
                   const job::Job* job, JsonWriter& out) {
  const auto text = [&out](std::string_view name, std::string_view value) {
    if (!out.key(name)) return;
    out.value(value);
    out.end_member();
  };
  out.begin_object();
  schema::write_meta(algorithm.builder_schema, algorithm.title, algorithm.rest_version, out);
  if (out.key("_exclude_fields")) {
    build != nullptr ? out.null() : out.value(std::string_view());
    out.end_member();
  }
  if (out.key("job")) {
    if (job != nullptr) {
      const JobV3 shown = job_v3(*job);
      schema::write_object(JobV3::schema(), &shown, out);
    } else {
      out.null();
    }
    out.end_member();
  }
  text("algo", algorithm.name);
  text("algo_full_name", algorithm.full_name);
  if (out.key("can_build")) {
    out.begin_array();
    for (const model::Category category : algorithm.can_build)
      out.value(schema::enum_text(category));
    out.end_array();
    out.end_member();
  }
  text("visibility", algorithm.visibility);
  if (out.key("supervised")) {
    out.value(algorithm.supervised);
    out.end_member();
  }
  if (out.key("messages")) {
    write_messages(build != nullptr ? build->messages : model::never_used(algorithm), out);
    out.end_member();
  }
  if (out.key("error_count")) {
    out.value(build != nullptr ? build->errors() : 0);
    out.end_member();
  }
  if (out.key("parameters")) {
    const auto defaults = algorithm.parameters->make();
    const void* values = build != nullptr ? build->parameters.get() : defaults.get();
    write_parameters(*algorithm.parameters, build != nullptr ? values : nullptr, values, out);
    out.end_member();
  }
  out.end_object();
}

/// {"parameters":…,"messages":…,"error_count":…} of a build that has errors.
std::string build_members(const model::Build& build) {
  JsonWriter out;
  out.begin_object();
  out.key("parameters");
  write_parameter_values(*build.algorithm->parameters, build.parameters.get(), out);
  out.key("messages");
  write_messages(build.messages, out);
  out.key("error_count");
  out.value(build.errors());
  out.end_object();
  return out.take();
}

/// The same as H2O's implementation holds it, with the algorithm.
std::string implementation_members(const model::Build& build) {
  const schema::Schema& parameters = *build.algorithm->parameters;
  JsonWriter out;
  out.begin_object();
  out.key("messages");
  write_implementation(parameters, build.messages, out);
  out.key("algo");
  out.value(build.algorithm->title);
  out.key("parameters");
  write_implementation(parameters, build.parameters.get(), out);
  out.key("error_count");
  out.value(build.errors());
  out.end_object();
  return out.take();
}

/// The error that carries all messages, so that clients can list them.
std::string builder_error_json(const model::Build& build, std::string_view url) {
  const std::string message = "Illegal argument(s) for " + std::string(build.algorithm->title) +
                              " model: " + build.common().model_id.name + ".  Details: " +
                              model::error_details(*build.algorithm->parameters, build.messages);
  const InputError error(412, "water.exceptions.H2OModelBuilderIllegalArgumentException", message);
  const ErrorForm form{.schema_name = "H2OModelBuilderErrorV3",
                       .schema_type = "H2OModelBuilderError",
                       .values = implementation_members(build),
                       .more_members = build_members(build)};
  return error_json_as(error, url, form);
}

void train(const std::shared_ptr<Call>& call, const http::Responder& responder) {
  const model::Algorithm& algorithm = require_algorithm(*call);
  model::Models& models = *call->services.models;
  model::Build build = models.check(algorithm, builder_form(*call), client_word(*call));
  if (build.errors() > 0) {
    http::Response response;
    response.status = 412;
    response.body = builder_error_json(build, call->request.path);
    responder.send(std::move(response));
    return;
  }
  const auto job = models.train(build);
  JsonWriter out(call->parameter("_exclude_fields"));
  write_builder(algorithm, &build, job.get(), out);
  send_json(responder, out.take());
}

void validate(const std::shared_ptr<Call>& call, const http::Responder& responder) {
  const model::Algorithm& algorithm = require_algorithm(*call);
  const model::Build build =
      call->services.models->check(algorithm, builder_form(*call), client_word(*call));
  JsonWriter out(call->parameter("_exclude_fields"));
  write_builder(algorithm, &build, nullptr, out);
  send_json(responder, out.take());
}

void show(const std::shared_ptr<Call>& call, const http::Responder& responder) {
  std::vector<const model::Algorithm*> shown = call->services.algorithms->all();
  if (!call->parameter("algo").empty()) shown = {&require_algorithm(*call)};
  JsonWriter out(call->parameter("_exclude_fields"));
  out.begin_object();
  schema::write_meta("ModelBuildersV3", "Iced", 3, out);
  if (out.key("_exclude_fields")) {
    out.value("");
    out.end_member();
  }
  if (out.key("algo")) {
    call->parameter("algo").empty() ? out.null() : out.value(call->parameter("algo"));
    out.end_member();
  }
  if (out.key("model_builders")) {
    out.begin_object();
    for (const model::Algorithm* algorithm : shown) {
      if (!out.key(algorithm->name)) continue;
      write_builder(*algorithm, nullptr, nullptr, out);
      out.end_member();
    }
    out.end_object();
    out.end_member();
  }
  out.end_object();
  send_json(responder, out.take());
}

Route builder_route(std::string method, std::string path, std::string name, std::string summary,
                    RouteHandler handle) {
  return {.method = std::move(method),
          .path = std::move(path),
          .name = std::move(name),
          .summary = std::move(summary),
          .input = &ModelBuildersV3::schema(),
          .output = &ModelBuildersV3::schema(),
          .handle = std::move(handle)};
}

}  // namespace

const Resource& model_builders();
const Resource& model_builders() {
  static const Resource kResource = {
      {builder_route("GET", "/3/ModelBuilders", "modelBuilders",
                     "Lists the algorithms and their parameters.", &show),
       builder_route("GET", "/3/ModelBuilders/{algo}", "modelBuilder",
                     "Describes an algorithm and its parameters.", &show),
       builder_route("POST", "/3/ModelBuilders/{algo}", "train", "Starts to train a model.",
                     &train),
       builder_route("POST", "/3/ModelBuilders/{algo}/parameters", "validate_parameters",
                     "Checks parameters without training.", &validate),
       // Where clients look for algorithms of REST version 99.
       builder_route("POST", "/99/ModelBuilders/{algo}", "train_99", "Starts to train a model.",
                     &train),
       builder_route("POST", "/99/ModelBuilders/{algo}/parameters", "validate_parameters_99",
                     "Checks parameters without training.", &validate)}};
  return kResource;
}

}  // namespace neve::rest::endpoints

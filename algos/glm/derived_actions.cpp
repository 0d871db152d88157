#include "algos/glm/derived_actions.hpp"

#include <neve/base/buffer.hpp>
#include <neve/base/error.hpp>
#include <neve/model/models.hpp>
#include <neve/schema/schema_of.hpp>

#include "algos/glm/glm_model.hpp"
#include "algos/glm/glm_output.hpp"

namespace neve::algos::glm {
namespace {

struct Unrestricted {
  schema::ModelRef model;
  std::string dest;
  static const schema::Schema& schema() {
    static const schema::Schema kSchema = [] {
      schema::SchemaOf<Unrestricted> table("MakeUnrestrictedGLMModelV3", "Iced");
      table.field<&Unrestricted::model>("Model with control variables.").input().required();
      table.field<&Unrestricted::dest>("Name of the copy.").input();
      return schema::Schema(table);
    }();
    return kSchema;
  }
};

struct Derived {
  schema::ModelRef model;
  std::string dest;
  bool remove_offset_effects = false;
  bool remove_control_variables_effects = false;
  static const schema::Schema& schema() {
    static const schema::Schema kSchema = [] {
      schema::SchemaOf<Derived> table("MakeDerivedGLMModelV3", "Iced");
      table.field<&Derived::model>("Model with control variables.").input().required();
      table.field<&Derived::dest>("Name of the copy.").input();
      table.field<&Derived::remove_offset_effects>("Leave the offset out of its predictions.")
          .input();
      table
          .field<&Derived::remove_control_variables_effects>(
              "Leave control variables out of its predictions.")
          .input();
      return schema::Schema(table);
    }();
    return kSchema;
  }
};

model::ActionAnswer derive(model::Models& models, const Derived& given) {
  const model::ModelPtr found = models.require(given.model.name, "model");
  const auto source = std::dynamic_pointer_cast<const GlmModel>(found);
  if (source == nullptr || !source->controls) {
    throw InputError::bad_request(
        "Model '" + given.model.name +
        "': Source model is not trained with control variables or remove offset effects.");
  }
  if (given.remove_offset_effects || given.remove_control_variables_effects) {
    throw InputError::bad_request(
        "You can set remove_control_variables_effects to true or remove_offset_effects to true "
        "only if control_variables and remove_offset_effects are both set.");
  }
  auto made = std::make_shared<GlmModel>(*source);
  model::Header& header = made->header;
  header.key = given.dest.empty() ? source->header.key + "_unrestricted_model" : given.dest;
  if (models.find(header.key) != nullptr) {
    throw InputError::bad_request("Model with " + header.key + " already exists.");
  }
  made->controls.reset();
  std::erase_if(header.parameters, [](const auto& p) { return p.first == "control_variables"; });
  header.variable_importances = variable_importances(*made);
  header.checksum = static_cast<std::int64_t>(hash_bytes(made->encode_learnt()));
  const auto take = [&](const model::metrics::Metrics& metrics, model::metrics::Metrics& own) {
    if (!own) return;
    const model::metrics::MetricsHeader was = *own.header();
    own = metrics;
    model::describe(header, was.frame.name, was.frame_checksum, own);
  };
  take(source->unrestricted.training, header.training_metrics);
  take(source->unrestricted.validation, header.validation_metrics);
  const auto& deciding =
      header.validation_metrics ? header.validation_metrics : header.training_metrics;
  if (const auto* binomial = deciding.binomial()) {
    header.default_threshold = binomial->default_threshold;
  }
  made->unrestricted = {};
  models.publish(*made);
  return {.model = made};
}

}  // namespace

std::vector<model::Action> derived_actions() {
  return {{.method = "POST",
           .path = "/3/MakeUnrestrictedGLMModel",
           .name = "make_unrestricted_model",
           .summary = "Makes a copy of a GLM that predicts with its control variables.",
           .input = &Unrestricted::schema(),
           .output = &GlmOutput::schema(),
           .run =
               [](model::Models& models, const void* input) {
                 const auto& given = *static_cast<const Unrestricted*>(input);
                 return derive(models, {.model = given.model, .dest = given.dest});
               }},
          {.method = "POST",
           .path = "/3/MakeDerivedGLMModel",
           .name = "make_derived_model",
           .summary = "Makes a copy of a GLM that predicts with more of its predictors.",
           .input = &Derived::schema(),
           .output = &GlmOutput::schema(),
           .run = [](model::Models& models, const void* input) {
             return derive(models, *static_cast<const Derived*>(input));
           }}};
}

}  // namespace neve::algos::glm

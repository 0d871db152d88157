#include "algos/glm/derived_actions.hpp"

#include <algorithm>

#include <neve/base/buffer.hpp>
#include <neve/base/error.hpp>
#include <neve/model/models.hpp>
#include <neve/schema/schema_of.hpp>

#include "algos/glm/glm_model.hpp"
#include "algos/glm/glm_output.hpp"

namespace neve::algos::glm {
namespace {

struct MakeUnrestricted {
  schema::ModelRef model;
  std::string dest;
  static const schema::Schema& schema() {
    static const schema::Schema kSchema = [] {
      schema::SchemaOf<MakeUnrestricted> table("MakeUnrestrictedGLMModelV3", "Iced");
      table.field<&MakeUnrestricted::model>("Model to copy.").input().required();
      table.field<&MakeUnrestricted::dest>("Name of the copy.").input();
      return schema::Schema(table);
    }();
    return kSchema;
  }
};

/// The restrictions are those that the copy is still to have.
struct MakeDerived {
  schema::ModelRef model;
  std::string dest;
  bool remove_offset_effects = false;
  bool remove_control_variables_effects = false;
  static const schema::Schema& schema() {
    static const schema::Schema kSchema = [] {
      schema::SchemaOf<MakeDerived> table("MakeDerivedGLMModelV3", "Iced");
      table.field<&MakeDerived::model>("Model to copy.").input().required();
      table.field<&MakeDerived::dest>("Name of the copy.").input();
      table.field<&MakeDerived::remove_offset_effects>("Score without the offset.").input();
      table
          .field<&MakeDerived::remove_control_variables_effects>("Score without control variables.")
          .input();
      return schema::Schema(table);
    }();
    return kSchema;
  }
};

std::shared_ptr<const GlmModel> require_source(const model::Models& models,
                                               const std::string& key) {
  auto found = std::dynamic_pointer_cast<const GlmModel>(models.require(key, "model"));
  if (found != nullptr && !found->derived.empty()) return found;
  throw InputError::illegal_argument(
      "Model '" + key +
      "': Source model is not trained with control variables or remove offset effects.");
}

/// What training found out about the model under these restrictions.
const Derived& require_derived(const GlmModel& source, const Restrictions& kept) {
  const auto found = std::ranges::find(source.derived, kept, &Derived::kept);
  if (found != source.derived.end()) return *found;
  if (source.controls && source.offset_removed) {
    throw InputError::illegal_argument(
        "The remove_control_variables_effects and remove_offset_effects feature cannot be used "
        "together. It produces the same model as the main model.");
  }
  throw InputError::illegal_argument(
      "You can set remove_control_variables_effects to true or remove_offset_effects to true only "
      "if control_variables and remove_offset_effects are both set.");
}

std::string default_key(const std::string& source, const Restrictions& kept) {
  if (kept.offset) return source + "_remove_offset_effects";
  if (kept.controls) return source + "_remove_control_variables_effects";
  return source + "_unrestricted_model";
}

/// Says of metrics that were kept whose they are now; the rest is as of the model's own.
void describe_kept(const model::Header& header, const model::metrics::Metrics& own,
                   model::metrics::Metrics& kept) {
  if (own.header() == nullptr) return;
  model::describe(header, own.header()->frame.name, own.header()->frame_checksum, kept);
}

/// Tables and metrics of a model as it now scores; its key is set.
void take_over(const Derived& known, GlmModel& made) {
  model::Header& header = made.header;
  if (!known.kept.controls) {
    std::erase_if(header.parameters, [](const auto& p) { return p.first == "control_variables"; });
  }
  for (auto& [name, value] : header.parameters) {
    if (name == "remove_offset_effects" && !known.kept.offset) value = "false";
  }
  header.variable_importances = variable_importances(made);
  header.checksum = model::checksum_of(made);
  auto training = known.training_metrics;
  auto validation = known.validation_metrics;
  describe_kept(header, header.training_metrics, training);
  describe_kept(header, header.validation_metrics, validation);
  header.training_metrics = std::move(training);
  header.validation_metrics = std::move(validation);
  header.scoring_history = known.scoring_history;
  const auto& deciding =
      header.validation_metrics ? header.validation_metrics : header.training_metrics;
  if (const auto* binomial = deciding.binomial()) {
    header.default_threshold = binomial->default_threshold;
  }
}

model::ActionAnswer derive(model::Models& models, const MakeDerived& given) {
  const auto source = require_source(models, given.model.name);
  const Restrictions kept{.controls = given.remove_control_variables_effects,
                          .offset = given.remove_offset_effects};
  const Derived& known = require_derived(*source, kept);
  auto made = std::make_shared<GlmModel>(*source);
  std::string& key = made->header.key;
  key = given.dest.empty() ? default_key(source->header.key, kept) : given.dest;
  if (models.find(key) != nullptr) {
    throw InputError::illegal_argument("Model with " + key + " already exists.");
  }
  made->keep_only(kept);
  made->derived.clear();
  take_over(known, *made);
  models.publish(*made);
  return {.model = made};
}

}  // namespace

std::vector<model::Action> derived_actions() {
  return {{.method = "POST",
           .path = "/3/MakeUnrestrictedGLMModel",
           .name = "make_unrestricted_model",
           .summary = "Makes a copy of a GLM that scores with all that it was trained with.",
           .input = &MakeUnrestricted::schema(),
           .output = &GlmOutput::schema(),
           .run =
               [](model::Models& models, const void* input) {
                 const auto& given = *static_cast<const MakeUnrestricted*>(input);
                 return derive(models, {.model = given.model, .dest = given.dest});
               }},
          {.method = "POST",
           .path = "/3/MakeDerivedGLMModel",
           .name = "make_derived_model",
           .summary = "Makes a copy of a GLM that scores with more of what it was trained with.",
           .input = &MakeDerived::schema(),
           .output = &GlmOutput::schema(),
           .run = [](model::Models& models, const void* input) {
             return derive(models, *static_cast<const MakeDerived*>(input));
           }}};
}

}  // namespace neve::algos::glm

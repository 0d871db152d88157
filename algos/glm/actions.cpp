#include "algos/glm/actions.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include <neve/base/buffer.hpp>
#include <neve/base/error.hpp>
#include <neve/base/rng.hpp>
#include <neve/model/models.hpp>
#include <neve/schema/schema_of.hpp>

#include "algos/glm/glm_model.hpp"
#include "algos/glm/glm_output.hpp"

namespace neve::algos::glm {
namespace {

using Rows = std::vector<std::vector<double>>;

/// All submodels of a training.
struct RegularizationPath {
  schema::ModelRef model;
  std::vector<double> lambdas;
  std::vector<double> alphas;
  std::vector<double> explained_deviance_train;
  std::optional<std::vector<double>> explained_deviance_valid;
  Rows coefficients;
  std::optional<Rows> coefficients_std;
  std::vector<std::string> coefficient_names;
  std::optional<Rows> z_values;
  std::optional<Rows> p_values;
  std::optional<Rows> std_errs;
  static const schema::Schema& schema();
};

const schema::Schema& RegularizationPath::schema() {
  using R = RegularizationPath;
  static const schema::Schema kSchema = [] {
    schema::SchemaOf<R> table("GLMRegularizationPathV3", "RegularizationPath");
    table.field<&R::model>("Model whose path is asked for.").input().required();
    table.field<&R::lambdas>("Lambda of each submodel.").input();
    table.field<&R::alphas>("Alpha of each submodel.").input();
    table.field<&R::explained_deviance_train>("Share of the training deviance that it explains.")
        .input();
    table.field<&R::explained_deviance_valid>("The same on the validation frame.").input();
    table.field<&R::coefficients>("Its coefficients.").input();
    table.field<&R::coefficients_std>("Its coefficients on standardised columns.").input();
    table.field<&R::coefficient_names>("Names of the coefficients.").input();
    table.field<&R::z_values>("Coefficients over their standard errors.").input();
    table.field<&R::p_values>("Their p-values.").input();
    table.field<&R::std_errs>("Their standard errors.").input();
    return schema::Schema(table);
  }();
  return kSchema;
}

/// Coefficients for a copy of a model.
struct Make {
  schema::ModelRef model;
  schema::ModelRef dest;
  std::vector<std::string> names;
  std::vector<double> beta;
  float threshold = 0.5F;
  static const schema::Schema& schema() {
    static const schema::Schema kSchema = [] {
      schema::SchemaOf<Make> table("MakeGLMModelV3", "Iced");
      table.field<&Make::model>("Model to copy.").input().required();
      table.field<&Make::dest>("Name of the copy.").input();
      table.field<&Make::names>("Coefficients to set.").input().required();
      table.field<&Make::beta>("Their values.").input().required();
      table.field<&Make::threshold>("Probability from which the second class is predicted.")
          .input();
      return schema::Schema(table);
    }();
    return kSchema;
  }
};

std::shared_ptr<const GlmModel> require_glm(const model::Models& models, const std::string& key) {
  auto found = std::dynamic_pointer_cast<const GlmModel>(models.require(key, "model"));
  if (found != nullptr) return found;
  throw InputError::illegal_argument("Model '" + key + "' is not a GLM.");
}

double explained(double deviance, const model::metrics::Metrics& metrics) {
  return 1 - deviance / metrics.find("null_deviance").value_or(0);
}

model::ActionAnswer regularization_path(model::Models& models, const void* input) {
  RegularizationPath made;
  made.model = static_cast<const RegularizationPath*>(input)->model;
  const auto model = require_glm(models, made.model.name);
  made.coefficient_names = model->full_coefficient_names();
  const bool validated = static_cast<bool>(model->header.validation_metrics);
  if (validated) made.explained_deviance_valid.emplace();
  if (model->path.standardised) made.coefficients_std.emplace();
  for (const SubmodelFit& fit : model->path.fits) {
    made.lambdas.push_back(fit.lambda);
    made.alphas.push_back(fit.alpha);
    made.explained_deviance_train.push_back(
        explained(fit.deviance, model->header.training_metrics));
    if (validated) {
      made.explained_deviance_valid->push_back(
          explained(fit.validation_deviance, model->header.validation_metrics));
    }
    made.coefficients.push_back(raw_coefficients(*model, fit.beta));
    if (made.coefficients_std) made.coefficients_std->push_back(with_intercept(*model, fit.beta));
  }
  if (model->inference) {
    made.z_values.emplace();
    made.p_values.emplace();
    made.std_errs.emplace();
    for (const SubmodelFit& fit : model->path.fits) {
      made.z_values->push_back(fit.errors->z_values);
      made.p_values->push_back(fit.errors->p_values);
      made.std_errs->push_back(fit.errors->standard_errors);
    }
  }
  return {.object = schema::any_object(std::move(made))};
}

/// The coefficients that were given, over those of the model.
std::vector<double> mixed(const GlmModel& model, const Make& given) {
  const auto names = model.full_coefficient_names();
  if (given.beta.size() != names.size() || given.names.size() != names.size()) {
    std::string all;
    for (const std::string& name : names) all += "\n" + name;
    throw InputError::bad_request("model coefficient length " + std::to_string(names.size()) +
                                  " is different from coefficient provided by user " +
                                  std::to_string(given.beta.size()) +
                                  ".\n model coefficients needed are:" + all);
  }
  std::vector<double> values = model.coefficients;
  for (std::size_t i = 0; i < given.names.size(); ++i) {
    const auto at = std::ranges::find(names, given.names[i]);
    if (at == names.end()) {
      throw InputError::bad_request("The model has no coefficient '" + given.names[i] + "'.");
    }
    values[static_cast<std::size_t>(at - names.begin())] = given.beta[i];
  }
  return values;
}

model::ActionAnswer make_model(model::Models& models, const void* input) {
  const Make& given = *static_cast<const Make*>(input);
  auto made = std::make_shared<GlmModel>(*require_glm(models, given.model.name));
  made->take_coefficients(mixed(*made, given));
  for (Derived& other : made->derived) {
    other.training_metrics = {};
    other.validation_metrics = {};
    other.scoring_history = {};
  }
  model::Header& header = made->header;
  header.key = given.dest.name;
  if (header.key.empty()) {
    std::array<char, 24> text{};
    std::snprintf(text.data(), text.size(), "_%016llx",
                  static_cast<unsigned long long>(draw_seed()));
    header.key = text.data();
  }
  header.default_threshold = static_cast<double>(given.threshold);
  header.training_metrics = {};
  header.validation_metrics = {};
  header.warnings.clear();
  header.variable_importances = variable_importances(*made);
  header.checksum = model::checksum_of(*made);
  models.publish(*made);
  return {.model = made};
}

}  // namespace

std::vector<model::Action> actions() {
  return {{.method = "GET",
           .path = "/3/GetGLMRegPath",
           .name = "glm_regularization_path",
           .summary = "Lists the submodels of a GLM.",
           .input = &RegularizationPath::schema(),
           .output = &RegularizationPath::schema(),
           .run = &regularization_path},
          {.method = "POST",
           .path = "/3/MakeGLMModel",
           .name = "make_glm_model",
           .summary = "Makes a copy of a GLM with other coefficients.",
           .input = &Make::schema(),
           .output = &GlmOutput::schema(),
           .run = &make_model}};
}

}  // namespace neve::algos::glm

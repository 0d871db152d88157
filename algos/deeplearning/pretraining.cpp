#include "algos/deeplearning/pretraining.hpp"

#include <algorithm>

#include <neve/base/error.hpp>

#include "algos/deeplearning/validate.hpp"

namespace neve::algos::deeplearning {
namespace {

constexpr const char* kField = "pretrained_autoencoder";

std::string listed(const std::vector<std::int32_t>& numbers) {
  std::string text;
  for (const std::int32_t number : numbers)
    text += (text.empty() ? "" : ", ") + std::to_string(number);
  return "[" + text + "]";
}

/// What is in the first list and not in the second, or nothing.
std::string missing_in(const std::vector<std::string>& names,
                       const std::vector<std::string>& others) {
  for (const std::string& name : names) {
    if (std::ranges::find(others, name) == others.end()) return name;
  }
  return {};
}

std::string difference(const std::vector<std::string>& mine,
                       const std::vector<std::string>& theirs) {
  if (const std::string name = missing_in(mine, theirs); !name.empty())
    return "the autoencoder has no input " + name;
  if (const std::string name = missing_in(theirs, mine); !name.empty())
    return "the autoencoder has the input " + name + " besides";
  return "the autoencoder has its inputs in another order";
}

}  // namespace

std::vector<std::pair<std::string, std::string>> pretrained_models(const Parameters& p) {
  if (p.pretrained_autoencoder.empty()) return {};
  return {{kField, p.pretrained_autoencoder.name}};
}

void check_pretraining(const Parameters& p, model::Messages& messages) {
  if (p.pretrained_autoencoder.empty()) return;
  if (p.autoencoder) {
    model::add_error(messages, kField,
                     "The pretrained model must be unsupervised (an autoencoder), and the model to "
                     "be trained must be supervised: leave out pretrained_autoencoder or "
                     "autoencoder.");
  }
  if (!p.checkpoint.empty()) {
    model::add_warning(messages, kField,
                       "pretrained_autoencoder has no effect: training goes on from checkpoint.");
  }
  if (p.initial_weights || p.initial_biases) {
    model::add_warning(messages, kField,
                       "initial_weights and initial_biases have no effect: training starts from "
                       "pretrained_autoencoder.");
  }
}

void check_pretrained(const Parameters& p, const model::FurtherModels& models,
                      model::Messages& messages) {
  const model::Model& named = *models.at(kField);
  const std::string about = "Model '" + named.header.key + "' of " + kField + " ";
  const auto refuse = [&](const char* field, const std::string& why) {
    model::add_error(messages, field, about + why);
  };
  const auto* pretrained = dynamic_cast<const DeepLearningModel*>(&named);
  if (pretrained == nullptr || !pretrained->is_autoencoder()) {
    refuse(kField, "is no autoencoder of deep learning.");
    return;
  }
  Parameters was;
  schema::read_form(Parameters::schema(), &was, named.header.parameters);
  if (p.hidden != was.hidden) {
    refuse("hidden", "has the hidden layers " + listed(was.hidden) + ", not " + listed(p.hidden) +
                         ": they must be the same.");
  }
  if (const Activation unit = activation_of(p), other = activation_of(was); unit != other) {
    const std::string difference = "has the activation " +
                                   std::string(schema::enum_text(was.activation)) + ", not " +
                                   std::string(schema::enum_text(p.activation)) + ": ";
    if (unit == Activation::maxout || other == Activation::maxout) {
      refuse("activation", difference + "units of Maxout have other weights.");
    } else {
      model::add_warning(messages, "activation",
                         about + difference + "its weights suit another network.");
    }
  }
  if (p.standardize != was.standardize) {
    model::add_warning(messages, "standardize",
                       about +
                           "was trained with another value of standardize: its weights suit "
                           "inputs on another scale.");
  }
}

void put_pretrained_layers(const model::Model& autoencoder, const InputPlan& plan,
                           const model::ColumnRoles& roles, Network& network) {
  const auto& pretrained = dynamic_cast<const DeepLearningModel&>(autoencoder);
  const std::vector<std::string> mine = plan.names(roles);
  const std::vector<std::string> theirs = pretrained.plan.names(pretrained.header.roles);
  if (mine != theirs) {
    throw InputError::illegal_argument(
        "The predictors do not come to the inputs of the autoencoder '" + pretrained.header.key +
        "' of parameter " + kField + ": " + difference(mine, theirs) +
        ". Train both on the same columns and levels, with the same ignore_const_cols, "
        "categorical_encoding, use_all_factor_levels and max_categorical_features.");
  }
  for (std::size_t l = 0; l + 1 < network.layers.size(); ++l)
    network.layers[l] = pretrained.network.layers[l];
}

}  // namespace neve::algos::deeplearning

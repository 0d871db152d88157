#include "algos/stackedensemble/members.hpp"

#include <algorithm>
#include <set>

#include <neve/base/error.hpp>

#include "algos/stackedensemble/metalearner.hpp"

namespace neve::algos::stackedensemble {
namespace {

using model::Messages;
using model::ModelPtr;

constexpr const char* kField = "base_models";

void wrong(Messages& messages, std::string text) {
  model::add_error(messages, kField, std::move(text));
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "[" : ", ") + name;
  return text + "]";
}

std::string json_list(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += text.empty() ? "[\"" : ",\"";
    for (const char c : name) {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
    text += '"';
  }
  return text.empty() ? "[]" : text + "]";
}

/// The models that a name stands for.
std::vector<ModelPtr> models_named(const model::Models& models, const std::string& name,
                                   Messages& messages) {
  if (ModelPtr model = models.find(name)) return {std::move(model)};
  std::vector<ModelPtr> group = models.group(name);
  if (!group.empty()) return group;
  if (models.frames().find(name)) {
    wrong(messages, "Unsupported type \"class water.fvec.Frame\" as a base model. '" + name +
                        "' is a frame; name models or grids.");
  } else {
    wrong(messages, "Specified id \"" + name + "\" does not exist.");
  }
  return {};
}

/// The models of these names, each once.
std::vector<ModelPtr> find_models(const model::Models& models, const Parameters& p,
                                  Messages& messages) {
  std::vector<ModelPtr> found;
  std::set<std::string> names;
  for (const schema::AnyRef& ref : p.base_models) {
    for (ModelPtr& model : models_named(models, ref.name, messages)) {
      if (names.insert(model->header.key).second) {
        found.push_back(std::move(model));
      } else {
        model::add_warning(
            messages, kField,
            "Base model " + model->header.key + " is named more than once; it counts once.");
      }
    }
  }
  if (p.base_models.empty()) {
    wrong(messages,
          "When creating a StackedEnsemble you must specify one or more models; found 0.");
  }
  return found;
}

/// Whether each predicts what the ensemble is to predict.
void check_answers(const Parameters& p, const frame::Frame& training,
                   const std::vector<ModelPtr>& bases, Messages& messages) {
  const auto index = training.find(p.response_column.name);
  const frame::DomainPtr domain = index ? training.column(*index).domain : nullptr;
  const model::Category first = bases.front()->header.category;
  for (const ModelPtr& base : bases) {
    const model::Header& header = base->header;
    if (header.roles.response.empty()) {
      wrong(messages, "Base model is not supervised: " + header.key);
    } else if (header.category != first) {
      std::vector<std::string> names;
      for (const ModelPtr& each : bases) names.push_back(each->header.key);
      wrong(
          messages,
          "Base models are inconsistent: there is a mix of different categories of models among " +
              listed(names));
      return;
    } else if (header.roles.response != p.response_column.name) {
      wrong(messages,
            "StackedModel response_column must match the response_column of each base model. "
            "Found: " +
                p.response_column.name + "(StackedEnsemble) and: " + header.roles.response +
                " (model " + header.key + ").");
    } else if (header.category != model::Category::binomial &&
               header.category != model::Category::multinomial &&
               header.category != model::Category::regression) {
      wrong(messages, "Base model " + header.key + " is of category " +
                          std::string(schema::enum_text(header.category)) +
                          ", which cannot be stacked; those that can are Binomial, Multinomial and "
                          "Regression.");
    } else if (!domain != !header.roles.response_domain ||
               (domain && *domain != *header.roles.response_domain)) {
      wrong(messages, "Base model " + header.key + " predicts other classes than column '" +
                          p.response_column.name + "' of frame " + training.key + " has.");
    }
  }
}

/// How a model's rows were dealt to folds.
struct FoldRule {
  std::int32_t folds = 0;
  std::string column;
  model::FoldAssignment assignment = model::FoldAssignment::automatic;
  std::int64_t seed = -1;
};

FoldRule fold_rule(const model::Models& models, const model::Model& model) {
  const auto parameters = parameters_of(models, model);
  const model::CommonParameters& p = models.algorithm_of(model).common(parameters.get());
  FoldRule rule{p.nfolds, p.fold_column.name, p.fold_assignment, p.seed};
  if (rule.assignment == model::FoldAssignment::automatic)
    rule.assignment = model::FoldAssignment::random;
  return rule;
}

/// What differs between the folds of two models, or nothing.
const char* difference(const FoldRule& a, const FoldRule& b) {
  if (a.column != b.column) return "they use different fold_columns";
  if (!a.column.empty()) return nullptr;
  if (a.folds != b.folds) return "they use different values for nfolds";
  if (a.assignment != b.assignment) return "they use different fold_assignments";
  if (a.assignment != model::FoldAssignment::modulo && a.seed != b.seed)
    return "they use random-seeded k-fold cross-validation but have different seeds";
  return nullptr;
}

/// A row's predictions come from models that have not seen it, however rows were dealt; models of
/// other folds have seen it through each other only.
void compare_folds(const model::Models& models, const std::vector<ModelPtr>& bases,
                   Messages& messages) {
  const FoldRule first = fold_rule(models, *bases.front());
  for (const ModelPtr& base : bases) {
    const char* differs = difference(first, fold_rule(models, *base));
    if (differs == nullptr) continue;
    model::add_warning(messages, kField,
                       "Base models are inconsistent: " + std::string(differs) + " (models " +
                           bases.front()->header.key + " and " + base->header.key +
                           "). This can lead to data leakage.");
    return;
  }
}

/// The cross-validation predictions that the metalearner learns from, by field.
std::vector<std::pair<std::string, std::string>> find_holdouts(const model::Models& models,
                                                               const frame::Frame& training,
                                                               const std::vector<ModelPtr>& bases,
                                                               Messages& messages) {
  std::vector<std::pair<std::string, std::string>> found;
  for (const ModelPtr& base : bases) {
    const model::Header& header = base->header;
    const std::string& name = header.cross_validation.holdout_predictions;
    if (header.cross_validation.folds == 0) {
      wrong(messages, "Base model does not use cross-validation: " + header.key +
                          ". Train it with nfolds, or stack with a blending_frame.");
      continue;
    }
    if (name.empty()) {
      wrong(messages, "Base model does not keep cross-validation predictions: " + header.key +
                          ". Train it with keep_cross_validation_predictions.");
      continue;
    }
    const auto frame = models.frames().find(name);
    if (!frame) {
      wrong(messages, "The cross-validation predictions of base model " + header.key +
                          " have been deleted: there is no frame " + name + ".");
      continue;
    }
    if (frame->rows() != training.rows()) {
      wrong(messages,
            "Base models are inconsistent: they use different size (number of rows) training "
            "frames. Found: " +
                std::to_string(training.rows()) + " (StackedEnsemble) and " +
                std::to_string(frame->rows()) + " (model " + header.key + ").");
      continue;
    }
    const std::size_t wanted = base->outputs() + (header.roles.response_domain ? 1 : 0);
    if (frame->columns.size() < wanted) {
      wrong(messages, "Frame " + name + " does not hold the predictions of base model " +
                          header.key + ": it has too few columns.");
      continue;
    }
    found.emplace_back(holdout_field(header.key), name);
  }
  return found;
}

/// The offset that all have, empty for none.
std::string common_offset(const std::vector<ModelPtr>& bases, Messages& messages) {
  const std::string& offset = bases.front()->header.roles.offset;
  for (const ModelPtr& base : bases) {
    if (base->header.roles.offset != offset)
      wrong(messages, "All base models must have the same offset_column!");
  }
  return offset;
}

void warn_of_weights(const Parameters& p, const std::vector<ModelPtr>& bases, Messages& messages) {
  const std::string& weights = bases.front()->header.roles.weights;
  if (weights.empty() || !p.weights_column.empty()) return;
  const auto same = [&](const ModelPtr& base) { return base->header.roles.weights == weights; };
  if (!std::ranges::all_of(bases, same)) return;
  model::add_warning(messages, "weights_column",
                     "All base models use weights_column=\"" + weights +
                         "\" but Stacked Ensemble does not. If you want to use the same "
                         "weights_column for the meta learner, please specify it as an argument in "
                         "the h2o.stackedEnsemble call.");
}

/// Columns of the training frame that are no predictor of any base model.
std::vector<std::string> unused_columns(const Parameters& p, const frame::Frame& training,
                                        const std::vector<ModelPtr>& bases) {
  std::set<std::string> used = {p.response_column.name, p.weights_column.name,
                                p.offset_column.name};
  for (const ModelPtr& base : bases) {
    const model::ColumnRoles& roles = base->header.roles;
    const auto& names = roles.encoding.names.empty() ? roles.predictors : roles.encoding.names;
    used.insert(names.begin(), names.end());
  }
  std::vector<std::string> unused;
  for (const std::string& name : training.names) {
    if (!used.contains(name)) unused.push_back(name);
  }
  return unused;
}

/// Columns of the level-one frame are named after the models.
void check_names(const Parameters& p, const std::vector<ModelPtr>& bases, Messages& messages) {
  for (const ModelPtr& base : bases) {
    const std::string& key = base->header.key;
    for (const auto* column :
         {&p.response_column, &p.weights_column, &p.offset_column, &p.metalearner_fold_column}) {
      if (column->name != key) continue;
      wrong(messages, "Base model '" + key +
                          "' has the name of a column that the metalearner needs; give one of them "
                          "another name.");
    }
  }
}

/// Columns that the metalearner needs besides predictions.
void check_columns(const Parameters& p, const frame::Frame& frame, Messages& messages) {
  const auto check = [&](const char* parameter, const std::string& name) {
    if (name.empty() || frame.find(name)) return;
    model::add_error(messages, parameter,
                     "Specified " + std::string(parameter) + " '" + name + "' not found in frame " +
                         frame.key + ".");
  };
  check("response_column", p.response_column.name);
  check("weights_column", p.weights_column.name);
  check("offset_column", p.offset_column.name);
  check("metalearner_fold_column", p.metalearner_fold_column.name);
}

}  // namespace

std::string holdout_field(const std::string& base_model) {
  return std::string(kField) + "/" + base_model;
}

std::shared_ptr<void> parameters_of(const model::Models& models, const model::Model& model) {
  const schema::Schema& schema = *models.algorithm_of(model).parameters;
  auto made = schema.make();
  // Of no interest is what the later ones leave out.
  for (const schema::Form* form :
       {&model.header.parameters, &model.header.actual_parameters, &model.header.settled.values})
    schema::read_form(schema, made.get(), *form);
  return made;
}

model::FromModels from_models(const model::Models& models, const void* parameters,
                              const frame::Frame& training, Messages& messages) {
  Parameters p = *static_cast<const Parameters*>(parameters);
  model::FromModels taken;
  const auto failed = [&] {
    return std::ranges::any_of(messages, [](const model::Message& each) {
      return each.kind == model::Message::Kind::error;
    });
  };
  taken.models = find_models(models, p, messages);
  if (failed()) return taken;
  check_answers(p, training, taken.models, messages);
  if (failed()) return taken;
  const std::string offset = common_offset(taken.models, messages);
  if (p.offset_column.empty()) p.offset_column = offset;
  warn_of_weights(p, taken.models, messages);
  check_names(p, taken.models, messages);
  if (p.blends()) {
    if (const auto blending = models.frames().find(p.blending_frame.name))
      check_columns(p, *blending, messages);
  } else {
    check_columns(p, training, messages);
    taken.frames = find_holdouts(models, training, taken.models, messages);
    if (!failed()) compare_folds(models, taken.models, messages);
  }
  check_metalearner(models, p, taken.models, messages);
  const std::vector<std::string> unused = unused_columns(p, training, taken.models);
  if (!unused.empty()) {
    model::add_warning(messages, "training_frame", "Dropping unused columns: " + listed(unused));
  }
  std::vector<std::string> names;
  for (const ModelPtr& base : taken.models) names.push_back(base->header.key);
  taken.parameters = {{"base_models", json_list(names)}, {"ignored_columns", json_list(unused)}};
  if (!p.offset_column.empty())
    taken.parameters.emplace_back("offset_column", p.offset_column.name);
  return taken;
}

}  // namespace neve::algos::stackedensemble

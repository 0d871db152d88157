#include <algorithm>

#include <neve/base/error.hpp>
#include <neve/base/rng.hpp>
#include <neve/model/models.hpp>
#include <neve/munge/rollups.hpp>

#include "model/fit.hpp"
#include "model/folds.hpp"
#include "model/roles.hpp"
#include "model/stopping_checks.hpp"

namespace neve::model {
namespace {

/// Parameters that every algorithm shares and whose work is not built yet.
void refuse_unbuilt(const Algorithm& algorithm, const CommonParameters& p, bool has_response,
                    Messages& messages) {
  if (!p.checkpoint.empty() && algorithm.check_checkpoint == nullptr)
    refuse("checkpoint", p.checkpoint.name, messages);
  if (p.balance_classes && !p.weights_column.empty()) {
    add_error(messages, "balance_classes",
              "Balance classes and observation weights are not currently supported together.");
  }
  if (p.custom_metric_func && !p.custom_metric_func->empty()) {
    add_error(messages, "custom_metric_func",
              "The value " + *p.custom_metric_func +
                  " of parameter custom_metric_func is not supported: it is code that would run in "
                  "the server. Leave the parameter out and compute the metric from predictions "
                  "(predict, or those that are kept with keep_cross_validation_predictions).");
  }
  if (p.categorical_encoding == CategoricalEncoding::sort_by_response && !has_response) {
    add_error(messages, "categorical_encoding",
              "Categorical encoding scheme cannot be SortByResponse - no response column "
              "available.");
  }
}

/// The frame of a parameter; 400 where there is none of that name, as clients expect of builders.
frame::Frame require_frame(const Build& build, const frame::Frames& frames, const std::string& key,
                           const std::string& field) {
  const auto given = build.frames.find(key);
  if (given != build.frames.end()) return given->second;
  if (auto frame = frames.find(key)) return *std::move(frame);
  throw InputError::bad_request("Frame '" + key + "' of parameter " + field + " does not exist.",
                                {{"parameter", field}, {"frame", key}});
}

/// Says which parameters have no effect here; clients show these on request only.
void trace_unused(const schema::Schema& schema, const CommonParameters& p, Messages& messages) {
  const auto trace = [&](const char* field, const char* text) {
    if (schema.find(field) != nullptr) messages.push_back({Message::Kind::trace, field, text});
  };
  if (p.nfolds > 1) trace("fold_column", "Not used: nfolds makes the folds.");
  if (wants_folds(p)) return;
  for (const char* field : {"keep_cross_validation_models", "keep_cross_validation_predictions",
                            "keep_cross_validation_fold_assignment", "fold_assignment"}) {
    trace(field, "Has an effect with cross-validation only.");
  }
}

ColumnRoles roles_by_name(const CommonParameters& p, const frame::Frame& training) {
  ColumnRoles roles;
  roles.response = p.response_column.name;
  if (const auto index = training.find(roles.response)) {
    roles.response_domain = training.column(*index).domain;
  }
  return roles;
}

/// As H2O-3 has it: rows that lack a response count, too.
double weight_of_rows(mr::Engine& engine, const CommonParameters& p, const frame::Frame& training) {
  const auto rows = static_cast<double>(training.rows());
  if (p.weights_column.empty()) return rows;
  const frame::Column& weights = training.column(training.require(p.weights_column.name));
  return rows * munge::roll_up(engine, training.layout, {&weights, 1})[0].mean;
}

void check_classes(const ColumnRoles& roles, Messages& messages) {
  constexpr std::size_t kMostClasses = std::size_t{1} << 20U;
  if (!roles.response_domain || roles.response_domain->size() <= kMostClasses) return;
  add_error(messages, "response_column",
            "Too many levels in response column: " + std::to_string(roles.response_domain->size()) +
                ", maximum supported number of classes is " + std::to_string(kMostClasses) + ".");
}

}  // namespace

Messages never_used(const Algorithm& algorithm) {
  Messages messages;
  if (algorithm.balances_classes) return messages;
  for (const char* field :
       {"balance_classes", "class_sampling_factors", "max_after_balance_size"}) {
    if (algorithm.parameters->find(field) == nullptr) continue;
    messages.push_back(
        {Message::Kind::trace, field,
         "Has no effect on " + std::string(algorithm.title) + ", whose classes need no balance."});
  }
  return messages;
}

int Build::errors() const {
  return static_cast<int>(
      std::ranges::count(messages, Message::Kind::error, [](const Message& m) { return m.kind; }));
}

const Algorithm* Algorithms::find(std::string_view name) const {
  const auto at = std::ranges::find(all_, name, [](const Algorithm* a) { return a->name; });
  return at == all_.end() ? nullptr : *at;
}

std::string Models::automatic_key(const Algorithm& algorithm, std::string_view what,
                                  std::string_view client) {
  const std::lock_guard lock(mutex_);
  return std::string(algorithm.title) + "_" + std::string(what) + "_" + std::string(client) + "_" +
         parts_.cluster_tag + "_" + std::to_string(++counter_);
}

/// Checks the models that a build names beside its checkpoint.
void Models::check_further_models(Build& build) {
  const Algorithm& algorithm = *build.algorithm;
  if (algorithm.further_models == nullptr) return;
  FurtherModels found;
  for (const auto& [field, key] : algorithm.further_models(build.parameters.get())) {
    if (ModelPtr model = find(key)) {
      found[field] = std::move(model);
    } else {
      add_error(build.messages, field, "There is no model '" + key + "'");
    }
  }
  if (!found.empty()) algorithm.check_further_models(build.parameters.get(), found, build.messages);
}

/// Checks the further frames and models that a build names.
void Models::check_others(Build& build) {
  const Algorithm& algorithm = *build.algorithm;
  const CommonParameters& p = build.common();
  if (algorithm.calibration_frame != nullptr) {
    const std::string frame = algorithm.calibration_frame(build.parameters.get());
    if (!frame.empty()) (void)require_frame(build, parts_.frames, frame, "calibration_frame");
  }
  if (algorithm.further_frames != nullptr) {
    for (const auto& [field, key] : algorithm.further_frames(build.parameters.get())) {
      (void)require_frame(build, parts_.frames, key, field);
    }
  }
  check_further_models(build);
  if (p.checkpoint.empty() || algorithm.check_checkpoint == nullptr) return;
  if (const ModelPtr checkpoint = find(p.checkpoint.name)) {
    algorithm.check_checkpoint(build.parameters.get(), *checkpoint, build.messages);
  } else {
    add_error(build.messages, "checkpoint",
              "There is no model '" + p.checkpoint.name + "' to go on from");
  }
}

/// Lets the parameters have what models that they name say.
void Models::take_from_models(Build& build, const frame::Frame& training) const {
  const Algorithm& algorithm = *build.algorithm;
  if (algorithm.from_models == nullptr) return;
  build.from_models =
      algorithm.from_models(*this, build.parameters.get(), training, build.messages);
  if (build.errors() > 0) return;
  schema::throw_problems("", schema::read_form(*algorithm.parameters, build.parameters.get(),
                                               build.from_models.parameters));
}

Build Models::check(const Algorithm& algorithm, const schema::Form& form, std::string_view client,
                    NamedFrames frames) {
  Build build{.algorithm = &algorithm,
              .parameters = algorithm.parameters->make(),
              .given = form,
              .messages = {},
              .frames = std::move(frames)};
  schema::throw_problems("",
                         schema::read_form(*algorithm.parameters, build.parameters.get(), form));
  CommonParameters& p = algorithm.common(build.parameters.get());
  if (p.model_id.empty()) p.model_id = automatic_key(algorithm, "model", client);
  check_bounds(*algorithm.parameters, build.parameters.get(), build.messages);
  refuse_unbuilt(algorithm, p, algorithm.needs_response(build.parameters.get()), build.messages);
  algorithm.validate(build.parameters.get(), build.messages);
  std::ranges::move(never_used(algorithm), std::back_inserter(build.messages));
  trace_unused(*algorithm.parameters, p, build.messages);
  if (exports(p)) (void)parts_.export_path(*p.export_checkpoints_dir, p.model_id.name);
  if (algorithm.snapshot_folder != nullptr) {
    const std::string folder = algorithm.snapshot_folder(build.parameters.get());
    if (!folder.empty()) (void)parts_.export_path(folder, p.model_id.name);
  }
  if (p.training_frame.empty() && algorithm.frame_instead != nullptr)
    p.training_frame = algorithm.frame_instead(build.parameters.get());
  if (p.training_frame.empty()) {
    add_error(build.messages, "training_frame", "A training frame is needed");
    return build;
  }
  const frame::Frame training =
      require_frame(build, parts_.frames, p.training_frame.name, "training_frame");
  if (!p.validation_frame.empty()) {
    (void)require_frame(build, parts_.frames, p.validation_frame.name, "validation_frame");
  }
  const bool needs_response = algorithm.needs_response(build.parameters.get());
  if (needs_response && p.response_column.empty()) {
    add_error(build.messages, "response_column", "A response column is needed");
    return build;
  }
  take_from_models(build, training);
  check_columns(p, training, build.messages);
  check_others(build);
  if (algorithm.check_training != nullptr) {
    algorithm.check_training(build.parameters.get(), training, build.messages);
  }
  check_folds(p, training, build.messages);
  if (training.rows() == 0) {
    add_error(build.messages, "training_frame", "The training frame has no rows");
  }
  if (build.errors() > 0) return build;
  if (algorithm.check_rows != nullptr) {
    algorithm.check_rows(build.parameters.get(), weight_of_rows(parts_.engine, p, training),
                         build.messages);
  }
  const ColumnRoles roles = roles_by_name(p, training);
  check_classes(roles, build.messages);
  const Category category = algorithm.category(build.parameters.get(), roles, build.messages);
  if (needs_response && algorithm.parameters->find("stopping_metric") != nullptr) {
    const auto defaults = algorithm.parameters->make();
    check_stopping(p, algorithm.common(defaults.get()), category, build.messages);
  }
  if (algorithm.check_response != nullptr && needs_response && !roles.response_domain) {
    const ColumnIndex response = training.require(roles.response);
    const mr::Inputs inputs = mr::inputs_of(training, {&response, 1});
    const ColumnRange range = ranges_of(parts_.engine, inputs, nullptr)[0];
    algorithm.check_response(build.parameters.get(), range, build.messages);
  }
  return build;
}

}  // namespace neve::model

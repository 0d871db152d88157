#include "automl/run.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <neve/base/clock.hpp>
#include <neve/base/error.hpp>
#include <neve/base/java_number.hpp>
#include <neve/base/log.hpp>
#include <neve/store/store.hpp>

#include "automl/holdouts.hpp"

namespace neve::automl {
namespace {

/// Of failures one after the other, after which no step is tried any more.
constexpr std::int32_t kMostFailures = 10;

std::string names_of(const std::vector<Algo>& algos) {
  std::string names;
  for (const Algo algo : algos)
    names += (names.empty() ? "" : ", ") + std::string(schema::enum_text(algo));
  return "[" + names + "]";
}

/// `spec` as the user gave it.
std::string way_of_validation(const BuildSpec& spec, bool blends) {
  const InputSpec& input = spec.input_spec;
  if (!input.fold_column.empty())
    return "Cross-validation by the folds of column " + input.fold_column.name + ".";
  if (const std::int32_t folds = spec.build_control.nfolds; folds > 0)
    return std::to_string(folds) + "-fold cross-validation.";
  std::string way = "No cross-validation";
  if (blends) way += ", as there is not the time for it: ensembles learn by blending";
  if (input.validation_frame.empty() || (blends && input.blending_frame.empty()))
    way += "; rows of the training frame are held out";
  return way + ".";
}

}  // namespace

Run::Run(AutoMls& automls, AutoMls::Request request, job::Job& job)
    : automls_(automls),
      models_(automls.parts_.models),
      job_(job),
      frames_(std::move(request.frames)),
      blends_(request.blends),
      shared_(models_.engine().budget()) {
  if (job.saved() != nullptr) {
    state_ = wire::decode<State>(*job.saved());
  } else {
    state_.automl = std::move(request.automl);
    state_.seed = state_.automl.spec.build_control.stopping_criteria.seed;
  }
  const BuildSpec& spec = state_.automl.spec;
  plan_ = planned_steps(spec.build_models, limit().has_value(), left_out_);
  spec_ = spec;
  settings_.emplace(spec_, frames_.at(spec.input_spec.training_frame.name));
  hold_out();
  add_folds();
  const std::string& instance = state_.automl.instance;
  trained_before_ = static_cast<std::int32_t>(
      std::ranges::count_if(state_.automl.entries, [&](const Entry& entry) {
        return !entry.is_ensemble() && entry.model.find(instance) == std::string::npos;
      }));
}

void Run::run() {
  try {
    if (job_.saved() == nullptr) begin();
    if (!encoded_.empty()) encode();
    follow_plan();
  } catch (...) {
    // What is there by now can be looked at, unless somebody has removed it.
    try {
      if (automls_.read(state_.automl.key)) publish();
    } catch (const Error& error) {
      log::warn("Project " + state_.automl.key + " was not kept: " + error.what());
    }
    throw;
  }
  end();
}

/// Whoever goes on with the run makes the same parts.
void Run::hold_out() {
  if (settings_->cross_validates()) return;
  automl::hold_out(models_.engine(), spec_, frames_, blends_, state_.automl.instance, job_.token());
}

/// Whoever looks at the leaderboard can look at the rows behind it.
void Run::keep_held_out() {
  AutoMl& automl = state_.automl;
  const schema::FrameRef& rows = spec_.input_spec.validation_frame;
  if (rows.name == automl.spec.input_spec.validation_frame.name) return;
  models_.frames().publish(frames_.at(rows.name));
  automl.held_out = rows;
  automl.belongings.push_back(rows.name);
}

void Run::begin() {
  const BuildSpec& spec = state_.automl.spec;
  const InputSpec& input = spec.input_spec;
  const StoppingCriteria& criteria = spec.build_control.stopping_criteria;
  const auto info = [&](Stage stage, const std::string& message) {
    tell(Severity::info, stage, message);
  };
  tell(Severity::info, Stage::workflow, "Project: " + state_.automl.project, "creation_epoch",
       std::to_string(job_.start_time_ms() / 1000));
  info(Stage::validation, "Stopping tolerance: " + java_double(criteria.stopping_tolerance));
  info(Stage::validation, "Build control seed: " + std::to_string(criteria.seed));
  if (settings_->cross_validates() && !input.validation_frame.empty()) {
    tell(Severity::warn, Stage::validation,
         "User specified a validation frame with cross-validation still enabled. Models are "
         "compared by cross-validation all the same; the frame adds metrics to look at.");
  }
  info(Stage::validation, way_of_validation(spec, blends_));
  for (const auto& [name, frame] : frames_) {
    info(Stage::data_import, "Frame " + name + ": " + std::to_string(frame.rows()) + " rows, " +
                                 std::to_string(frame.columns.size()) + " columns");
  }
  info(Stage::data_import, "Response column: " + input.response_column.name);
  keep_held_out();
  if (spec.build_models.exclude_algos && !spec.build_models.exclude_algos->empty())
    info(Stage::workflow, "Left out: " + names_of(*spec.build_models.exclude_algos));
  if (spec.build_models.include_algos)
    info(Stage::workflow, "Used alone: " + names_of(*spec.build_models.include_algos));
  for (const std::string& name : left_out_)
    info(Stage::workflow, name + " is not available; its steps are left out.");
  if (trained_before_ > 0) {
    tell(Severity::warn, Stage::workflow,
         "New models are added to the " + std::to_string(state_.automl.entries.size()) +
             " of the project.");
  }
  tell(Severity::info, Stage::workflow, "AutoML build started", "start_epoch",
       std::to_string(now_ms() / 1000));
  publish();
}

void Run::follow_plan() {
  while (state_.next < plan_.size()) {
    do_step(plan_[state_.next]);
    state_.part.reset();
    ++state_.next;
    publish();
    keep();
  }
  // What is left of the time is worth another round of the last group.
  constexpr double kWorth = 0.04;
  while (limit() && seconds_left() > kWorth * *limit() && !is_over() && !plan_.empty()) {
    const std::size_t before = state_.automl.entries.size();
    for (const PlannedStep& step : plan_) {
      if (step.group == plan_.back().group) do_step(step);
      publish();
    }
    if (state_.automl.entries.size() == before) return;
  }
}

void Run::do_step(const PlannedStep& step) {
  job_.token()->check();
  before_ = state_;
  const StepKind kind = step.kind();
  if (kind == StepKind::ensemble) return stack(step);
  // The better of two models that are there already adds none to max_models.
  if (kind == StepKind::exploitation ? has_to_end() : is_over()) return;
  switch (kind) {
    case StepKind::search:
      return search(step);
    case StepKind::completion:
      return go_on_searching(step);
    case StepKind::exploitation:
      return better(step);
    default:
      return train(step);
  }
}

bool Run::has_to_end() const {
  return state_.failures >= kMostFailures || (limit() && seconds_left() <= 0);
}

bool Run::is_over() const { return has_to_end() || models_left() == 0; }

void Run::end() {
  AutoMl& automl = state_.automl;
  const BuildControl& control = automl.spec.build_control;
  if (!control.keep_cross_validation_predictions) {
    store::Command command;
    for (const Entry& entry : automl.entries) {
      const auto model = models_.find(entry.model);
      if (model && !model->header.cross_validation.holdout_predictions.empty())
        command.remove.push_back(model->header.cross_validation.holdout_predictions);
    }
    models_.engine().store().commit(command);
  }
  if (automl.entries.empty()) {
    std::string why = "No model could be built";
    if (limit()) why += " in " + java_double(*limit()) + " seconds; give it more time";
    tell(Severity::warn, Stage::workflow, "Empty leaderboard. " + why + ".");
  }
  const std::int64_t now = now_ms();
  tell(Severity::info, Stage::workflow,
       "AutoML build done: built " + std::to_string(trained()) + " models", "stop_epoch",
       std::to_string(now / 1000));
  const std::int64_t seconds = (now - job_.start_time_ms()) / 1000;
  tell(Severity::info, Stage::workflow, "AutoML duration: " + std::to_string(seconds) + " s",
       "duration_secs", std::to_string(seconds));
  automl.steps = as_plan(state_.done);
  automl.ended = true;
  publish();
}

std::optional<double> Run::limit() const {
  const double limit = state_.automl.spec.build_control.stopping_criteria.max_runtime_secs;
  return limit > 0 ? std::optional(limit) : std::nullopt;
}

double Run::seconds_left() const {
  return limit().value_or(0) - static_cast<double>(now_ms() - job_.start_time_ms()) / 1000;
}

double Run::seconds_behind(const PlannedStep& step) const {
  if (!settings_->stacks()) return 0;
  // What nothing is known of yet; the most for the first ensemble of a group, which is made of few
  // models, and for all of them.
  constexpr double kUnknown = 0.03;
  constexpr double kMostForFirst = 0.4;
  constexpr double kMost = 0.25;
  const double left = std::max(seconds_left(), 0.0);
  double first = 0;
  double all = 0;
  for (const PlannedStep& other : plan_) {
    if (!other.is_ensemble() || other.group != step.group) continue;
    if (state_.ensemble_seconds == 0) return kUnknown * left;
    const std::size_t bases = bases_after(step, ensemble_choice(other.id));
    const double seconds = state_.ensemble_seconds * cost_of_ensemble(bases);
    if (all == 0) first = seconds;
    all += seconds;
  }
  return std::max(std::min(first, kMostForFirst * left), std::min(all, kMost * left));
}

/// A share of the time by weight among the steps of the group that are still to come.
std::optional<double> Run::seconds_for(const PlannedStep& step) const {
  if (!limit()) return std::nullopt;
  double weights = 0;
  for (std::size_t i = state_.next; i < plan_.size(); ++i) {
    if (!plan_[i].is_ensemble() && plan_[i].group == step.group) weights += plan_[i].weight;
  }
  const double share = weights > 0 ? static_cast<double>(step.weight) / weights : 1;
  constexpr double kLeast = 0.1;  // 0 would be no limit
  return std::max(kLeast, (seconds_left() - seconds_behind(step)) * std::min(share, 1.0));
}

std::int32_t Run::trained() const {
  return static_cast<std::int32_t>(
             std::ranges::count(state_.automl.entries, false, &Entry::is_ensemble)) -
         trained_before_;
}

std::optional<std::int32_t> Run::models_left() const {
  const std::int32_t most = state_.automl.spec.build_control.stopping_criteria.max_models;
  if (most == 0) return std::nullopt;
  return std::max(most - trained(), 0);
}

/// A share of the models by weight among all steps that are still to come; 0: no limit.
std::int32_t Run::models_for(const PlannedStep& step) const {
  const auto left = models_left();
  if (!left) return 0;
  double weights = 0;
  for (std::size_t i = state_.next; i < plan_.size(); ++i) {
    const StepKind kind = plan_[i].kind();
    if (kind != StepKind::ensemble && kind != StepKind::exploitation) weights += plan_[i].weight;
  }
  const double share = weights > 0 ? static_cast<double>(step.weight) / weights : 1;
  return std::max(1, static_cast<std::int32_t>(std::ceil(*left * std::min(share, 1.0))));
}

void Run::tell(Severity level, Stage stage, std::string message, std::string name,
               std::string value) {
  Event event{now_ms(), level, stage, std::move(message)};
  if (!name.empty()) event.name = std::move(name);
  event.value = std::move(value);
  state_.automl.events.push_back(std::move(event));
}

void Run::tell_start(const PlannedStep& step, const std::string& what) {
  tell(Severity::info, Stage::model_training, "AutoML: starting " + what,
       "start_" + step.provider + "_" + step.id, std::to_string(now_ms() / 1000));
}

void Run::tell_progress() {
  const StoppingCriteria& criteria = state_.automl.spec.build_control.stopping_criteria;
  double done = 0;
  if (criteria.max_models > 0) {
    const double now = part_ != nullptr ? part_->progress() : 0;
    done = (trained() + now) / (criteria.max_models + 1);
  }
  if (limit()) done = std::max(done, 1 - seconds_left() / *limit());
  job_.progress(std::clamp(done, 0.0, 1.0));
}

void Run::publish() { automls_.publish(state_.automl); }

void Run::keep() {
  job_.keep([this] {
    if (part_ == nullptr) return wire::encode(state_);
    before_.part = part_->state();
    return wire::encode(before_);
  });
}

job::Part Run::make_part(std::string text, std::string destination,
                         std::function<void(job::Job&)> work) {
  return {{.text = std::move(text),
           .destination = std::move(destination),
           .work = std::move(work),
           .saved = std::exchange(state_.part, std::nullopt),
           .keeps =
               [&models = models_] {
                 return models.engine().store().catalog().view()->members.size() > 1;
               }},
          bell_};
}

bool Run::wait_for(job::Part& part, double seconds_behind, const std::function<void()>& meanwhile) {
  struct Shown {
    job::Part*& place;
    ~Shown() { place = nullptr; }
  } const shown{part_};
  part_ = &part;
  bool in_time = true;
  while (!part.finished()) {
    bell_->wait();
    job_.token()->check();
    if (meanwhile) meanwhile();
    tell_progress();
    keep();
    // Whoever looks at the time only between long steps is cut off.
    if (!limit() || seconds_left() > seconds_behind || !in_time) continue;
    part.cancel();
    in_time = false;
  }
  return in_time;
}

std::string Run::next_name(const std::string& stem) {
  return stem + "_" + std::to_string(++state_.numbers[stem]) + "_" + state_.automl.instance;
}

const Entry* Run::entry_of(const std::string& model) const {
  const auto at = std::ranges::find(state_.automl.entries, model, &Entry::model);
  return at == state_.automl.entries.end() ? nullptr : &*at;
}

model::Leaderboard Run::leaderboard() const { return automls_.leaderboard(state_.automl); }

}  // namespace neve::automl

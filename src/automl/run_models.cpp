#include <algorithm>
#include <utility>

#include <neve/base/error.hpp>
#include <neve/base/java_number.hpp>
#include <neve/store/store.hpp>

#include "automl/run.hpp"
#include "schema/api/form.hpp"

namespace neve::automl {

using schema::set;
void Run::train(const PlannedStep& step) {
  const KnownStep& known = *find_step(step.provider, step.id);
  const model::Algorithm& algorithm = *automls_.parts_.algorithms.find(known.algorithm);
  schema::Form form = settings_->form(known, algorithm);
  set(form, "seed", std::to_string(next_seed()));
  make({.step = step,
        .algorithm = algorithm,
        .name = next_name(std::string(known.stem)),
        .form = std::move(form),
        .seconds = seconds_for(step),
        .seconds_behind = seconds_behind(step) / 2,
        .encoder = encoder_for(known)});
}

bool Run::make(const Order& order) {
  tell_start(order.step, order.name + " model training");
  job_.progress(0, order.name + " [" + order.step.provider + " " + order.step.id + "]");
  publish();
  schema::Form form = order.form;
  set(form, "model_id", order.name);
  const auto fail = [&](const std::string& why) {
    if (!order.step.is_ensemble()) ++state_.failures;
    tell(Severity::error, Stage::model_training, why);
    return false;
  };
  model::Build build;
  try {
    build = models_.check(order.algorithm, form, "automl", frames_);
  } catch (const ClusterError&) {
    throw;
  } catch (const Error& error) {
    return fail("Skipping training of model " + order.name + ": " + error.what());
  }
  for (const model::Message& message : build.messages) {
    if (message.kind != model::Message::Kind::error) continue;
    tell(Severity::error, Stage::model_training,
         model::implementation_name(*order.algorithm.parameters, message.field) + " param, " +
             message.text);
  }
  if (build.errors() > 0) return fail("Skipping training of model " + order.name + ".");
  build.encoder = order.encoder;
  model::Made made;
  const model::TrainingTerms terms{
      .seed = 0, .most_seconds = order.seconds.value_or(0), .shared = &shared_};
  job::Part part = make_part(std::string(order.algorithm.title), order.name,
                             [&](job::Job& job) { made = models_.make(build, terms, job); });
  const bool in_time = wait_for(part, order.seconds_behind, {});
  const job::Snapshot last = part.end();
  if (last.status == job::Status::done) return accept(order, made);
  if (!in_time) {
    tell(Severity::info, Stage::model_training, order.name + " was not ready in time.");
    return false;
  }
  return fail(order.name + " failed: " + last.exception);
}

bool Run::accept(const Order& order, const model::Made& made) {
  models_.publish(made);
  state_.failures = 0;
  add_entry({.model = order.name,
             .provider = order.step.provider,
             .step = order.step.id,
             .bases = order.bases});
  return true;
}

/// Also measures the model on the leaderboard frame, and drops what folds have predicted.
void Run::add_entry(Entry entry) {
  AutoMl& automl = state_.automl;
  const model::ModelPtr model = models_.require(entry.model);
  const std::string& frame = automl.spec.input_spec.leaderboard_frame.name;
  if (!frame.empty()) {
    std::vector<std::string> warnings;
    entry.metrics = models_.performance(model, frames_.at(frame), job_.token(), warnings);
  }
  const model::CrossValidation& folds = model->header.cross_validation;
  if (!automl.spec.build_control.keep_cross_validation_predictions && !folds.predictions.empty())
    models_.engine().store().commit({.remove = folds.predictions});
  const model::Leaderboard before = leaderboard();
  automl.entries.push_back(std::move(entry));
  const PlannedStep& step = plan_[std::min<std::size_t>(state_.next, plan_.size() - 1)];
  const bool is_told = std::ranges::any_of(state_.done, [&](const PlannedStep& done) {
    return done.provider == step.provider && done.id == step.id;
  });
  if (!is_told) state_.done.push_back(step);
  const model::Leaderboard after = leaderboard();
  automl.sort_metric = after.sort_metric;
  const model::ModelPtr& leader = after.rows[0].model;
  if (!before.rows.empty() && before.rows[0].model->header.key == leader->header.key) return;
  tell(Severity::info, Stage::model_training,
       "New leader: " + leader->header.key + ", " + after.sort_metric + ": " +
           java_double(after.rows[0].values[0]));
}

void Run::search(const PlannedStep& step) {
  const KnownStep& known = *find_step(step.provider, step.id);
  const Search what{step.provider, step.id, next_name(std::string(known.stem) + "_grid"),
                    models_for(step)};
  state_.searches.push_back(what);
  // What one model too many costs is little beside what a search has gone through.
  constexpr std::int32_t kRounds = 2;
  const std::int32_t rounds =
      kRounds * state_.automl.spec.build_control.stopping_criteria.stopping_rounds;
  do_search(step, what, rounds, seconds_for(step));
}

void Run::do_search(const PlannedStep& step, const Search& what, std::int32_t stopping_rounds,
                    std::optional<double> seconds) {
  const KnownStep& known = *find_step(what.provider, what.step);
  const model::Algorithm& algorithm = *automls_.parts_.algorithms.find(known.algorithm);
  const StoppingCriteria& given = state_.automl.spec.build_control.stopping_criteria;
  const model::ModelPtr encoder = encoder_for(known);
  const grid::SearchOrder order{.key = what.grid,
                                .form = settings_->form(known, algorithm),
                                .space = {.axes = known.space},
                                .criteria = {.strategy = grid::Strategy::random_discrete,
                                             .seed = given.seed,
                                             .max_models = what.max_models,
                                             .max_runtime_secs = seconds.value_or(0),
                                             .stopping_rounds = stopping_rounds,
                                             .stopping_metric = settings_->stopping_metric(),
                                             .stopping_tolerance = given.stopping_tolerance},
                                .frames = frames_,
                                .encoder = encoder ? encoder->header.key : ""};
  tell_start(step, what.grid + " hyperparameter search");
  job_.progress(0, what.grid + " [" + step.provider + " " + step.id + "]");
  publish();
  const wire::Bytes prepared = automls_.parts_.grids.prepare(algorithm, order, "automl");
  job::Part part = make_part(std::string(algorithm.title) + " Grid Search", what.grid,
                             [&](job::Job& job) { automls_.parts_.grids.search(prepared, job); });
  wait_for(part, seconds_behind(step) / 2, [&] { add_searched(what); });
  const job::Snapshot last = part.end();
  add_searched(what);
  if (last.status == job::Status::failed) {
    ++state_.failures;
    tell(Severity::error, Stage::model_training, what.grid + " failed: " + last.exception);
  }
}

/// In the order of the search, whichever was looked at first.
void Run::add_searched(const Search& what) {
  const auto found = automls_.parts_.grids.find(what.grid);
  if (!found) return;
  for (const grid::Entry& entry : found->entries) {
    if (entry.model.empty() || entry_of(entry.model) != nullptr) continue;
    if (models_.find(entry.model) == nullptr) continue;
    add_entry({.model = entry.model, .provider = what.provider, .step = what.step});
    publish();
  }
}

/// The two searches with the best models, each of which may get half of so many more.
std::vector<Run::Search> Run::best_searches(std::int32_t max_models) const {
  constexpr std::size_t kMost = 2;
  std::vector<Search> best;
  for (const model::Leaderboard::Row& row : leaderboard().rows) {
    const std::string& model = row.model->header.key;
    const auto at = std::ranges::find_if(state_.searches, [&](const Search& search) {
      return model.starts_with(search.grid + "_model_");
    });
    if (at == state_.searches.end() || best.size() == kMost) continue;
    if (std::ranges::find(best, at->grid, &Search::grid) == best.end()) best.push_back(*at);
  }
  const auto count = static_cast<std::int32_t>(best.size());
  for (Search& search : best) {
    search.max_models = 0;
    if (max_models == 0) continue;
    const auto grid = automls_.parts_.grids.find(search.grid);
    const auto there = grid ? static_cast<std::int32_t>(grid->entries.size()) : 0;
    search.max_models = there + (max_models + count - 1) / count;
  }
  return best;
}

void Run::go_on_searching(const PlannedStep& step) {
  if (state_.resumed.empty()) state_.resumed = best_searches(models_for(step));
  while (!state_.resumed.empty() && !is_over()) {
    before_ = state_;
    const Search what = state_.resumed.front();
    std::optional<double> seconds = seconds_for(step);
    if (seconds) *seconds /= static_cast<double>(state_.resumed.size());
    do_search(step, what, 0, seconds);
    state_.resumed.erase(state_.resumed.begin());
    state_.part.reset();
  }
  state_.resumed.clear();
}

/// Trains the best model of the algorithm with other parameters; the better one stays.
void Run::better(const PlannedStep& step) {
  const KnownStep& known = *find_step(step.provider, step.id);
  const model::Leaderboard before = leaderboard();
  const auto best = std::ranges::find_if(before.rows, [&](const model::Leaderboard::Row& row) {
    return entry_of(row.model->header.key)->provider == step.provider;
  });
  if (best == before.rows.end()) return;
  const std::string old = best->model->header.key;
  tell(Severity::info, Stage::model_selection, "Training the best model " + old + " anew");
  schema::Form form = best->model->header.parameters;
  for (const auto& [name, value] : known.form) set(form, name, value);
  const std::string name = next_name(std::string(known.stem) + "_" + std::string(known.id));
  const bool is_there = make({.step = step,
                              .algorithm = models_.algorithm_of(*best->model),
                              .name = name,
                              .form = std::move(form),
                              .seconds = seconds_for(step),
                              .seconds_behind = seconds_behind(step) / 2,
                              .encoder = encoder_for(known)});
  if (!is_there) return;
  for (const model::Leaderboard::Row& row : leaderboard().rows) {
    const std::string& key = row.model->header.key;
    if (key != old && key != name) continue;
    const std::string& worse = key == old ? name : old;
    tell(Severity::info, Stage::model_selection, "The better one stays: " + key);
    return remove(worse);
  }
}

void Run::remove(const std::string& model) {
  std::erase_if(state_.automl.entries, [&](const Entry& entry) { return entry.model == model; });
  models_.remove(model);
}

}  // namespace neve::automl

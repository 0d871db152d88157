#include "grid/search.hpp"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include <neve/base/clock.hpp>
#include <neve/base/error.hpp>
#include <neve/base/log.hpp>
#include <neve/base/pool.hpp>
#include <neve/base/rng.hpp>

#include "grid/identity.hpp"
#include "grid/scores.hpp"
#include "schema/api/form.hpp"

namespace neve::grid {
namespace {

using schema::set;

/// Each takes a thread, and the memory of a model.
constexpr std::int32_t kMostAtATime = 64;
/// How many points may wait for one before them, for each model at a time.
constexpr std::size_t kAhead = 4;

/// Which values of a point cannot be read, and why.
std::string unreadable(const schema::Form& values, const std::vector<schema::Problem>& problems) {
  std::string text;
  for (const schema::Problem& problem : problems) {
    const auto value = std::ranges::find(
        values, problem.field, [](const auto& given) -> const std::string& { return given.first; });
    text += text.empty() ? "" : " ";
    if (value == values.end()) {
      text += problem.message;
    } else {
      text += "Cannot set field '" + problem.field + "' to value " + value->second + ": " +
              problem.message;
    }
  }
  return text;
}

/// GBM and random forests pass over all rows for each level of a tree: models side by side take the
/// caches from each other. Others leave threads idle in between, however many rows there are.
bool keeps_threads_busy(const model::Algorithm& algorithm) {
  return algorithm.supervised && algorithm.parameters->find("ntrees") != nullptr;
}

std::int32_t row_groups(const Grid& grid, const model::NamedFrames& frames) {
  const auto given =
      std::ranges::find(grid.form, "training_frame", &schema::Form::value_type::first);
  const auto frame = given == grid.form.end() ? frames.end() : frames.find(given->second);
  return frame == frames.end() ? 1 : frame->second.layout->groups();
}

/// How many models are trained at a time.
std::size_t at_a_time(const Grid& grid, const model::Algorithm& algorithm,
                      const model::NamedFrames& frames, int threads) {
  constexpr int kGroupsForAThread = 4;  // so that none waits long for the last one
  std::int32_t wanted = grid.parallelism;
  if (wanted == 0) {
    const std::int32_t groups = keeps_threads_busy(algorithm) ? row_groups(grid, frames) : 1;
    wanted = std::min(threads, (kGroupsForAThread * threads + groups - 1) / groups);
  }
  return static_cast<std::size_t>(std::clamp(wanted, 1, kMostAtATime));
}

}  // namespace

Search::Search(Grids& grids, Grids::Request request, job::Job& job)
    : grids_(grids),
      models_(grids.parts_.models),
      job_(job),
      algorithm_(*grids.parts_.algorithms.find(request.grid.algorithm)),
      frames_(std::move(request.frames)),
      walk_(request.grid.space, request.grid.criteria),
      next_publish_(std::chrono::steady_clock::now()),
      shared_(std::make_unique<SharedResults>(models_.engine().budget())) {
  for (const auto& [name, frame] : frames_) checksums_[name] = models_.frame_checksum(frame);
  if (job.saved() != nullptr) {
    state_ = wire::decode<State>(*job.saved());
    // Those that were on their way are proposed again.
    if (state_.proposed.size() > state_.place) state_.proposed.resize(state_.place);
    if (state_.steps.size() > state_.place) state_.steps.resize(state_.place);
  } else {
    state_.grid = std::move(request.grid);
  }
  const Grid& grid = state_.grid;
  if (grid.criteria.strategy == Strategy::tpe)
    proposals_.emplace(grid.space.axes, walk_.size(), grid.criteria.seed);
  if (grid.criteria.strategy == Strategy::asha) {
    rungs_ = rungs_of(algorithm_, grid.form, grid.space, grid.criteria);
    const auto limit = static_cast<std::uint64_t>(grid.criteria.max_models);
    halving_.emplace(limit > 0 ? std::min(limit, walk_.size()) : walk_.size(),
                     static_cast<std::uint32_t>(rungs_.values.size()),
                     static_cast<std::uint32_t>(grid.criteria.eta));
  }
}

void Search::run() {
  try {
    search();
  } catch (...) {
    // What is there by now can be looked at, and gone on with, unless somebody has removed it.
    candidates_.clear();
    try {
      if (grids_.find(state_.grid.key)) publish();
      remove_superseded();
    } catch (const Error& error) {
      log::warn("Grid " + state_.grid.key + " was not kept: " + error.what());
    }
    throw;
  }
  candidates_.clear();
  publish();
  remove_superseded();
  if (!state_.grid.recovery_folder.empty())
    grids_.note_recovery(state_.grid.recovery_folder, state_.grid.key, true);
}

void Search::search() {
  while (true) {
    job_.token()->check();
    accept_ready();
    if (ended_) return;
    begin_more();
    if (candidates_.empty()) return;
    if (!candidates_.front().ready()) bell_->wait();
    tell_progress();
    bool is_kept = models_.engine().store().catalog().view()->members.size() == 1;
    job_.keep([&] {
      is_kept = true;
      return wire::encode(state());
    });
    if (is_kept) remove_superseded();
  }
}

void Search::accept_ready() {
  while (!ended_ && !candidates_.empty() && candidates_.front().ready()) {
    Candidate next = std::move(candidates_.front());
    candidates_.pop_front();
    const Identity identity = next.entry.identity;
    accept(std::move(next));
    if (proposals_ || halving_) state_.results.push_back(result_of(identity));
    ++state_.place;
  }
}

double Search::result_of(const Identity& identity) const {
  double result = Entry::kNoResult;
  for (const Entry& entry : state_.grid.entries) {
    if (entry.identity != identity) continue;
    if (entry.superseded) result = entry.result;
    const auto model = entry.model.empty() ? nullptr : models_.find(entry.model);
    if (!model) continue;
    const Measure measure =
        stopping_measure(state_.grid.criteria.stopping_metric, model->header.category);
    if (const auto score = score_of(*model, measure))
      result = measure.more_is_better ? -*score : *score;
  }
  return result;
}

void Search::accept(Candidate candidate) {
  if (candidate.is_idle) return;
  const bool is_first =
      std::ranges::find(state_.tried, candidate.entry.identity) == state_.tried.end();
  if (is_first) state_.tried.push_back(candidate.entry.identity);
  if (candidate.is_known) {
    if (!is_first) return;
    for (const Entry& entry : state_.grid.entries) {
      if (entry.identity != candidate.entry.identity || entry.model.empty()) continue;
      if (const auto model = models_.find(entry.model)) count(*model);
    }
    return;
  }
  state_.grid.last_number = candidate.number;
  take(candidate);
  const std::string model = candidate.entry.model;
  state_.grid.entries.push_back(std::move(candidate.entry));
  publish_soon();
  if (const auto made = model.empty() ? nullptr : models_.find(model)) count(*made);
}

/// Publishes the model, or says why there is none.
void Search::take(Candidate& candidate) {
  if (!candidate.member) return;
  Entry& entry = candidate.entry;
  Member::End end = candidate.member->end();
  if (!end.failure.empty()) {
    entry.failure = end.failure;
    entry.failure_trace = end.failure_type + ": " + end.failure;
    return;
  }
  models_.publish(end.made);
  entry.model = end.made.models.back()->header.key;
  if (Entry* below = entry_below(state_.place)) supersede(*below);
  if (!state_.grid.recovery_folder.empty())
    grids_.write_made(end.made, state_.grid.recovery_folder);
}

void Search::count(const model::Model& model) {
  ++state_.built;
  if (halving_) return;
  const Criteria& criteria = state_.grid.criteria;
  const Measure measure = stopping_measure(criteria.stopping_metric, model.header.category);
  state_.scores.push_back(
      score_of(model, measure).value_or(std::numeric_limits<double>::quiet_NaN()));
  ended_ = (criteria.max_models > 0 && state_.built >= criteria.max_models) ||
           should_stop(criteria, measure.more_is_better, state_.scores);
}

void Search::begin_more() {
  while (may_begin() && choose_step()) candidates_.push_back(begin());
}

/// Where models are trained further: says what comes next, unless nothing does.
bool Search::choose_step() {
  if (!halving_) return true;
  const auto step = halving_->next(state_.steps, state_.results);
  if (step) state_.steps.push_back(*step);
  return step.has_value();
}

bool Search::may_begin() const {
  const std::uint64_t place = state_.place + candidates_.size();
  if (!halving_ && place >= walk_.size()) return false;
  if (halving_ && Halving::needed(place) > state_.place) return false;
  if (proposals_ && Proposals::needed(place) > state_.place) return false;
  const std::size_t most =
      at_a_time(state_.grid, algorithm_, frames_, models_.engine().pool().threads());
  const auto running = static_cast<std::size_t>(std::ranges::count_if(
      candidates_, [](const Candidate& candidate) { return !candidate.ready(); }));
  if (running >= most || candidates_.size() >= kAhead * most) return false;
  const auto awaited =
      static_cast<std::int32_t>(std::ranges::count_if(candidates_, [](const Candidate& candidate) {
        return candidate.is_known || candidate.member != nullptr;
      }));
  const std::int32_t limit = state_.grid.criteria.max_models;
  if (!halving_ && limit > 0 && state_.built + awaited >= limit) return false;
  return seconds_left().value_or(1) > 0;
}

schema::Form Search::values_of(const Halving::Step& step) const {
  schema::Form values = walk_.at(step.point);
  values.emplace_back(rungs_.parameter, rungs_.values[step.rung]);
  return values;
}

Entry* Search::entry_below(std::uint64_t place) {
  if (!halving_ || state_.steps[place].rung == 0) return nullptr;
  const Halving::Step& step = state_.steps[place];
  const Identity below = identity_at(values_of({step.point, step.rung - 1})).first;
  const auto at = std::ranges::find_if(state_.grid.entries, [&](const Entry& entry) {
    return entry.identity == below && !entry.model.empty();
  });
  return at == state_.grid.entries.end() ? nullptr : &*at;
}

/// A model that is cross-validated is trained anew, as another one has seen the rows of its folds.
void Search::go_on_from(const model::Model& below, schema::Form& form,
                        model::TrainingTerms& terms) const {
  const auto mine = algorithm_.parameters->make();
  schema::read_form(*algorithm_.parameters, mine.get(), form);
  const model::CommonParameters& common = algorithm_.common(mine.get());
  const auto before = algorithm_.parameters->make();
  schema::read_form(*algorithm_.parameters, before.get(), below.header.parameters);
  schema::read_form(*algorithm_.parameters, before.get(), below.header.actual_parameters);
  terms.seed = algorithm_.common(before.get()).seed;
  if (state_.grid.seeds_models) set(form, "seed", std::to_string(terms.seed));
  if (common.nfolds < 2 && common.fold_column.empty()) set(form, "checkpoint", below.header.key);
}

/// The model goes later: a driver that takes over may have to go on from it again.
void Search::supersede(Entry& entry) {
  entry.result = result_of(entry.identity);
  entry.superseded = true;
  state_.superseded.push_back(std::move(entry.model));
  entry.model.clear();
}

void Search::remove_superseded() {
  for (const std::string& name : state_.superseded) models_.remove(name);
  state_.superseded.clear();
}

/// The values of the point behind the last candidate.
schema::Form Search::next_point() {
  if (halving_) return values_of(state_.steps.back());
  if (!proposals_) return walk_.at(state_.place + candidates_.size());
  state_.proposed.push_back(proposals_->at(state_.proposed, state_.results));
  return proposals_->values(state_.proposed.back());
}

std::pair<Identity, std::vector<schema::Problem>> Search::identity_at(
    const schema::Form& values) const {
  const auto parameters = algorithm_.parameters->make();
  auto problems = schema::read_form(*algorithm_.parameters, parameters.get(), form_of(values));
  return {problems.empty() ? identity_of(algorithm_, parameters.get(), checksums_)
                           : identity_of(values),
          std::move(problems)};
}

Search::Candidate Search::begin() {
  const std::uint64_t place = state_.place + candidates_.size();
  Candidate candidate;
  candidate.is_idle = halving_ && state_.steps.back().idle;
  candidate.is_known = candidate.is_idle;
  if (candidate.is_idle) return candidate;
  candidate.entry.values = next_point();
  schema::Form form = form_of(candidate.entry.values);
  std::vector<schema::Problem> problems;
  std::tie(candidate.entry.identity, problems) = identity_at(candidate.entry.values);
  candidate.is_known = is_known(candidate.entry.identity);
  if (candidate.is_known) return candidate;
  candidate.number = next_number();
  if (problems.empty()) {
    train(candidate, place, std::move(form));
  } else {
    candidate.entry.failure = unreadable(candidate.entry.values, problems);
    candidate.entry.failure_trace =
        "java.lang.IllegalArgumentException: " + candidate.entry.failure;
  }
  return candidate;
}

/// A model that cannot be trained is told of, and does not end the others.
void Search::train(Candidate& candidate, std::uint64_t place, schema::Form form) {
  const std::string name = state_.grid.key + "_model_" + std::to_string(candidate.number);
  set(form, "model_id", name);
  const Criteria& criteria = state_.grid.criteria;
  model::TrainingTerms terms = terms_of(candidate);
  const auto fail = [&](const std::string& type, const std::string& message) {
    candidate.entry.failure = message;
    candidate.entry.failure_trace = type + ": " + message;
  };
  try {
    const auto parameters = algorithm_.parameters->make();
    schema::read_form(*algorithm_.parameters, parameters.get(), form);
    const bool draws = algorithm_.parameters->find("seed") != nullptr &&
                       algorithm_.common(parameters.get()).seed == -1;
    // As H2O-3 has it: such a search can be repeated, its models draw different numbers.
    const bool counts_on = criteria.strategy == Strategy::random_discrete || proposals_ || halving_;
    const auto number = halving_ ? static_cast<std::int64_t>(state_.steps[place].point)
                                 : std::int64_t{candidate.number} - 1;
    if (draws && counts_on && state_.grid.seeds_models)
      set(form, "seed", std::to_string(criteria.seed + number));
    const Entry* below = entry_below(place);
    if (const auto from = below == nullptr ? nullptr : models_.find(below->model))
      go_on_from(*from, form, terms);
    model::Build build = models_.check(algorithm_, form, "grid", frames_);
    if (const std::string& encoder = state_.grid.encoder; !encoder.empty())
      build.encoder = models_.require(encoder, "preprocessing");
    if (build.errors() > 0) {
      fail("water.exceptions.H2OModelBuilderIllegalArgumentException",
           "Illegal argument(s) for " + std::string(algorithm_.title) + " model: " + name +
               ".  Details: " + model::error_details(*algorithm_.parameters, build.messages));
      return;
    }
    std::optional<wire::Bytes> saved;
    if (const auto at = state_.members.find(place); at != state_.members.end()) saved = at->second;
    candidate.member = std::make_unique<Member>(
        Member::Order{models_, std::move(build), terms, std::move(saved)}, bell_);
  } catch (const ClusterError&) {
    throw;
  } catch (const Error& error) {
    fail(error.exception_type(), error.what());
  }
}

schema::Form Search::form_of(const schema::Form& values) const {
  schema::Form form = state_.grid.form;
  for (const auto& [name, value] : values) set(form, name, value);
  return form;
}

model::TrainingTerms Search::terms_of(const Candidate& candidate) const {
  constexpr unsigned kExactInJson = 53;
  const CounterRng seeds(static_cast<std::uint64_t>(state_.grid.model_seed));
  const std::uint64_t drawn = seeds.bits(static_cast<std::uint64_t>(candidate.number));
  return {.seed = static_cast<std::int64_t>(drawn >> (64U - kExactInJson)),
          .most_seconds = seconds_left().value_or(0),
          .shared = shared_.get()};
}

bool Search::is_known(const Identity& identity) const {
  const auto is_same = [&](const auto& other) { return other.identity == identity; };
  return std::ranges::any_of(state_.grid.entries, is_same) ||
         std::ranges::any_of(candidates_, is_same, &Candidate::entry);
}

std::int32_t Search::next_number() const {
  const auto ahead = std::ranges::count_if(
      candidates_, [](const Candidate& candidate) { return !candidate.is_known; });
  return state_.grid.last_number + static_cast<std::int32_t>(ahead) + 1;
}

std::optional<double> Search::seconds_left() const {
  const double limit = state_.grid.criteria.max_runtime_secs;
  if (limit <= 0) return std::nullopt;
  return limit - static_cast<double>(now_ms() - job_.start_time_ms()) / 1000;
}

Search::State Search::state() const {
  State kept = state_;
  for (std::size_t i = 0; i < candidates_.size(); ++i) {
    const auto& member = candidates_[i].member;
    if (!member) continue;
    if (auto bytes = member->state()) kept.members[state_.place + i] = *std::move(bytes);
  }
  std::erase_if(kept.members, [&](const auto& member) { return member.first < state_.place; });
  return kept;
}

void Search::tell_progress() {
  auto all = halving_ ? halving_->steps() : static_cast<double>(walk_.size());
  const std::int32_t limit = halving_ ? 0 : state_.grid.criteria.max_models;
  if (limit > 0) all = std::min(all, static_cast<double>(limit));
  auto done =
      static_cast<double>(limit > 0 ? static_cast<std::uint64_t>(state_.built) : state_.place);
  for (const Candidate& candidate : candidates_) {
    if (candidate.member) done += candidate.member->progress();
  }
  job_.progress(std::min(done / all, 1.0));
}

/// All of the grid is written each time, so that this may cost a twentieth of the time at most.
void Search::publish_soon() {
  constexpr int kShare = 20;
  const auto begin = std::chrono::steady_clock::now();
  if (begin < next_publish_) return;
  publish();
  const auto end = std::chrono::steady_clock::now();
  next_publish_ = end + std::max<std::chrono::steady_clock::duration>(std::chrono::milliseconds(50),
                                                                      kShare * (end - begin));
}

void Search::publish() {
  const Grid& grid = state_.grid;
  grids_.publish(grid);
  if (!grid.export_folder.empty()) grids_.write_grid(grid, grid.export_folder);
  if (!grid.recovery_folder.empty()) grids_.write_grid(grid, grid.recovery_folder);
}

}  // namespace neve::grid

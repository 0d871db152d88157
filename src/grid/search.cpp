#include "grid/search.hpp"

#include <algorithm>
#include <limits>
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

std::size_t at_a_time(const Grid& grid, mr::Engine& engine) {
  const std::int32_t wanted = grid.parallelism > 0 ? grid.parallelism : engine.pool().threads();
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
  } else {
    state_.grid = std::move(request.grid);
  }
  const Grid& grid = state_.grid;
  if (grid.criteria.strategy == Strategy::tpe)
    proposals_.emplace(grid.space.axes, walk_.size(), grid.criteria.seed);
}

void Search::run() {
  try {
    search();
  } catch (...) {
    // What is there by now can be looked at, and gone on with, unless somebody has removed it.
    candidates_.clear();
    try {
      if (grids_.find(state_.grid.key)) publish();
    } catch (const Error& error) {
      log::warn("Grid " + state_.grid.key + " was not kept: " + error.what());
    }
    throw;
  }
  candidates_.clear();
  publish();
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
    job_.keep([this] { return wire::encode(state()); });
  }
}

void Search::accept_ready() {
  while (!ended_ && !candidates_.empty() && candidates_.front().ready()) {
    Candidate next = std::move(candidates_.front());
    candidates_.pop_front();
    const Identity identity = next.entry.identity;
    accept(std::move(next));
    if (proposals_) note_result(identity);
    ++state_.place;
  }
}

void Search::note_result(const Identity& identity) {
  double result = std::numeric_limits<double>::quiet_NaN();
  for (const Entry& entry : state_.grid.entries) {
    if (entry.identity != identity || entry.model.empty()) continue;
    const auto model = models_.find(entry.model);
    if (!model) continue;
    const Measure measure =
        stopping_measure(state_.grid.criteria.stopping_metric, model->header.category);
    if (const auto score = score_of(*model, measure))
      result = measure.more_is_better ? -*score : *score;
  }
  state_.results.push_back(result);
}

void Search::accept(Candidate candidate) {
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
  if (!state_.grid.recovery_folder.empty())
    grids_.write_made(end.made, state_.grid.recovery_folder);
}

void Search::count(const model::Model& model) {
  ++state_.built;
  const Criteria& criteria = state_.grid.criteria;
  const Measure measure = stopping_measure(criteria.stopping_metric, model.header.category);
  state_.scores.push_back(
      score_of(model, measure).value_or(std::numeric_limits<double>::quiet_NaN()));
  ended_ = (criteria.max_models > 0 && state_.built >= criteria.max_models) ||
           should_stop(criteria, measure.more_is_better, state_.scores);
}

void Search::begin_more() {
  while (may_begin()) candidates_.push_back(begin());
}

bool Search::may_begin() const {
  const std::uint64_t place = state_.place + candidates_.size();
  if (place >= walk_.size()) return false;
  if (proposals_ && Proposals::needed(place) > state_.place) return false;
  const std::size_t most = at_a_time(state_.grid, models_.engine());
  const auto running = static_cast<std::size_t>(std::ranges::count_if(
      candidates_, [](const Candidate& candidate) { return !candidate.ready(); }));
  if (running >= most || candidates_.size() >= kAhead * most) return false;
  const auto awaited =
      static_cast<std::int32_t>(std::ranges::count_if(candidates_, [](const Candidate& candidate) {
        return candidate.is_known || candidate.member != nullptr;
      }));
  const std::int32_t limit = state_.grid.criteria.max_models;
  if (limit > 0 && state_.built + awaited >= limit) return false;
  return seconds_left().value_or(1) > 0;
}

/// The values of the point behind the last candidate.
schema::Form Search::next_point() {
  if (!proposals_) return walk_.at(state_.place + candidates_.size());
  state_.proposed.push_back(proposals_->at(state_.proposed, state_.results));
  return proposals_->values(state_.proposed.back());
}

Search::Candidate Search::begin() {
  const std::uint64_t place = state_.place + candidates_.size();
  Candidate candidate;
  candidate.entry.values = next_point();
  schema::Form form = form_of(candidate);
  const auto parameters = algorithm_.parameters->make();
  const auto problems = schema::read_form(*algorithm_.parameters, parameters.get(), form);
  candidate.entry.identity = problems.empty()
                                 ? identity_of(algorithm_, parameters.get(), checksums_)
                                 : identity_of(candidate.entry.values);
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
  const model::TrainingTerms terms = terms_of(candidate);
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
    const bool counts_on = criteria.strategy == Strategy::random_discrete || proposals_;
    if (draws && counts_on && state_.grid.seeds_models)
      set(form, "seed", std::to_string(criteria.seed + candidate.number - 1));
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

schema::Form Search::form_of(const Candidate& candidate) const {
  schema::Form form = state_.grid.form;
  for (const auto& [name, value] : candidate.entry.values) set(form, name, value);
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
  auto all = static_cast<double>(walk_.size());
  const std::int32_t limit = state_.grid.criteria.max_models;
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

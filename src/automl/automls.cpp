#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <ctime>
#include <map>
#include <utility>

#include <neve/automl/automl.hpp>
#include <neve/base/clock.hpp>
#include <neve/base/error.hpp>
#include <neve/base/rng.hpp>
#include <neve/munge/rows.hpp>

#include "automl/holdouts.hpp"
#include "automl/plan.hpp"
#include "automl/preprocessing.hpp"
#include "automl/request.hpp"
#include "automl/run.hpp"
#include "automl/settings.hpp"
#include "store/api/objects.hpp"

namespace neve::automl {
namespace {

constexpr double kUsualSeconds = 3600;
constexpr std::int32_t kUsualFolds = 5;

/// Of a column's name what names of objects may hold.
std::string in_key(const std::string& column) {
  std::string made = column;
  std::ranges::replace_if(
      made, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return made;
}

/// Whether a predictor is a category of many levels.
bool has_many_levels(const InputSpec& input, const frame::Frame& training) {
  for (std::size_t c = 0; c < training.columns.size(); ++c) {
    const frame::Column& column = training.columns[c];
    if (!column.is_categorical() || column.domain->size() < kManyLevels) continue;
    if (is_predictor(input, training.names[c])) return true;
  }
  return false;
}

/// Says what the user left open.
void settle(BuildSpec& spec, const frame::Frame& training, bool limited_time, bool blends) {
  StoppingCriteria& criteria = spec.build_control.stopping_criteria;
  if (criteria.stopping_tolerance < 0)
    criteria.stopping_tolerance = usual_tolerance(training.rows());
  if (spec.build_control.nfolds < 0) spec.build_control.nfolds = blends ? 0 : kUsualFolds;
  if (!spec.input_spec.fold_column.empty()) spec.build_control.nfolds = 0;
  if (!spec.build_models.modeling_plan)
    spec.build_models.modeling_plan = default_plan(
        {.limited_time = limited_time, .many_levels = has_many_levels(spec.input_spec, training)});
}

}  // namespace

void AutoMls::define_jobs(job::Jobs& jobs) {
  jobs.define(std::string(Request::kKind), [this](job::Job& job, auto bytes) {
    Run(*this, wire::decode<Request>(bytes), job).run();
  });
  parts_.models.define_groups([this](const std::string& name) {
    std::vector<model::ModelPtr> models;
    const auto automl = read(name);
    if (!automl) return models;
    for (const Entry& entry : automl->entries) {
      if (auto model = parts_.models.find(entry.model)) models.push_back(std::move(model));
    }
    return models;
  });
  parts_.models.define_belongings([this](const std::string& name) {
    const auto automl = read(name);
    return automl ? automl->belongings : std::vector<std::string>();
  });
}

void AutoMls::refuse_running(const std::string& key) const {
  for (const job::Snapshot& job : parts_.jobs.list()) {
    if (job.finished() || job.description.destination != key) continue;
    throw InputError::illegal_argument("Project '" + key + "' is being built by job " + job.key +
                                           "; wait for its end, cancel it, or use another name.",
                                       {{"project_name", key}, {"job", job.key}});
  }
}

model::NamedFrames AutoMls::frames_of(const InputSpec& input,
                                      std::vector<ColumnId>& columns) const {
  model::NamedFrames frames;
  const auto take = [&](const schema::FrameRef& frame, const char* parameter) {
    if (frame.empty()) return;
    frames[frame.name] = parts_.models.frames().require(frame.name, parameter);
    std::ranges::copy(frame::column_ids(frames[frame.name]), std::back_inserter(columns));
  };
  take(input.training_frame, "training_frame");
  take(input.validation_frame, "validation_frame");
  take(input.blending_frame, "blending_frame");
  take(input.leaderboard_frame, "leaderboard_frame");
  return frames;
}

/// A name that no other run has: its number in this cluster and the second in which it began.
std::string AutoMls::new_instance() const {
  const std::time_t now = static_cast<std::time_t>(now_ms() / 1000);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 32> time{};
  (void)std::strftime(time.data(), time.size(), "%Y%m%d_%H%M%S", &parts);
  const std::vector<AutoMl> all = list();
  for (std::size_t number = all.size() + 1;; ++number) {
    std::string name = "AutoML_" + std::to_string(number) + "_" + time.data();
    if (std::ranges::find(all, name, &AutoMl::instance) == all.end()) return name;
  }
}

std::shared_ptr<job::Job> AutoMls::start(BuildSpec& spec) {
  std::vector<ColumnId> columns;
  Request request{.automl = {}, .frames = frames_of(spec.input_spec, columns)};
  check(spec, request.frames);
  StoppingCriteria& criteria = spec.build_control.stopping_criteria;
  if (criteria.max_models == 0 && criteria.max_runtime_secs == 0)
    criteria.max_runtime_secs = kUsualSeconds;
  const bool limited = criteria.max_runtime_secs > 0;
  std::vector<std::string> left_out;
  (void)planned_steps(spec.build_models, limited, left_out);
  const frame::Frame& training = request.frames.at(spec.input_spec.training_frame.name);
  // Nodes of a cluster are alike.
  mr::Engine& engine = parts_.models.engine();
  const std::size_t nodes = engine.store().catalog().view()->members.size();
  request.blends =
      blends_by_itself(spec, training, nodes * static_cast<std::size_t>(engine.pool().threads()));
  settle(spec, training, limited && criteria.max_models == 0, request.blends);
  check_preprocessing(spec, training);
  AutoMl& automl = request.automl;
  {
    const std::lock_guard lock(mutex_);
    automl.instance = new_instance();
    std::optional<std::string>& project = spec.build_control.project_name;
    if (!project || project->empty()) project = automl.instance;
    automl.project = *project;
    automl.key = *project + "@@" + in_key(spec.input_spec.response_column.name);
    refuse_running(automl.key);
    automl.spec = spec;
    if (criteria.seed == -1) automl.spec.build_control.stopping_criteria.seed = draw_seed();
    if (const auto before = read(automl.key)) {
      automl.entries = before->entries;
      automl.belongings = before->belongings;
      std::erase_if(automl.entries,
                    [&](const Entry& entry) { return parts_.models.find(entry.model) == nullptr; });
    }
    publish(automl);
  }
  const std::string& board = spec.input_spec.leaderboard_frame.name;
  if (!board.empty())
    automl.leaderboard_checksum = parts_.models.frame_checksum(request.frames.at(board));
  const job::Description description{"AutoML build", automl.key, std::string(AutoMl::kType)};
  return parts_.jobs.start(
      description,
      {.kind = Request::kKind, .request = wire::encode(request), .columns = std::move(columns)});
}

const schema::FrameRef& AutoMl::ranked_on() const {
  const schema::FrameRef& board = spec.input_spec.leaderboard_frame;
  return spec.cross_validates() || !board.empty() ? board : validation_frame();
}

void AutoMls::publish(const AutoMl& automl) {
  mr::Engine& engine = parts_.models.engine();
  store::put_object(engine.store(), engine.blobs(), automl.key, store::Kind::automl,
                    wire::encode(automl));
}

std::optional<AutoMl> AutoMls::read(std::string_view key) const {
  mr::Engine& engine = parts_.models.engine();
  const auto bytes = store::find_object(engine.store(), engine.blobs(), key, store::Kind::automl);
  if (!bytes) return std::nullopt;
  return wire::decode<AutoMl>(*bytes);
}

std::optional<AutoMl> AutoMls::find(std::string_view name) const {
  if (auto automl = read(name)) return automl;
  std::optional<AutoMl> latest;
  for (AutoMl& automl : list()) {
    if (automl.project != name) continue;
    if (!latest || automl.instance > latest->instance) latest = std::move(automl);
  }
  return latest;
}

AutoMl AutoMls::require(std::string_view name, std::string_view argument) const {
  if (auto automl = find(name)) return *std::move(automl);
  throw InputError::object_not_found(std::string(name), std::string(argument));
}

std::vector<AutoMl> AutoMls::list() const {
  std::vector<AutoMl> all;
  const store::Catalog& catalog = parts_.models.engine().store().catalog();
  for (const store::Entry& entry : catalog.list(store::Kind::automl)) {
    if (auto automl = read(entry.name)) all.push_back(*std::move(automl));
  }
  return all;
}

model::Leaderboard AutoMls::leaderboard(const AutoMl& automl) const {
  std::vector<model::ModelPtr> models;
  std::map<std::string, const Entry*, std::less<>> entries;
  for (const Entry& entry : automl.entries) {
    entries[entry.model] = &entry;
    if (auto model = parts_.models.find(entry.model)) models.push_back(std::move(model));
  }
  const std::string sort = measure_name(automl.spec.input_spec.sort_metric);
  if (automl.spec.input_spec.leaderboard_frame.empty())
    return model::make_leaderboard(models, sort);
  return model::make_leaderboard(models, sort, [&](const model::Model& model) {
    return entries.at(model.header.key)->metrics;
  });
}

void AutoMls::time_predictions(const AutoMl& automl, model::Leaderboard& board) const {
  constexpr std::int64_t kRows = 10'000;
  const InputSpec& input = automl.spec.input_spec;
  const std::string& name =
      input.leaderboard_frame.empty() ? input.training_frame.name : input.leaderboard_frame.name;
  const auto frame = parts_.models.frames().find(name);
  if (!frame) return;
  const frame::Frame rows =
      munge::slice(parts_.models.engine(), *frame, 0, std::min(kRows, frame->rows()));
  for (model::Leaderboard::Row& row : board.rows) {
    std::vector<std::string> warnings;
    const auto begin = std::chrono::steady_clock::now();
    (void)parts_.models.tell({row.model, rows, {}}, nullptr, warnings);
    const std::chrono::duration<double, std::milli> taken =
        std::chrono::steady_clock::now() - begin;
    row.predict_time_per_row_ms = taken.count() / static_cast<double>(rows.rows());
  }
}

}  // namespace neve::automl

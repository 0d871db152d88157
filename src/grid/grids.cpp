#include <neve/grid/grid.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <neve/base/error.hpp>
#include <neve/base/rng.hpp>

#include "grid/halving.hpp"
#include "grid/request.hpp"
#include "grid/scores.hpp"
#include "grid/search.hpp"
#include "store/api/objects.hpp"

namespace neve::grid {
namespace {

/// Leaves out models that are no longer there.
void drop_lost(const model::Models& models, std::vector<Entry>& entries) {
  std::erase_if(entries, [&](const Entry& entry) {
    return !entry.model.empty() && models.find(entry.model) == nullptr;
  });
}

/// The folder that the form names for files of models.
std::string export_folder_of(const model::Algorithm& algorithm, const schema::Form& form) {
  const auto parameters = algorithm.parameters->make();
  schema::read_form(*algorithm.parameters, parameters.get(), form);
  return algorithm.common(parameters.get()).export_checkpoints_dir.value_or("");
}

void warn_of_training_metrics(const model::Algorithm& algorithm, Grid& grid) {
  const auto parameters = algorithm.parameters->make();
  schema::read_form(*algorithm.parameters, parameters.get(), grid.form);
  const model::CommonParameters& common = algorithm.common(parameters.get());
  if (!common.validation_frame.empty() || common.nfolds > 1 || !common.fold_column.empty()) return;
  grid.warnings.emplace_back(
      "Models are chosen by the rows that they were trained on, which favours those that overfit: "
      "give a validation_frame, or nfolds.");
}

/// As H2O-3 does of elastic nets, in whose words clients look for it.
void warn_of_lists(const model::Algorithm& algorithm, Grid& grid) {
  const schema::Field* alpha = algorithm.parameters->find("alpha");
  if (alpha == nullptr || !alpha->type.ends_with("[]")) return;
  if (std::ranges::find(grid.hyper_names, alpha->name) == grid.hyper_names.end()) return;
  grid.warnings.emplace_back(
      "Adding alpha array to hyperparameter runs slower with gridsearch. Given as the parameter "
      "alpha of one model, its values share passes over the rows, and the best one is kept.");
}

std::vector<std::string> models_named(const model::Algorithm& algorithm, const schema::Form& form) {
  const auto parameters = algorithm.parameters->make();
  schema::throw_problems("", schema::read_form(*algorithm.parameters, parameters.get(), form));
  std::vector<std::string> names;
  const auto& common = algorithm.common(parameters.get());
  for (auto& [field, name] : model::named_models(algorithm, parameters.get(), common))
    names.push_back(std::move(name));
  return names;
}

}  // namespace

std::vector<std::string> Grid::made() const {
  std::vector<std::string> names;
  for (const Entry& entry : entries) {
    if (!entry.model.empty()) names.push_back(entry.model);
  }
  return names;
}

void Grids::define_jobs(job::Jobs& jobs) {
  jobs.define(std::string(Request::kKind),
              [this](job::Job& job, auto bytes) { search(bytes, job); });
  parts_.models.define_groups([this](const std::string& name) {
    std::vector<model::ModelPtr> models;
    const std::optional<Grid> grid = find(name);
    if (!grid) return models;
    for (const Entry& entry : grid->entries) {
      if (auto model = parts_.models.find(entry.model)) models.push_back(std::move(model));
    }
    return models;
  });
}

void Grids::refuse_running(const std::string& key) const {
  for (const job::Snapshot& job : parts_.jobs.list()) {
    if (job.finished() || job.description.destination != key) continue;
    // One that was cancelled is about to end.
    const auto ending =
        job.status == job::Status::cancel_pending ? parts_.jobs.find(job.key) : nullptr;
    if (ending) {
      ending->wait();
      continue;
    }
    throw InputError::illegal_argument("Grid '" + key + "' is being searched by job " + job.key +
                                           "; wait for its end, cancel it, or use another grid_id.",
                                       {{"grid_id", key}, {"job", job.key}});
  }
}

void Grids::search(std::span<const std::byte> prepared, job::Job& job) {
  Search(*this, wire::decode<Request>(prepared), job).run();
}

std::shared_ptr<job::Job> Grids::start(const model::Algorithm& algorithm, const SearchOrder& order,
                                       std::string_view client) {
  return start(grid_of(algorithm, order, client), order.frames);
}

wire::Bytes Grids::prepare(const model::Algorithm& algorithm, const SearchOrder& order,
                           std::string_view client) {
  std::vector<ColumnId> columns;
  return wire::encode(request_of(grid_of(algorithm, order, client), order.frames, columns));
}

Grid Grids::grid_of(const model::Algorithm& algorithm, const SearchOrder& order,
                    std::string_view client) const {
  if (order.parallelism < 0) {
    throw InputError::illegal_argument(
        "parallelism must be 0, for as many models at a time as keep the threads busy, or "
        "positive, not " +
            std::to_string(order.parallelism) + ".",
        {{"parallelism", std::to_string(order.parallelism)}});
  }
  Grid grid{.key = order.key,
            .algorithm = std::string(algorithm.name),
            .form = order.form,
            .space = checked(order.space, algorithm, order.form, order.criteria.strategy),
            .criteria = order.criteria,
            .parallelism = order.parallelism,
            .export_folder = export_folder_of(algorithm, order.form),
            .recovery_folder = order.recovery_folder,
            .model_seed = draw_seed(),
            .encoder = order.encoder};
  std::erase_if(grid.form, [](const auto& given) { return given.first == "model_id"; });
  check(grid.criteria, grid.space);
  grid.seeds_models = grid.criteria.seed != -1;
  if (!grid.seeds_models) grid.criteria.seed = draw_seed();
  if (grid.key.empty())
    grid.key = "Grid_" + parts_.models.automatic_key(algorithm, "model", client);
  grid.hyper_names = grid.space.names();
  warn_of_lists(algorithm, grid);
  if (grid.criteria.strategy == Strategy::asha) {
    const Rungs rungs = rungs_of(algorithm, grid.form, grid.space, grid.criteria);
    grid.hyper_names.push_back(rungs.parameter);
    warn_of_training_metrics(algorithm, grid);
  }
  if (const auto before = find(grid.key)) {
    if (before->algorithm != grid.algorithm) {
      throw InputError::illegal_argument(
          "Grid '" + grid.key + "' has models of " + before->algorithm +
              "; use another grid_id for those of " + grid.algorithm + ".",
          {{"grid_id", grid.key}});
    }
    grid.entries = before->entries;
    drop_lost(parts_.models, grid.entries);
    // What failed is tried again: it may have been for want of what is there by now. What was
    // superseded has no model to compare with others by another metric.
    const bool compares = grid.criteria.strategy == Strategy::asha &&
                          grid.criteria.stopping_metric == before->criteria.stopping_metric;
    std::erase_if(grid.entries, [&](const Entry& entry) {
      return entry.model.empty() && !(entry.superseded && compares);
    });
    grid.last_number = before->last_number;
    for (const std::string& name : before->hyper_names) {
      if (std::ranges::find(grid.hyper_names, name) == grid.hyper_names.end())
        grid.hyper_names.push_back(name);
    }
  }
  return grid;
}

std::shared_ptr<job::Job> Grids::resume(const std::string& key,
                                        const std::string& recovery_folder) {
  Grid grid = require(key, "grid_id");
  drop_lost(parts_.models, grid.entries);
  if (!recovery_folder.empty()) grid.recovery_folder = recovery_folder;
  return start(std::move(grid), {});
}

/// Also writes what is to be there from the beginning.
Grids::Request Grids::request_of(Grid grid, const model::NamedFrames& given,
                                 std::vector<ColumnId>& columns) {
  refuse_running(grid.key);
  const model::Algorithm& algorithm = *parts_.algorithms.find(grid.algorithm);
  // Refuses what is too large before anything is begun.
  (void)Walk(grid.space, grid.criteria);
  Request request{.grid = std::move(grid), .frames = {}};
  request.frames = parts_.models.frames_of(algorithm, request.grid.form, columns, given);
  request.grid.frames.clear();
  for (const auto& [name, frame] : request.frames) request.grid.frames.push_back(name);
  request.grid.models = models_named(algorithm, request.grid.form);
  if (const std::string& folder = request.grid.recovery_folder; !folder.empty()) {
    write_frames(request.frames, folder);
    write_models(request.grid.models, folder);
    write_models(request.grid.made(), folder);
    write_grid(request.grid, folder);
    note_recovery(folder, request.grid.key, false);
  }
  if (!request.grid.export_folder.empty()) write_grid(request.grid, request.grid.export_folder);
  publish(request.grid);
  return request;
}

std::shared_ptr<job::Job> Grids::start(Grid grid, const model::NamedFrames& given) {
  std::vector<ColumnId> columns;
  const Request request = request_of(std::move(grid), given, columns);
  const model::Algorithm& algorithm = *parts_.algorithms.find(request.grid.algorithm);
  const job::Description description{std::string(algorithm.title) + " Grid Search",
                                     request.grid.key, std::string(Grid::kType)};
  return parts_.jobs.start(
      description,
      {.kind = Request::kKind, .request = wire::encode(request), .columns = std::move(columns)});
}

void Grids::publish(const Grid& grid) {
  mr::Engine& engine = parts_.models.engine();
  store::put_object(engine.store(), engine.blobs(), grid.key, store::Kind::grid,
                    wire::encode(grid));
}

std::optional<Grid> Grids::find(std::string_view key) const {
  mr::Engine& engine = parts_.models.engine();
  const auto bytes = store::find_object(engine.store(), engine.blobs(), key, store::Kind::grid);
  if (!bytes) return std::nullopt;
  return wire::decode<Grid>(*bytes);
}

Grid Grids::require(std::string_view key, std::string_view argument) const {
  if (auto grid = find(key)) return *std::move(grid);
  throw InputError::object_not_found(std::string(key), std::string(argument));
}

std::vector<Grid> Grids::list() const {
  std::vector<Grid> grids;
  const store::Catalog& catalog = parts_.models.engine().store().catalog();
  for (const store::Entry& entry : catalog.list(store::Kind::grid)) {
    if (auto grid = find(entry.name)) grids.push_back(*std::move(grid));
  }
  return grids;
}

Ranking Grids::rank(const Grid& grid, const std::string& metric,
                    std::optional<bool> decreasing) const {
  Ranking ranking;
  for (const Entry& entry : grid.entries) {
    if (entry.model.empty()) continue;
    if (auto model = parts_.models.find(entry.model))
      ranking.places.push_back({&entry, std::move(model), std::nullopt});
  }
  if (ranking.places.empty()) return ranking;
  Measure measure = usual_measure(ranking.places[0].model->header.category);
  if (!metric.empty()) {
    const auto known = find_measure(metric);
    if (known) measure = *known;
    const bool has = known && std::ranges::any_of(ranking.places, [&](const auto& place) {
                       return score_of(*place.model, *known).has_value();
                     });
    if (!has) {
      throw InputError::illegal_argument("Invalid argument for sort_by specified: '" + metric +
                                             "'. Must be one of: [" +
                                             names_of_measures(*ranking.places[0].model) + "]",
                                         {{"sort_by", metric}});
    }
  }
  ranking.metric = measure.name;
  ranking.decreasing = decreasing.value_or(false);
  if (measure.name.empty()) return ranking;
  for (Ranking::Place& place : ranking.places) place.value = score_of(*place.model, measure);
  const double sign = ranking.decreasing ? -1 : 1;
  std::ranges::stable_sort(ranking.places, {}, [&](const Ranking::Place& place) {
    return place.value ? sign * *place.value : std::numeric_limits<double>::infinity();
  });
  return ranking;
}

}  // namespace neve::grid

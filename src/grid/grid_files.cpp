#include <algorithm>
#include <utility>

#include <neve/base/error.hpp>
#include <neve/grid/grid.hpp>
#include <neve/ingest/ingest.hpp>

#include "grid/grid_file.hpp"

namespace neve::grid {
namespace {

/// Where the names are of grids that are kept in a folder while they are searched.
constexpr const char* kRecoveryFile = "neve_recovery";

std::string path_of(const std::string& folder, const std::string& name) {
  return folder + (folder.ends_with('/') ? "" : "/") + name;
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

/// The frames of holdout predictions that the grid's models keep.
std::vector<std::string> holdouts_of(const model::Models& models, const Grid& grid) {
  std::vector<std::string> names;
  for (const std::string& made : grid.made()) {
    const auto model = models.find(made);
    if (!model) continue;
    const std::string& name = model->header.cross_validation.holdout_predictions;
    if (!name.empty()) names.push_back(name);
  }
  return names;
}

void finish(const std::shared_ptr<job::Job>& job) {
  job->wait();
  const job::Snapshot last = job->snapshot();
  if (last.status == job::Status::done) return;
  throw InputError::illegal_argument(last.exception.empty() ? "The job was cancelled."
                                                            : last.exception);
}

}  // namespace

void Grids::write_grid(const Grid& grid, const std::string& folder) const {
  parts_.ingest.write_file(path_of(folder, grid.key), write_grid_file(grid, parts_.version), true);
}

void Grids::write_made(const model::Made& made, const std::string& folder) const {
  const model::Model& model = *made.models.back();
  parts_.ingest.write_file(path_of(folder, model.header.key), parts_.models.to_file(model), true);
}

void Grids::write_models(std::span<const std::string> names, const std::string& folder) const {
  for (const std::string& name : names) {
    if (const auto model = parts_.models.find(name))
      parts_.ingest.write_file(path_of(folder, name), parts_.models.to_file(*model), true);
  }
}

void Grids::write_frames(const model::NamedFrames& frames, const std::string& folder) const {
  for (const auto& [name, frame] : frames) finish(parts_.ingest.save_frame(frame, folder, true));
}

void Grids::save(Grid grid, const std::string& folder, const SaveChoices& choices) {
  write_models(grid.made(), folder);
  if (choices.references) write_models(grid.models, folder);
  grid.holdouts.clear();
  if (choices.holdouts) grid.holdouts = holdouts_of(parts_.models, grid);
  std::vector<std::string> frames = grid.holdouts;
  if (choices.references) frames.insert(frames.end(), grid.frames.begin(), grid.frames.end());
  for (const std::string& name : frames) {
    const frame::Frame frame = parts_.models.frames().require(name, "frame_id");
    finish(parts_.ingest.save_frame(frame, folder, true));
  }
  write_grid(grid, folder);
}

Grid Grids::load(const std::string& path, bool with_references) {
  const ingest::Ingest::FileBytes file = parts_.ingest.read_file(path);
  Grid grid = read_grid_file(file.bytes, path, parts_.version);
  check_sound(grid, parts_.algorithms, path);
  refuse_running(grid.key);
  const std::string folder = folder_of(path);
  std::vector<std::string> frames = grid.holdouts;
  std::vector<std::string> models = grid.made();
  if (with_references) {
    frames.insert(frames.end(), grid.frames.begin(), grid.frames.end());
    models.insert(models.end(), grid.models.begin(), grid.models.end());
  }
  for (const std::string& name : frames) finish(parts_.ingest.load_frame(name, folder, true));
  for (const std::string& name : models) {
    const std::string model = path_of(folder, name);
    parts_.models.from_file(parts_.ingest.read_file(model).bytes, model, name);
  }
  // What is done with it from now on is not to touch the files that it came from.
  grid.recovery_folder.clear();
  publish(grid);
  return grid;
}

void Grids::note_recovery(const std::string& folder, const std::string& key, bool ended) const {
  const std::string path = path_of(folder, kRecoveryFile);
  std::vector<std::string> keys;
  try {
    keys = read_recovery_file(parts_.ingest.read_file(path).bytes, path);
  } catch (const InputError&) {
    // The first search that is kept there.
  }
  std::erase(keys, key);
  if (!ended) keys.push_back(key);
  parts_.ingest.write_file(path, write_recovery_file(keys), true);
}

void Grids::recover(const std::string& folder) {
  if (folder.empty()) {
    throw InputError::illegal_argument(
        "Required field recovery_dir not specified: name the folder that searches were kept in.",
        {{"field", "recovery_dir"}});
  }
  const std::string path = path_of(folder, kRecoveryFile);
  for (const std::string& key : read_recovery_file(parts_.ingest.read_file(path).bytes, path)) {
    const Grid grid = load(path_of(folder, key), true);
    (void)resume(grid.key, folder);
  }
}

}  // namespace neve::grid

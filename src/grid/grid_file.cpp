#include "grid/grid_file.hpp"

#include <algorithm>
#include <utility>

#include <neve/base/error.hpp>

#include "base/api/sealed_file.hpp"
#include "grid/halving.hpp"
#include "grid/walk.hpp"

namespace neve::grid {
namespace {

constexpr SealedFile kGrid{.head = "NEVEGRD\n", .version = 3, .what = "a grid"};
constexpr SealedFile kRecovery{
    .head = "NEVEREC\n", .version = 1, .what = "a list of searches to recover"};

struct GridFile {
  std::string neve_version;
  Grid grid;
  template <class Archive>
  void fields(Archive& archive) {
    archive(neve_version, grid);
  }
};

template <class T>
T decoded(const SealedFile& file, std::span<const std::byte> bytes, const std::string& source) {
  const auto body = unseal(file, bytes, source);
  try {
    return wire::decode<T>(body);
  } catch (const InternalError&) {
    refuse(file, source, "its parts do not fit together.");
  }
}

/// Names a file of the folder itself.
bool is_plain_name(const std::string& name) {
  return !name.empty() && name != "." && name != ".." &&
         name.find_first_of(std::string("/\\\0", 3)) == std::string::npos;
}

bool are_plain_names(const Grid& grid) {
  return is_plain_name(grid.key) && std::ranges::all_of(grid.frames, is_plain_name) &&
         std::ranges::all_of(grid.models, is_plain_name) &&
         std::ranges::all_of(grid.holdouts, is_plain_name) &&
         std::ranges::all_of(grid.entries, [](const Entry& entry) {
           return entry.model.empty() || is_plain_name(entry.model);
         });
}

}  // namespace

wire::Bytes write_grid_file(const Grid& grid, const std::string& neve_version) {
  return seal(kGrid, wire::encode(GridFile{neve_version, grid}));
}

Grid read_grid_file(std::span<const std::byte> bytes, const std::string& source,
                    const std::string& neve_version) {
  auto file = decoded<GridFile>(kGrid, bytes, source);
  if (file.neve_version != neve_version) {
    refuse(kGrid, source,
           "Neve " + file.neve_version + " wrote it; this is Neve " + neve_version +
               ". Load it with that version.");
  }
  return std::move(file.grid);
}

void check_sound(const Grid& grid, const model::Algorithms& algorithms, const std::string& source) {
  const model::Algorithm* algorithm = algorithms.find(grid.algorithm);
  if (algorithm == nullptr)
    refuse(kGrid, source, "this server has no algorithm '" + grid.algorithm + "'.");
  const bool known_words =
      grid.criteria.strategy <= Strategy::asha &&
      grid.criteria.stopping_metric <= model::StoppingMetric::custom_increasing;
  if (!known_words || !are_plain_names(grid) || grid.parallelism < 0 || grid.last_number < 0)
    refuse(kGrid, source, "its parts do not fit together.");
  const auto parameters = algorithm->parameters->make();
  if (!schema::read_form(*algorithm->parameters, parameters.get(), grid.form).empty())
    refuse(kGrid, source, "its parameters cannot be read.");
  check(grid.criteria, checked(grid.space, *algorithm, grid.form, grid.criteria.strategy));
  (void)Walk(grid.space, grid.criteria);
  if (grid.criteria.strategy == Strategy::asha)
    (void)rungs_of(*algorithm, grid.form, grid.space, grid.criteria);
}

wire::Bytes write_recovery_file(const std::vector<std::string>& keys) {
  return seal(kRecovery, wire::encode(keys));
}

std::vector<std::string> read_recovery_file(std::span<const std::byte> bytes,
                                            const std::string& source) {
  auto keys = decoded<std::vector<std::string>>(kRecovery, bytes, source);
  if (!std::ranges::all_of(keys, is_plain_name))
    refuse(kRecovery, source, "its parts do not fit together.");
  return keys;
}

}  // namespace neve::grid

#pragma once

#include <span>
#include <string>
#include <vector>

#include <neve/base/wire.hpp>
#include <neve/grid/grid.hpp>

namespace neve::grid {

/// The file of a grid (docs/model-file.md), which names the models and frames beside it.
wire::Bytes write_grid_file(const Grid& grid, const std::string& neve_version);
/// Throws InputError naming `source` where the bytes are not those of such a file, damaged, or of
/// another version of Neve.
Grid read_grid_file(std::span<const std::byte> bytes, const std::string& source,
                    const std::string& neve_version);
/// Throws InputError where the parts of a grid that was read do not fit together, or it names files
/// outside its folder.
void check_sound(const Grid& grid, const model::Algorithms& algorithms, const std::string& source);

/// The names of grids that are kept in a folder and have not come to their end.
wire::Bytes write_recovery_file(const std::vector<std::string>& keys);
/// Throws InputError as read_grid_file() does.
std::vector<std::string> read_recovery_file(std::span<const std::byte> bytes,
                                            const std::string& source);

}  // namespace neve::grid

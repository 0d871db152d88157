#pragma once

#include <cstdint>
#include <span>

#include "algos/families/trees/tree.hpp"

namespace neve::algos::trees {

/// Whether rows can walk through a tree of unknown origin: children come after their one parent,
/// and tests are of columns that are there, by number or level as these are. `levels` has the
/// levels of each column, 0 for numbers.
bool is_sound(const Tree& tree, std::span<const std::int32_t> levels);

}  // namespace neve::algos::trees

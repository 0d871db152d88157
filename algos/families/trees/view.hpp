#pragma once

#include <cstdint>
#include <span>
#include <string>

#include <neve/model/model_output.hpp>

#include "algos/families/trees/tree.hpp"

namespace neve::algos::trees {

/// A tree as it is shown. `levels` has the levels of each column, 0 for numbers.
model::TreeView view_of(const Tree& tree, std::span<const std::int32_t> levels);

/// Which of a model's trees is meant: checks the number against `iterations`, and the class, by
/// name, against those of the response. Two classes have one tree where `trees` is 1, which goes by
/// the first one's name. Throws InputError.
struct TreeChoice {
  std::size_t iteration = 0;
  std::size_t of_class = 0;
};
TreeChoice choose_tree(const model::Header& header, std::size_t iterations, std::size_t trees,
                       std::int32_t number, const std::string& tree_class);

/// Levels of each predictor, 0 for numbers.
std::vector<std::int32_t> levels_of(const model::ColumnRoles& roles);

}  // namespace neve::algos::trees

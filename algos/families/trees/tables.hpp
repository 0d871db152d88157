#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <neve/schema/table.hpp>

namespace neve::algos::trees {

/// The size of a tree, as clients see it.
struct TreeSize {
  std::int32_t depth = 0;
  std::int32_t leaves = 0;
};

/// Sizes of all trees of so many iterations, and of the model in bytes.
schema::Table model_summary(std::int64_t iterations, std::span<const TreeSize> trees,
                            std::int64_t model_bytes);

/// Predictors by the total gain of their splits, largest first.
schema::Table variable_importances(const std::vector<std::string>& predictors,
                                   const std::vector<double>& gains);

}  // namespace neve::algos::trees

#pragma once

#include <map>
#include <string>

#include <neve/mr/engine.hpp>

#include "algos/families/linear/design.hpp"
#include "algos/families/linear/moments.hpp"

namespace neve::algos::linear {

/// A design that knows its centers, scales and fills, and what was learnt on the way.
struct Prepared {
  Design design;
  MomentsTask::Partial moments;
};

/// Completes `bare` (names, levels, flags) from one pass over the data: numerics are centred at
/// their mean (not without an intercept) and scaled by their standard deviation; missing values are
/// filled by the mean, or the level of most weight. `plugs` overrides fills by column name; a level
/// is given by its number. Throws InputError for negative weights, infinite values, or no row left
/// to use.
Prepared prepare(mr::Engine& engine, const mr::Inputs& inputs, Design bare,
                 const mr::RunOptions& options, const std::map<std::string, double>& plugs = {});

}  // namespace neve::algos::linear

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

/// What the user knows better than the data, by column.
struct Given {
  std::map<std::string, double> fills = {};  ///< instead of missing values; a level by its number
  std::map<std::string, double> centers = {};
  std::map<std::string, double> scales = {};
  bool centered = true;  ///< numerics are, unless there is no intercept
};

/// Completes `bare` (names, levels, flags) from one pass over the data: numerics are centred at
/// their mean (not without an intercept) and scaled by their standard deviation; missing values are
/// filled by the mean, or the level of most weight. Throws InputError for negative weights,
/// infinite values, or no row left to use.
Prepared prepare(mr::Engine& engine, const mr::Inputs& inputs, Design bare,
                 const mr::RunOptions& options, const Given& given = {});

/// The pass over the data that prepare() makes. Throws as it does.
MomentsTask::Partial usable_moments(mr::Engine& engine, const mr::Inputs& inputs,
                                    const Design& bare, const mr::RunOptions& options);

/// The same from moments that are known; the design has its coefficients placed.
Prepared complete(Design bare, MomentsTask::Partial moments, const Given& given = {});

}  // namespace neve::algos::linear

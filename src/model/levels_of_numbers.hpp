#pragma once

#include <neve/frame/frame.hpp>
#include <neve/model/dataset.hpp>
#include <neve/mr/engine.hpp>

namespace neve::model {

/// The frame with whole numbers as levels in the columns that were categorical in training, as
/// H2O-3 has it: 3 is the level "3", and missing where there is no such level. Other columns stay
/// as they are, so that adapt() refuses what does not fit.
frame::Frame with_levels_of_numbers(mr::Engine& engine, const ColumnRoles& roles,
                                    const frame::Frame& frame, const job::TokenPtr& token);

}  // namespace neve::model

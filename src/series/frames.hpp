#pragma once

#include <string_view>

#include <neve/frame/frame.hpp>
#include <neve/mr/engine.hpp>
#include <neve/series/index.hpp>

#include "series/part.hpp"

namespace neve::series {

/// What the parts of an index have in common.
Shape shape_of(const Index& index);
/// The index as runs read it.
mr::Inputs inputs_of(const Index& index);
/// Throws InputError where the frame has no rows or a column that is not numeric.
void check_columns(const frame::Frame& frame, std::string_view argument);
/// Throws InputError where there is a bad row.
void refuse(const BadRow& bad, const frame::Frame& frame, std::string_view argument);

}  // namespace neve::series

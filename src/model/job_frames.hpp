#pragma once

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <neve/frame/frame.hpp>

namespace neve::model {

/// The frame that a parameter names; adds its columns to those that its job is to keep.
inline frame::Frame take_frame(const frame::Frames& frames, const std::string& key,
                               std::string_view parameter, std::vector<ColumnId>& columns) {
  frame::Frame frame = frames.require(key, parameter);
  std::ranges::copy(frame::column_ids(frame), std::back_inserter(columns));
  return frame;
}

}  // namespace neve::model

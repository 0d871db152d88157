#pragma once

#include <string>
#include <utility>
#include <vector>

#include <neve/frame/chunk_builder.hpp>
#include <neve/mr/engine.hpp>

namespace neve::testing {

using Levels = std::vector<std::string>;

/// Adds a column, cut as the frame's layout says: of codes where it has levels, negative ones
/// missing.
void add_column(frame::Frame& frame, mr::Engine& engine, const std::string& name,
                const std::vector<double>& values, const Levels& levels = {});

/// A frame of these columns, cut as a parse cuts it. It is not published.
frame::Frame described_frame(mr::Engine& engine, const std::string& key,
                             const std::vector<std::pair<std::string, Levels>>& described,
                             const std::vector<std::vector<double>>& columns);

/// All values of a column, in row order.
std::vector<double> values_of(mr::Engine& engine, const frame::Frame& frame,
                              const std::string& name);

}  // namespace neve::testing

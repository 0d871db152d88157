#pragma once

#include <string_view>

#include <neve/grid/grid.hpp>

namespace neve::grid {

/// What a search does, on whatever node: a grid with the models that it has already, and the frames
/// by value, as their names may mean something else by the time that another node takes over.
struct Grids::Request {
  static constexpr std::string_view kKind = "grid.search";
  Grid grid;
  model::NamedFrames frames;
  template <class Archive>
  void fields(Archive& archive) {
    archive(grid, frames);
  }
};

}  // namespace neve::grid

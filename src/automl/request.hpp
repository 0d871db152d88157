#pragma once

#include <string_view>

#include <neve/automl/automl.hpp>

namespace neve::automl {

/// What a run does, on whatever node: the project as it was, and the frames by value, as their
/// names may mean something else by the time that another node takes over.
struct AutoMls::Request {
  static constexpr std::string_view kKind = "automl.run";
  AutoMl automl;
  model::NamedFrames frames;
  bool blends = false;  ///< by itself, see holdouts.hpp
  template <class Archive>
  void fields(Archive& archive) {
    archive(automl, frames, blends);
  }
};

}  // namespace neve::automl

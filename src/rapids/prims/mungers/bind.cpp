#include <neve/munge/rows.hpp>

#include <algorithm>
#include <map>

#include "rapids/evaluation.hpp"

namespace neve::rapids::prims {
namespace {

/// A name that the frame has already gets the first free number behind it.
std::string free_name(const LazyFrame& frame, const std::string& name) {
  const auto taken = [&](const std::string& n) {
    return std::ranges::find(frame.names, n) != frame.names.end();
  };
  if (!taken(name)) return name;
  for (int i = 0;; ++i) {
    std::string next = name + std::to_string(i);
    if (!taken(next)) return next;
  }
}

Value bind_columns(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  const LazyFrame* first = nullptr;
  for (std::size_t i = 0; i < arguments.size() && first == nullptr; ++i) {
    const auto* frame = arguments.get<LazyFrame>(i);
    if (frame != nullptr && frame->width() > 0) first = frame;
  }
  LazyFrame result;
  if (first != nullptr) result.layout = first->layout;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (const auto* number = arguments.get<double>(i)) {
      if (first == nullptr) result.layout = evaluation.engine().new_layout({0, 1});
      if (first == nullptr) first = &result;
      result.add(free_name(result, "C" + std::to_string(result.width() + 1)),
                 munge::constant_of(*number));
      continue;
    }
    if (arguments.frame(i).width() == 0) continue;
    const LazyFrame aligned = evaluation.on_layout(arguments.frame(i), result.layout);
    for (std::size_t c = 0; c < aligned.width(); ++c) {
      result.add(free_name(result, aligned.names[c]), aligned.columns[c]);
    }
  }
  return result;
}

Value bind_rows(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  std::vector<frame::Frame> frames;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const LazyFrame& frame = arguments.frame(i);
    if (frame.width() == 0) continue;
    if (!frames.empty() && frame.names != frames[0].names) {
      bad_request("rbind frames must have all the same column names.");
    }
    frames.push_back(evaluation.materialise(frame));
  }
  if (frames.empty()) return LazyFrame{};
  return lazy(munge::bind_rows(evaluation.engine(), frames));
}

}  // namespace

const PrimGroup& bind() {
  static const PrimGroup kGroup{{
      {{"cbind"}, "frames...", "Joins columns side by side.", bind_columns},
      {{"rbind"}, "frames...", "Puts frames of equal columns one below the other.", bind_rows},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims

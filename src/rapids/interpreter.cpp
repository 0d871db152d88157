#include <neve/rapids/interpreter.hpp>

#include <neve/base/error.hpp>

#include "rapids/evaluation.hpp"

namespace neve::rapids {

/// Written by CMake from the files in prims/.
std::vector<const PrimGroup*> all_prim_groups();

namespace {

Answer::FrameShape shape_of(const LazyFrame& frame) {
  return {frame.key, frame.rows(), static_cast<std::int32_t>(frame.width())};
}

struct ToAnswer {
  Answer operator()(const NoValue&) const { return {}; }
  Answer operator()(double value) const {
    return {.kind = Answer::Kind::number, .numbers = {value}};
  }
  Answer operator()(const std::string& text) const {
    return {.kind = Answer::Kind::string, .strings = {text}};
  }
  Answer operator()(const NumberList& list) const {
    return {.kind = Answer::Kind::numbers, .numbers = list.expand()};
  }
  Answer operator()(const StringList& list) const {
    return {.kind = Answer::Kind::strings, .strings = list};
  }
  Answer operator()(const LazyFrame& frame) const {
    return {.kind = Answer::Kind::frame, .frames = {shape_of(frame)}};
  }
  Answer operator()(const Row& row) const {
    return {.kind = Answer::Kind::frame, .frames = {shape_of(row.cells)}};
  }
  Answer operator()(const Function& function) const {
    const std::string text =
        function.lambda ? to_text(*function.lambda) : function.primitive->names[0];
    return {.kind = Answer::Kind::function, .strings = {text}};
  }
  Answer operator()(const FrameMap& map) const {
    Answer answer{.kind = Answer::Kind::frames, .strings = map.keys};
    for (const LazyFrame& frame : map.frames) answer.frames.push_back(shape_of(frame));
    return answer;
  }
};

}  // namespace

Interpreter::Interpreter(mr::Engine& engine, frame::Frames& frames, munge::Rollups& rollups,
                         const ingest::PathPolicy& files, model::Models* models)
    : parts_(new Parts{engine, frames, rollups, files, models}) {
  for (const PrimGroup* group : all_prim_groups()) {
    for (const Primitive& primitive : group->primitives) {
      for (const std::string& name : primitive.names) {
        const bool fresh = parts_->primitives.emplace(name, &primitive).second;
        NEVE_CHECK(fresh, "two primitives are called " + name);
      }
    }
  }
}

Interpreter::~Interpreter() = default;

Answer Interpreter::run(std::string_view text, const std::string& session,
                        const job::TokenPtr& token) {
  Evaluation evaluation(*parts_, session, token);
  return std::visit(ToAnswer(), evaluation.evaluate(parse(text)));
}

std::vector<Help> Interpreter::help() const {
  std::vector<Help> all;
  for (const auto& [name, primitive] : parts_->primitives) {
    std::string pattern = "(" + name;
    if (!primitive->arguments.empty()) pattern.append(" ").append(primitive->arguments);
    all.push_back({name, pattern + ")", primitive->help});
  }
  return all;
}

std::string Interpreter::time_zone() const {
  const std::shared_lock lock(parts_->zone_mutex);
  return parts_->time_zone;
}

}  // namespace neve::rapids

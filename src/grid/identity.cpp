#include "grid/identity.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <vector>

#include <neve/base/buffer.hpp>
#include <neve/schema/json_writer.hpp>

namespace neve::grid {
namespace {

Identity identity_of_text(const std::string& text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {hash_bytes(bytes, 0), hash_bytes(bytes, 1)};
}

}  // namespace

Identity identity_of(const model::Algorithm& algorithm, const void* parameters,
                     const std::map<std::string, std::int64_t>& frame_checksums) {
  constexpr std::array<std::string_view, 4> kMeaningless = {
      "model_id", "export_checkpoints_dir", "in_training_checkpoints_dir", "ignored_columns"};
  schema::JsonWriter out;
  out.begin_object();
  for (const schema::Field& field : algorithm.parameters->fields) {
    if (std::ranges::find(kMeaningless, field.name) != kMeaningless.end()) continue;
    out.key(field.name);
    if (field.ops == &schema::ops_of<schema::FrameRef>()) {
      const auto& frame = *static_cast<const schema::FrameRef*>(field.get(parameters));
      const auto checksum = frame_checksums.find(frame.name);
      if (checksum != frame_checksums.end()) {
        out.value(checksum->second);
        continue;
      }
    }
    field.ops->write(field.get(parameters), out);
  }
  out.end_object();
  // The accessor is not const, and changes nothing.
  const model::CommonParameters& common = algorithm.common(const_cast<void*>(parameters));
  std::vector<std::string> ignored = common.ignored_columns.value_or(std::vector<std::string>());
  std::ranges::sort(ignored);
  for (const std::string& name : ignored) out.value(name);
  return identity_of_text(out.text());
}

Identity identity_of(const schema::Form& values) {
  std::string text;
  for (const auto& [name, value] : values)
    text.append(name).append("\n").append(value).append("\n");
  return identity_of_text(text);
}

}  // namespace neve::grid

#include <limits>
#include <optional>

#include <neve/base/error.hpp>
#include <neve/mr/task.hpp>

namespace neve::mr {

struct Outputs::Column {
  OutputKind kind = OutputKind::doubles;
  std::vector<double> doubles;
  std::vector<std::int64_t> int64s;
  std::vector<std::int32_t> codes;
  frame::TextBuilder text;
  std::optional<frame::Chunk> ready;

  frame::Chunk encode() {
    if (ready) return *std::move(ready);
    switch (kind) {
      case OutputKind::doubles:
        return frame::encode_doubles(doubles);
      case OutputKind::int64s:
        return frame::encode_int64(int64s);
      case OutputKind::times:
        return frame::encode_times(int64s);
      case OutputKind::codes:
        return frame::encode_codes(codes);
      case OutputKind::text:
        return text.finish();
      case OutputKind::uuids:
        break;
    }
    throw InternalError("a task wrote no chunk for an output");
  }
};

Outputs::Outputs(std::span<const OutputKind> kinds, std::int64_t rows) : columns_(kinds.size()) {
  const auto size = static_cast<std::size_t>(rows);
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    Column& column = columns_[i];
    column.kind = kinds[i];
    if (kinds[i] == OutputKind::doubles) column.doubles.assign(size, frame::kMissingDouble);
    if (kinds[i] == OutputKind::codes) column.codes.assign(size, frame::kMissingCode);
    if (kinds[i] == OutputKind::int64s || kinds[i] == OutputKind::times) {
      column.int64s.assign(size, frame::kMissingInt64);
    }
  }
}

Outputs::~Outputs() = default;

std::size_t Outputs::count() const { return columns_.size(); }

std::span<double> Outputs::doubles(std::size_t output) {
  NEVE_CHECK(columns_.at(output).kind == OutputKind::doubles);
  return columns_[output].doubles;
}

std::span<std::int64_t> Outputs::int64s(std::size_t output) {
  const OutputKind kind = columns_.at(output).kind;
  NEVE_CHECK(kind == OutputKind::int64s || kind == OutputKind::times);
  return columns_[output].int64s;
}

std::span<std::int32_t> Outputs::codes(std::size_t output) {
  NEVE_CHECK(columns_.at(output).kind == OutputKind::codes);
  return columns_[output].codes;
}

frame::TextBuilder& Outputs::text(std::size_t output) {
  NEVE_CHECK(columns_.at(output).kind == OutputKind::text);
  return columns_[output].text;
}

void Outputs::set_chunk(std::size_t output, frame::Chunk chunk) {
  columns_.at(output).ready = std::move(chunk);
}

std::vector<frame::Chunk> Outputs::finish() {
  std::vector<frame::Chunk> chunks;
  chunks.reserve(columns_.size());
  for (Column& column : columns_) chunks.push_back(column.encode());
  return chunks;
}

}  // namespace neve::mr

#include <limits>
#include <optional>

#include <neve/base/error.hpp>
#include <neve/mr/task.hpp>

namespace neve::mr {

struct Outputs::Column {
  OutputKind kind = OutputKind::doubles;
  std::size_t rows = 0;
  std::vector<double> doubles;
  std::vector<std::int64_t> int64s;
  std::vector<std::int32_t> codes;
  frame::TextBuilder text;
  std::optional<frame::Chunk> ready;

  /// The rows of an array, missing until they are written; many tasks bring chunks instead.
  template <class T>
  std::span<T> filled(std::vector<T>& values, T missing) const {
    if (values.empty()) values.assign(rows, missing);
    return values;
  }

  frame::Chunk encode() {
    if (ready) return *std::move(ready);
    switch (kind) {
      case OutputKind::doubles:
        return frame::encode_doubles(filled(doubles, frame::kMissingDouble));
      case OutputKind::int64s:
        return frame::encode_int64(filled(int64s, frame::kMissingInt64));
      case OutputKind::times:
        return frame::encode_times(filled(int64s, frame::kMissingInt64));
      case OutputKind::codes:
        return frame::encode_codes(filled(codes, frame::kMissingCode));
      case OutputKind::text:
        return text.finish();
      case OutputKind::uuids:
      case OutputKind::bytes:
        break;
    }
    throw InternalError("a task wrote no chunk for an output");
  }
};

Outputs::Outputs(std::span<const OutputKind> kinds, std::int64_t rows) : columns_(kinds.size()) {
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    columns_[i].kind = kinds[i];
    columns_[i].rows = static_cast<std::size_t>(rows);
  }
}

Outputs::~Outputs() = default;

std::size_t Outputs::count() const { return columns_.size(); }

std::span<double> Outputs::doubles(std::size_t output) {
  NEVE_CHECK(columns_.at(output).kind == OutputKind::doubles);
  return columns_[output].filled(columns_[output].doubles, frame::kMissingDouble);
}

std::span<std::int64_t> Outputs::int64s(std::size_t output) {
  const OutputKind kind = columns_.at(output).kind;
  NEVE_CHECK(kind == OutputKind::int64s || kind == OutputKind::times);
  return columns_[output].filled(columns_[output].int64s, frame::kMissingInt64);
}

std::span<std::int32_t> Outputs::codes(std::size_t output) {
  NEVE_CHECK(columns_.at(output).kind == OutputKind::codes);
  return columns_[output].filled(columns_[output].codes, frame::kMissingCode);
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

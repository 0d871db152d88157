#include "frame/packed_numbers.hpp"

#include <limits>

namespace neve::frame {

Buffer pack_integers(const NumberInput& input, ChunkHeader& header) {
  const int width = input.packed_width();
  const std::uint64_t missing = largest_of_width(width);
  const auto bias = static_cast<std::uint64_t>(input.min);
  Buffer buffer = new_chunk_buffer(packed_bytes(input.rows, width));
  const std::int64_t* values = input.integers.data();
  choose(input.missing != 0, [&](auto has_missing) {
    choose(input.step != 1, [&](auto has_step) {
      pack(input.rows, width, payload_of(buffer), [&](std::int64_t row) {
        const std::int64_t value = values[row];
        if (has_missing && value == kMissingInt64) return missing;
        const std::uint64_t above = static_cast<std::uint64_t>(value) - bias;
        return has_step ? above / input.step : above;
      });
    });
  });
  header.parameters.bias = input.min;
  header.parameters.step = static_cast<std::uint32_t>(input.step);
  header.parameters.width = static_cast<std::uint8_t>(width);
  return buffer;
}

void validate_packed(const ChunkView& view) {
  const CodecParameters& parameters = view.parameters();
  NEVE_CHECK(is_packed_width(parameters.width), "chunk: no such width");
  NEVE_CHECK(parameters.step >= 1, "chunk: no step");
  NEVE_CHECK(view.payload.size() == packed_bytes(view.rows(), parameters.width),
             "chunk: packed payload has another size");
  if (view.header.kind != ChunkKind::codes) return;
  NEVE_CHECK(parameters.width <= kNarrowWidth && parameters.bias == 0 && parameters.step == 1,
             "chunk: codes beyond 31 bits");
}

}  // namespace neve::frame

#include <neve/base/error.hpp>

#include "frame/codecs/codec.hpp"

/// Numbers that are 32-bit floats without loss; missing is the canonical NaN.
namespace neve::frame::codecs {
namespace {

std::optional<std::size_t> estimate(const NumberInput& input) {
  if (input.is_integral() || !input.fits_float) return std::nullopt;
  return static_cast<std::size_t>(input.rows) * sizeof(float);
}

Buffer encode(const NumberInput& input, ChunkHeader&) {
  Buffer buffer = new_chunk_buffer(static_cast<std::size_t>(input.rows) * sizeof(float));
  auto* out = reinterpret_cast<float*>(payload_of(buffer).data());
  if (!input.has_integers()) {
    for (std::size_t row = 0; row < input.doubles.size(); ++row) {
      const double value = input.doubles[row];
      out[row] = static_cast<float>(value == value ? value + 0.0 : kMissingDouble);
    }
    return buffer;
  }
  for (std::size_t row = 0; row < static_cast<std::size_t>(input.rows); ++row) {
    out[row] = static_cast<float>(input.is_missing(row) ? kMissingDouble : input.double_at(row));
  }
  return buffer;
}

void validate(const ChunkView& view) {
  NEVE_CHECK(!view.holds_integers(), "chunk: floats that are integers");
  NEVE_CHECK(view.payload.size() == static_cast<std::size_t>(view.rows()) * sizeof(float),
             "chunk: payload of floats has another size");
}

void decode_doubles(const ChunkView& view, std::int64_t begin, std::span<double> out) {
  const auto* values = reinterpret_cast<const float*>(view.payload.data()) + begin;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<double>(values[i]);
}

}  // namespace

const Codec& floats();
const Codec& floats() {
  static const Codec codec{.id = 4,
                           .name = "floats",
                           .estimate = estimate,
                           .encode = encode,
                           .validate = validate,
                           .decode_doubles = decode_doubles};
  return codec;
}

}  // namespace neve::frame::codecs

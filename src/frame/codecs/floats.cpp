#include "frame/codecs/plain_numbers.hpp"

/// Numbers that are 32-bit floats without loss; missing is the canonical NaN.
namespace neve::frame::codecs {
namespace {

std::optional<std::size_t> estimate(const NumberInput& input) {
  if (input.is_integral() || !input.fits_float) return std::nullopt;
  return static_cast<std::size_t>(input.rows) * sizeof(float);
}

Buffer encode(const NumberInput& input, ChunkHeader&) { return encode_plain<float>(input); }

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
                           .validate = validate_plain<float>,
                           .decode_doubles = decode_doubles};
  return codec;
}

}  // namespace neve::frame::codecs

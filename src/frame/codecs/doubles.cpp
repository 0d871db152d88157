#include <cstring>

#include "frame/codecs/plain_numbers.hpp"

/// Any numbers, as they are; missing is the canonical NaN.
namespace neve::frame::codecs {
namespace {

std::optional<std::size_t> estimate(const NumberInput& input) {
  if (input.is_integral()) return std::nullopt;
  return static_cast<std::size_t>(input.rows) * sizeof(double);
}

Buffer encode(const NumberInput& input, ChunkHeader&) { return encode_plain<double>(input); }

void decode_doubles(const ChunkView& view, std::int64_t begin, std::span<double> out) {
  const auto* values = reinterpret_cast<const double*>(view.payload.data()) + begin;
  if (!out.empty()) std::memcpy(out.data(), values, out.size_bytes());
}

}  // namespace

const Codec& doubles();
const Codec& doubles() {
  static const Codec codec{.id = 5,
                           .name = "doubles",
                           .estimate = estimate,
                           .encode = encode,
                           .validate = validate_plain<double>,
                           .decode_doubles = decode_doubles};
  return codec;
}

}  // namespace neve::frame::codecs

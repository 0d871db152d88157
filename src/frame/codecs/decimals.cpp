#include "frame/decimal.hpp"
#include "frame/packed_numbers.hpp"

/// Numbers of few digits as mantissa / 10^k, the mantissas packed like integers. Both are exact
/// doubles, so that the division rounds as reading the decimal text does: 0.1 comes back as 0.1.
namespace neve::frame::codecs {
namespace {

std::optional<std::size_t> estimate(const NumberInput& input) {
  if (!input.has_integers() || input.exponent == 0) return std::nullopt;
  return packed_bytes(input.rows, input.packed_width());
}

Buffer encode(const NumberInput& input, ChunkHeader& header) {
  header.parameters.exponent = static_cast<std::uint8_t>(input.exponent);
  return pack_integers(input, header);
}

void validate(const ChunkView& view) {
  const int exponent = view.parameters().exponent;
  NEVE_CHECK(exponent >= 1 && exponent <= kLargestExponent, "chunk: no such exponent");
  NEVE_CHECK(!view.holds_integers(), "chunk: decimals that are integers");
  validate_packed(view);
}

void decode_doubles(const ChunkView& view, std::int64_t begin, std::span<double> out) {
  const double power = power_of_ten(view.parameters().exponent);
  decode_packed_doubles(view, begin, out, [power](double mantissa) { return mantissa / power; });
}

}  // namespace

const Codec& decimals();
const Codec& decimals() {
  static const Codec codec{.id = 3,
                           .name = "decimals",
                           .estimate = estimate,
                           .encode = encode,
                           .validate = validate,
                           .decode_doubles = decode_doubles};
  return codec;
}

}  // namespace neve::frame::codecs

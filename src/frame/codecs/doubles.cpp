#include <cstring>

#include <neve/base/error.hpp>

#include "frame/codecs/codec.hpp"

/// Any numbers, as they are; missing is the canonical NaN.
namespace neve::frame::codecs {
namespace {

std::optional<std::size_t> estimate(const NumberInput& input) {
  if (input.is_integral()) return std::nullopt;
  return static_cast<std::size_t>(input.rows) * sizeof(double);
}

Buffer encode(const NumberInput& input, ChunkHeader&) {
  Buffer buffer = new_chunk_buffer(static_cast<std::size_t>(input.rows) * sizeof(double));
  auto* out = reinterpret_cast<double*>(payload_of(buffer).data());
  if (!input.has_integers()) {
    for (std::size_t row = 0; row < input.doubles.size(); ++row) {
      const double value = input.doubles[row];
      out[row] = static_cast<double>(value == value ? value + 0.0 : kMissingDouble);
    }
    return buffer;
  }
  for (std::size_t row = 0; row < static_cast<std::size_t>(input.rows); ++row) {
    out[row] = static_cast<double>(input.is_missing(row) ? kMissingDouble : input.double_at(row));
  }
  return buffer;
}

void validate(const ChunkView& view) {
  NEVE_CHECK(!view.holds_integers(), "chunk: doubles that are integers");
  NEVE_CHECK(view.payload.size() == static_cast<std::size_t>(view.rows()) * sizeof(double),
             "chunk: payload of doubles has another size");
}

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
                           .validate = validate,
                           .decode_doubles = decode_doubles};
  return codec;
}

}  // namespace neve::frame::codecs

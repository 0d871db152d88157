#include <algorithm>
#include <bit>
#include <limits>

#include <neve/base/error.hpp>

#include "frame/codecs/codec.hpp"

/// One value for all rows, or none: no payload. The value's word, an int64 or a double's bits, is
/// in the parameters.
namespace neve::frame::codecs {
namespace {

std::optional<std::size_t> estimate(const NumberInput& input) {
  if (!input.is_constant) return std::nullopt;
  return 0;
}

Buffer encode(const NumberInput& input, ChunkHeader& header) {
  if (!input.all_missing()) {
    header.parameters.bias = input.is_integral() ? input.integers.front()
                                                 : std::bit_cast<std::int64_t>(input.double_at(0));
  }
  return new_chunk_buffer(0);
}

void validate(const ChunkView& view) {
  const std::int64_t missing = view.header.missing;
  NEVE_CHECK(view.payload.empty(), "chunk: constant with a payload");
  NEVE_CHECK(missing == 0 || missing == view.rows(), "chunk: constant in part");
  const bool is_number =
      view.header.kind != ChunkKind::text && view.header.kind != ChunkKind::uuids;
  NEVE_CHECK(is_number || missing == view.rows(), "chunk: constant text or uuid");
  const std::int64_t word = view.parameters().bias;
  NEVE_CHECK(view.header.kind != ChunkKind::codes ||
                 (word >= 0 && word < std::numeric_limits<std::int32_t>::max()),
             "chunk: codes beyond 31 bits");
}

void decode_doubles(const ChunkView& view, std::int64_t, std::span<double> out) {
  const std::int64_t word = view.parameters().bias;
  const double value =
      view.holds_integers() ? static_cast<double>(word) : std::bit_cast<double>(word);
  std::fill(out.begin(), out.end(), view.has_missing() ? kMissingDouble : value);
}

void decode_int64(const ChunkView& view, std::int64_t, std::span<std::int64_t> out) {
  std::fill(out.begin(), out.end(), view.has_missing() ? kMissingInt64 : view.parameters().bias);
}

bool leaves_zeros_out(const ChunkView& view) {
  return !view.has_missing() && view.parameters().bias == 0;  // the word of 0, and of 0.0
}

std::size_t decode_stored(const ChunkView&, std::int64_t, std::span<std::uint32_t>,
                          std::span<double>) {
  return 0;
}

void decode_text(const ChunkView&, std::int64_t, std::span<std::string_view> out,
                 std::span<std::uint8_t> missing) {
  std::fill(out.begin(), out.end(), std::string_view());
  std::fill(missing.begin(), missing.end(), std::uint8_t{1});
}

void decode_text_sizes(const ChunkView&, std::int64_t, std::span<std::int64_t> out) {
  std::fill(out.begin(), out.end(), kMissingInt64);
}

void decode_uuids(const ChunkView&, std::int64_t, std::span<Uuid> out,
                  std::span<std::uint8_t> missing) {
  std::fill(out.begin(), out.end(), Uuid());
  std::fill(missing.begin(), missing.end(), std::uint8_t{1});
}

}  // namespace

const Codec& constant();
const Codec& constant() {
  static const Codec codec{.id = 1,
                           .name = "constant",
                           .estimate = estimate,
                           .encode = encode,
                           .validate = validate,
                           .decode_doubles = decode_doubles,
                           .decode_int64 = decode_int64,
                           .leaves_zeros_out = leaves_zeros_out,
                           .decode_stored = decode_stored,
                           .decode_text = decode_text,
                           .decode_text_sizes = decode_text_sizes,
                           .decode_uuids = decode_uuids};
  return codec;
}

}  // namespace neve::frame::codecs

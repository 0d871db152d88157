#pragma once

#include <neve/base/error.hpp>

#include "frame/codecs/codec.hpp"

namespace neve::frame::codecs {

/// The payload of a codec that writes numbers as they are, as T; missing ones as the canonical NaN.
template <class T>
Buffer encode_plain(const NumberInput& input) {
  Buffer buffer = new_chunk_buffer(static_cast<std::size_t>(input.rows) * sizeof(T));
  auto* out = reinterpret_cast<T*>(payload_of(buffer).data());
  if (!input.has_integers()) {
    for (std::size_t row = 0; row < input.doubles.size(); ++row) {
      const double value = input.doubles[row];
      out[row] = static_cast<T>(value == value ? value + 0.0 : kMissingDouble);
    }
    return buffer;
  }
  for (std::size_t row = 0; row < static_cast<std::size_t>(input.rows); ++row) {
    out[row] = static_cast<T>(input.is_missing(row) ? kMissingDouble : input.double_at(row));
  }
  return buffer;
}

template <class T>
void validate_plain(const ChunkView& view) {
  NEVE_CHECK(!view.holds_integers(), "chunk: reals that are integers");
  NEVE_CHECK(view.payload.size() == static_cast<std::size_t>(view.rows()) * sizeof(T),
             "chunk: payload of reals has another size");
}

}  // namespace neve::frame::codecs

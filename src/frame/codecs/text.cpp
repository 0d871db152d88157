#include <cstring>

#include <neve/base/error.hpp>
#include <neve/base/utf8.hpp>

#include "frame/bit_packing.hpp"
#include "frame/bitmap.hpp"
#include "frame/codecs/codec.hpp"

/// Texts one after the other. Payload: bitmap of the missing rows, if there are any; rows + 1
/// packed starts; bytes. Parameters: bias = number of bytes; width of a start.
namespace neve::frame::codecs {
namespace {

struct Parts {
  std::span<const std::byte> missing;
  std::span<const std::byte> starts;
  std::string_view bytes;
};

std::size_t missing_bytes(std::int64_t rows, std::int64_t missing) {
  return missing == 0 ? 0 : bitmap_bytes(rows);
}

std::size_t payload_bytes(const TextInput& input) {
  const auto rows = static_cast<std::int64_t>(input.ends.size());
  return missing_bytes(rows, input.missing_count) +
         packed_bytes(rows + 1, width_for(input.bytes.size())) + input.bytes.size();
}

std::optional<std::size_t> estimate(const TextInput& input) { return payload_bytes(input); }

Buffer encode(const TextInput& input, ChunkHeader& header) {
  const auto rows = static_cast<std::int64_t>(input.ends.size());
  const int width = width_for(input.bytes.size());
  const std::size_t starts_at = missing_bytes(rows, input.missing_count);
  const std::size_t bytes_at = starts_at + packed_bytes(rows + 1, width);
  Buffer buffer = new_chunk_buffer(payload_bytes(input));
  const std::span<std::byte> payload = payload_of(buffer);
  if (starts_at != 0) write_bitmap(input.missing, payload.first(starts_at));
  pack(rows + 1, width, payload.subspan(starts_at), [&](std::int64_t row) {
    return row == 0 ? 0 : input.ends[static_cast<std::size_t>(row - 1)];
  });
  if (!input.bytes.empty()) {
    std::memcpy(payload.data() + bytes_at, input.bytes.data(), input.bytes.size());
  }
  header.parameters.bias = static_cast<std::int64_t>(input.bytes.size());
  header.parameters.width = static_cast<std::uint8_t>(width);
  return buffer;
}

Parts parts_of(const ChunkView& view) {
  const std::size_t starts_at = missing_bytes(view.rows(), view.header.missing);
  const std::size_t starts_size = packed_bytes(view.rows() + 1, view.parameters().width);
  const auto bytes = view.payload.subspan(starts_at + starts_size);
  return {view.payload.first(starts_at),
          view.payload.subspan(starts_at, starts_size),
          {reinterpret_cast<const char*>(bytes.data()), bytes.size()}};
}

void validate(const ChunkView& view) {
  const int width = view.parameters().width;
  const std::int64_t size = view.parameters().bias;
  NEVE_CHECK(is_packed_width(width) && size >= 0, "chunk: text of impossible size");
  const std::size_t before =
      missing_bytes(view.rows(), view.header.missing) + packed_bytes(view.rows() + 1, width);
  NEVE_CHECK(before <= view.payload.size() &&
                 view.payload.size() - before == static_cast<std::size_t>(size),
             "chunk: payload of text has another size");
  const Parts parts = parts_of(view);
  std::uint64_t last = 0;
  const auto take = [&](std::size_t, std::span<const std::uint64_t> block) {
    for (std::uint64_t start : block) {
      NEVE_CHECK(start >= last, "chunk: text ends before it starts");
      last = start;
    }
  };
  for_all_unpacked<std::uint64_t>(parts.starts, width, view.rows() + 1, take);
  NEVE_CHECK(last <= parts.bytes.size(), "chunk: text beyond its bytes");
  NEVE_CHECK(!view.is_ascii() || is_ascii(parts.bytes), "chunk: text that is no ASCII");
}

void decode_text(const ChunkView& view, std::int64_t begin, std::span<std::string_view> out,
                 std::span<std::uint8_t> missing) {
  const Parts parts = parts_of(view);
  const int width = view.parameters().width;
  if (out.empty()) return;
  std::uint64_t start = packed_at(parts.starts, width, begin);
  const auto take = [&](std::size_t offset, std::span<const std::uint64_t> ends) {
    for (std::size_t i = 0; i < ends.size(); ++i) {
      const std::int64_t row = begin + static_cast<std::int64_t>(offset + i);
      out[offset + i] = parts.bytes.substr(start, ends[i] - start);
      missing[offset + i] = !parts.missing.empty() && bit_at(parts.missing, row) ? 1 : 0;
      start = ends[i];
    }
  };
  for_unpacked<std::uint64_t>(parts.starts, width, begin + 1, out.size(), take);
}

void decode_sizes(const ChunkView& view, std::int64_t begin, std::span<std::int64_t> out) {
  const Parts parts = parts_of(view);
  const int width = view.parameters().width;
  if (out.empty()) return;
  std::uint64_t start = packed_at(parts.starts, width, begin);
  const auto take = [&](std::size_t offset, std::span<const std::uint64_t> ends) {
    out[offset] = static_cast<std::int64_t>(ends[0] - start);
    for (std::size_t i = 1; i < ends.size(); ++i) {
      out[offset + i] = static_cast<std::int64_t>(ends[i] - ends[i - 1]);
    }
    start = ends.back();
  };
  for_unpacked<std::uint64_t>(parts.starts, width, begin + 1, out.size(), take);
  if (parts.missing.empty()) return;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (bit_at(parts.missing, begin + static_cast<std::int64_t>(i))) out[i] = kMissingInt64;
  }
}

}  // namespace

const Codec& text();
const Codec& text() {
  static const Codec codec{.id = 8,
                           .name = "text",
                           .estimate_text = estimate,
                           .encode_text = encode,
                           .validate = validate,
                           .decode_text = decode_text,
                           .decode_text_sizes = decode_sizes};
  return codec;
}

}  // namespace neve::frame::codecs

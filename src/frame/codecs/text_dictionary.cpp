#include <cstring>

#include <neve/base/error.hpp>
#include <neve/base/utf8.hpp>

#include "frame/bit_packing.hpp"
#include "frame/codecs/codec.hpp"

/// Texts that repeat: packed indices into a list of the distinct ones, which are in the order of
/// their first rows. The index behind the last entry is missing. Payload: indices; entries + 1
/// packed starts; bytes. Parameters: bias = number of bytes; step = entries; width of an index;
/// exponent = width of a start.
namespace neve::frame::codecs {
namespace {

struct Shape {
  std::int64_t rows;
  std::uint32_t entries;
  int index_width;
  int start_width;
  std::size_t bytes;
  [[nodiscard]] std::size_t starts_at() const { return packed_bytes(rows, index_width); }
  [[nodiscard]] std::size_t bytes_at() const {
    return starts_at() + packed_bytes(std::int64_t{entries} + 1, start_width);
  }
  [[nodiscard]] std::size_t payload_bytes() const { return bytes_at() + bytes; }
};

Shape shape_of(const TextInput& input) {
  std::size_t bytes = 0;
  for (std::string_view text : input.distinct) bytes += text.size();
  const auto entries = static_cast<std::uint32_t>(input.distinct.size());
  return {static_cast<std::int64_t>(input.ends.size()), entries, width_for(entries),
          width_for(bytes), bytes};
}

Shape shape_of(const ChunkView& view) {
  const CodecParameters& parameters = view.parameters();
  return {view.rows(), parameters.step, parameters.width, parameters.exponent,
          static_cast<std::size_t>(parameters.bias)};
}

std::optional<std::size_t> estimate(const TextInput& input) {
  if (input.distinct.empty()) return std::nullopt;
  return shape_of(input).payload_bytes();
}

Buffer encode(const TextInput& input, ChunkHeader& header) {
  const Shape shape = shape_of(input);
  Buffer buffer = new_chunk_buffer(shape.payload_bytes());
  const std::span<std::byte> payload = payload_of(buffer);
  pack(shape.rows, shape.index_width, payload, [&](std::int64_t row) {
    const auto index = static_cast<std::size_t>(row);
    return std::uint64_t{input.missing[index] != 0 ? shape.entries : input.codes[index]};
  });
  std::uint64_t start = 0;
  pack(std::int64_t{shape.entries} + 1, shape.start_width, payload.subspan(shape.starts_at()),
       [&](std::int64_t entry) {
         if (entry != 0) start += input.distinct[static_cast<std::size_t>(entry - 1)].size();
         return start;
       });
  std::byte* to = payload.data() + shape.bytes_at();
  for (std::string_view text : input.distinct) {
    if (!text.empty()) std::memcpy(to, text.data(), text.size());
    to += text.size();
  }
  header.parameters.bias = static_cast<std::int64_t>(shape.bytes);
  header.parameters.step = shape.entries;
  header.parameters.width = static_cast<std::uint8_t>(shape.index_width);
  header.parameters.exponent = static_cast<std::uint8_t>(shape.start_width);
  return buffer;
}

void validate(const ChunkView& view) {
  const Shape shape = shape_of(view);
  NEVE_CHECK(shape.index_width <= kNarrowWidth && is_packed_width(shape.start_width) &&
                 view.parameters().bias >= 0 && shape.bytes <= view.payload.size() &&
                 shape.payload_bytes() == view.payload.size(),
             "chunk: payload of text dictionary has another size");
  const auto check_index = [&](std::size_t, std::span<const std::int32_t> block) {
    for (std::int32_t index : block) {
      NEVE_CHECK(static_cast<std::uint32_t>(index) <= shape.entries, "chunk: no such text");
    }
  };
  for_all_unpacked<std::int32_t>(view.payload, shape.index_width, shape.rows, check_index);
  std::uint64_t last = 0;
  const auto check_start = [&](std::size_t, std::span<const std::uint64_t> block) {
    for (std::uint64_t start : block) {
      NEVE_CHECK(start >= last, "chunk: text ends before it starts");
      last = start;
    }
  };
  for_all_unpacked<std::uint64_t>(view.payload.subspan(shape.starts_at()), shape.start_width,
                                  std::int64_t{shape.entries} + 1, check_start);
  NEVE_CHECK(last <= shape.bytes, "chunk: text beyond its bytes");
  const auto* const bytes = reinterpret_cast<const char*>(view.payload.data() + shape.bytes_at());
  NEVE_CHECK(!view.is_ascii() || is_ascii({bytes, shape.bytes}), "chunk: text that is no ASCII");
}

void decode_text(const ChunkView& view, std::int64_t begin, std::span<std::string_view> out,
                 std::span<std::uint8_t> missing) {
  const Shape shape = shape_of(view);
  const auto starts = view.payload.subspan(shape.starts_at());
  const auto* bytes = reinterpret_cast<const char*>(view.payload.data() + shape.bytes_at());
  const auto take = [&](std::size_t offset, std::span<const std::int32_t> block) {
    for (std::size_t i = 0; i < block.size(); ++i) {
      const std::int32_t entry = block[i];
      const bool is_missing = static_cast<std::uint32_t>(entry) == shape.entries;
      missing[offset + i] = is_missing ? 1 : 0;
      out[offset + i] = {};
      if (is_missing) continue;
      const std::uint64_t start = packed_at(starts, shape.start_width, entry);
      const std::uint64_t end = packed_at(starts, shape.start_width, std::int64_t{entry} + 1);
      out[offset + i] = {bytes + start, end - start};
    }
  };
  for_unpacked<std::int32_t>(view.payload, shape.index_width, begin, out.size(), take);
}

void decode_sizes(const ChunkView& view, std::int64_t begin, std::span<std::int64_t> out) {
  const Shape shape = shape_of(view);
  const auto starts = view.payload.subspan(shape.starts_at());
  const auto size_of = [&](std::int32_t entry) {
    if (static_cast<std::uint32_t>(entry) == shape.entries) return kMissingInt64;
    return static_cast<std::int64_t>(packed_at(starts, shape.start_width, std::int64_t{entry} + 1) -
                                     packed_at(starts, shape.start_width, entry));
  };
  const auto take = [&](std::size_t offset, std::span<const std::int32_t> block) {
    for (std::size_t i = 0; i < block.size(); ++i) out[offset + i] = size_of(block[i]);
  };
  for_unpacked<std::int32_t>(view.payload, shape.index_width, begin, out.size(), take);
}

}  // namespace

const Codec& text_dictionary();
const Codec& text_dictionary() {
  static const Codec codec{.id = 9,
                           .name = "text dictionary",
                           .estimate_text = estimate,
                           .encode_text = encode,
                           .validate = validate,
                           .decode_text = decode_text,
                           .decode_text_sizes = decode_sizes};
  return codec;
}

}  // namespace neve::frame::codecs

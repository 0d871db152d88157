#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include <neve/base/error.hpp>

#include "frame/codecs/codec.hpp"

/// Mostly zero, or mostly missing: the ids of the other rows, and their values as another codec
/// writes them. Wide frames have very many such chunks of some dozen values each, so there is
/// little beside ids and values. Payload: the inner codec's parameters, its id in their `unused`;
/// ids (16 bits for chunks of up to 64 Ki rows, else 32), padded to 8 bytes; the inner payload.
/// Parameters: bias = number of ids; step = 1 if the other rows are missing.
namespace neve::frame::codecs {
namespace {

constexpr std::int64_t kMostRowsOfShortIds = 65536;
constexpr std::int64_t kMostRows = std::int64_t{1} << 32;

bool has_short_ids(std::int64_t rows) { return rows <= kMostRowsOfShortIds; }

constexpr std::size_t kIdsAt = sizeof(CodecParameters);

/// Where the values begin.
std::size_t values_at(std::int64_t rows, std::int64_t ids) {
  constexpr std::size_t kWord = 8;
  const std::size_t bytes = static_cast<std::size_t>(ids) * (has_short_ids(rows) ? 2 : 4);
  return kIdsAt + (bytes + kWord - 1) / kWord * kWord;
}

bool drops_missing(const NumberInput& input) { return input.missing > input.zeros; }

std::int64_t kept_rows(const NumberInput& input) {
  return input.rows - std::max(input.missing, input.zeros);
}

// An upper bound: the values alone may pack better than they do among the others.
std::optional<std::size_t> estimate(const NumberInput& input) {
  const std::int64_t kept = kept_rows(input);
  const bool is_sparse = kept > 0 && kept < input.rows / 4 && input.rows <= kMostRows;
  if (!input.may_be_sparse || !is_sparse) return std::nullopt;
  const auto value_bits =
      static_cast<std::size_t>(kept) * static_cast<std::size_t>(input.dense_width());
  return values_at(input.rows, kept) + value_bits / 8 + 16;
}

std::vector<std::uint32_t> rows_to_keep(const NumberInput& input) {
  const bool drop_missing = drops_missing(input);
  std::vector<std::uint32_t> ids;
  ids.reserve(static_cast<std::size_t>(kept_rows(input)));
  for (std::size_t row = 0; row < static_cast<std::size_t>(input.rows); ++row) {
    const bool missing = input.is_missing(row);
    const bool drop = drop_missing ? missing : !missing && input.double_at(row) == 0;
    if (!drop) ids.push_back(static_cast<std::uint32_t>(row));
  }
  return ids;
}

template <class T>
std::vector<T> pick(std::span<const T> values, const std::vector<std::uint32_t>& ids) {
  std::vector<T> picked;
  if (values.empty()) return picked;
  picked.reserve(ids.size());
  for (std::uint32_t id : ids) picked.push_back(values[id]);
  return picked;
}

Chunk encode_values(const NumberInput& input, const std::vector<std::uint32_t>& ids) {
  const std::vector<std::int64_t> integers = pick(input.integers, ids);
  const std::vector<double> doubles = pick(input.doubles, ids);
  NumberInput inner = input.has_integers() ? input_of_integers(integers, input.kind, input.exponent)
                                           : input_of_doubles(doubles);
  inner.may_be_sparse = false;
  return encode_numbers(inner);
}

Buffer encode(const NumberInput& input, ChunkHeader& header) {
  const std::vector<std::uint32_t> ids = rows_to_keep(input);
  const Chunk values = encode_values(input, ids);
  const auto count = static_cast<std::int64_t>(ids.size());
  const std::size_t place = values_at(input.rows, count);
  const ChunkView inner = view_of(values.buffer()->bytes());
  Buffer buffer = new_chunk_buffer(place + inner.payload.size());
  const std::span<std::byte> payload = payload_of(buffer);
  CodecParameters parameters = inner.parameters();
  parameters.unused = inner.header.codec;
  std::memcpy(payload.data(), &parameters, sizeof parameters);
  if (has_short_ids(input.rows)) {
    std::copy(ids.begin(), ids.end(), reinterpret_cast<std::uint16_t*>(payload.data() + kIdsAt));
  } else {
    std::copy(ids.begin(), ids.end(), reinterpret_cast<std::uint32_t*>(payload.data() + kIdsAt));
  }
  std::ranges::copy(inner.payload, payload.subspan(place).begin());
  header.parameters.bias = count;
  header.parameters.step = drops_missing(input) ? 1 : 0;
  return buffer;
}

template <class Id>
std::span<const Id> ids_of(const ChunkView& view) {
  return {reinterpret_cast<const Id*>(view.payload.data() + kIdsAt),
          static_cast<std::size_t>(view.parameters().bias)};
}

/// The values as a chunk: what its header does not say here, this chunk's does.
struct Values {
  explicit Values(const ChunkView& view)
      : header(view.header),
        payload(view.payload.subspan(values_at(view.rows(), view.parameters().bias))) {
    std::memcpy(&header.parameters, view.payload.data(), sizeof header.parameters);
    const auto id = static_cast<std::uint8_t>(header.parameters.unused);
    codec = id == header.parameters.unused ? find_codec(id) : nullptr;
    header.parameters.unused = 0;
    header.codec = id;
    header.rows = view.parameters().bias;
    const bool others_are_missing = view.parameters().step == 1;
    if (others_are_missing) header.missing -= view.rows() - header.rows;
    header.payload_bytes = payload.size();
  }
  [[nodiscard]] ChunkView view() const { return {header, payload}; }

  ChunkHeader header;
  std::span<const std::byte> payload;
  const Codec* codec = nullptr;
};

template <class Id>
void validate_ids(const ChunkView& view) {
  std::int64_t before = -1;
  for (Id id : ids_of<Id>(view)) {
    NEVE_CHECK(id > before, "chunk: sparse ids out of order");
    before = id;
  }
  NEVE_CHECK(before < view.rows(), "chunk: sparse id beyond the last row");
}

void validate(const ChunkView& view) {
  const std::int64_t count = view.parameters().bias;
  NEVE_CHECK(view.rows() <= kMostRows && count >= 0 && count <= view.rows() &&
                 values_at(view.rows(), count) <= view.payload.size(),
             "chunk: sparse ids do not fit");
  if (has_short_ids(view.rows())) {
    validate_ids<std::uint16_t>(view);
  } else {
    validate_ids<std::uint32_t>(view);
  }
  const Values values(view);
  NEVE_CHECK(values.codec != nullptr && values.header.codec != view.header.codec &&
                 values.codec->decode_doubles != nullptr &&
                 (!view.holds_integers() || values.codec->decode_int64 != nullptr),
             "chunk: sparse values of no codec for them");
  NEVE_CHECK(values.header.missing >= 0 && values.header.missing <= count,
             "chunk: more missing than sparse values");
  values.codec->validate(values.view());
}

template <class Id, class T>
void scatter(const ChunkView& view, const ChunkView& values, std::int64_t begin, std::span<T> out,
             DecodeBlock<T> decode) {
  const std::span<const Id> ids = ids_of<Id>(view);
  const auto end = begin + static_cast<std::int64_t>(out.size());
  auto at = static_cast<std::size_t>(std::lower_bound(ids.begin(), ids.end(), begin) - ids.begin());
  const auto last =
      static_cast<std::size_t>(std::lower_bound(ids.begin(), ids.end(), end) - ids.begin());
  std::array<T, 256> block;
  while (at < last) {
    const std::size_t here = std::min(block.size(), last - at);
    decode(values, static_cast<std::int64_t>(at), std::span(block).first(here));
    for (std::size_t i = 0; i < here; ++i) {
      out[static_cast<std::size_t>(ids[at + i] - begin)] = block[i];
    }
    at += here;
  }
}

bool leaves_zeros_out(const ChunkView& view) { return view.parameters().step == 0; }

template <class Id>
std::size_t stored(const ChunkView& view, std::int64_t begin, std::span<std::uint32_t> rows,
                   std::span<double> values) {
  const std::span<const Id> ids = ids_of<Id>(view);
  const auto end = begin + static_cast<std::int64_t>(rows.size());
  const auto first = std::lower_bound(ids.begin(), ids.end(), begin);
  const auto count = static_cast<std::size_t>(std::lower_bound(first, ids.end(), end) - first);
  for (std::size_t i = 0; i < count; ++i) {
    rows[i] = static_cast<std::uint32_t>(first[static_cast<std::ptrdiff_t>(i)] - begin);
  }
  const Values inner(view);
  inner.codec->decode_doubles(inner.view(), first - ids.begin(), values.first(count));
  return count;
}

std::size_t decode_stored(const ChunkView& view, std::int64_t begin, std::span<std::uint32_t> rows,
                          std::span<double> values) {
  return has_short_ids(view.rows()) ? stored<std::uint16_t>(view, begin, rows, values)
                                    : stored<std::uint32_t>(view, begin, rows, values);
}

template <class T>
void decode(const ChunkView& view, std::int64_t begin, std::span<T> out, T missing,
            DecodeBlock<T> Codec::*decode_values) {
  std::fill(out.begin(), out.end(), view.parameters().step == 1 ? missing : T{0});
  const Values values(view);
  if (has_short_ids(view.rows())) {
    scatter<std::uint16_t>(view, values.view(), begin, out, values.codec->*decode_values);
  } else {
    scatter<std::uint32_t>(view, values.view(), begin, out, values.codec->*decode_values);
  }
}

void decode_doubles(const ChunkView& view, std::int64_t begin, std::span<double> out) {
  decode(view, begin, out, kMissingDouble, &Codec::decode_doubles);
}

void decode_int64(const ChunkView& view, std::int64_t begin, std::span<std::int64_t> out) {
  decode(view, begin, out, kMissingInt64, &Codec::decode_int64);
}

}  // namespace

const Codec& sparse();
const Codec& sparse() {
  static const Codec codec{.id = 12,  // 6 had a whole chunk inside
                           .name = "sparse",
                           .estimate = estimate,
                           .encode = encode,
                           .validate = validate,
                           .decode_doubles = decode_doubles,
                           .decode_int64 = decode_int64,
                           .leaves_zeros_out = leaves_zeros_out,
                           .decode_stored = decode_stored};
  return codec;
}

}  // namespace neve::frame::codecs

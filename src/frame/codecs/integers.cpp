#include "frame/packed_numbers.hpp"

/// Integers, times and category codes as bias + step · n, n of the fewest bits that hold the range.
/// The top n is missing, where any is.
namespace neve::frame::codecs {
namespace {

std::optional<std::size_t> estimate(const NumberInput& input) {
  if (!input.is_integral()) return std::nullopt;
  return packed_bytes(input.rows, input.packed_width());
}

void validate(const ChunkView& view) {
  NEVE_CHECK(view.holds_integers(), "chunk: integers that are none");
  validate_packed(view);
}

void decode_doubles(const ChunkView& view, std::int64_t begin, std::span<double> out) {
  decode_packed_doubles(view, begin, out, [](double value) { return value; });
}

template <class T>
void decode_int64_from(const ChunkView& view, std::int64_t begin, std::span<std::int64_t> out) {
  const CodecParameters parameters = view.parameters();
  const auto missing = static_cast<T>(largest_of_width(parameters.width));
  choose(view.has_missing(), [&](auto has_missing) {
    choose(parameters.step != 1, [&](auto has_step) {
      const auto take = [&](std::size_t offset, std::span<const T> block) {
        std::int64_t* to = out.data() + offset;
        for (std::size_t i = 0; i < block.size(); ++i) {
          const auto packed = static_cast<std::uint64_t>(block[i]);
          const auto scaled = has_step ? packed * parameters.step : packed;
          const auto value =
              static_cast<std::int64_t>(static_cast<std::uint64_t>(parameters.bias) + scaled);
          to[i] = has_missing && block[i] == missing ? kMissingInt64 : value;
        }
      };
      for_unpacked<T>(view.payload, parameters.width, begin, out.size(), take);
    });
  });
}

void decode_int64(const ChunkView& view, std::int64_t begin, std::span<std::int64_t> out) {
  if (view.parameters().width <= kNarrowWidth) {
    decode_int64_from<std::int32_t>(view, begin, out);
  } else {
    decode_int64_from<std::uint64_t>(view, begin, out);
  }
}

void decode_codes(const ChunkView& view, std::int64_t begin, std::span<std::int32_t> out) {
  const int width = view.parameters().width;
  const auto missing = static_cast<std::int32_t>(largest_of_width(width));
  choose(view.has_missing(), [&](auto has_missing) {
    const auto take = [&](std::size_t offset, std::span<const std::int32_t> block) {
      std::int32_t* to = out.data() + offset;
      for (std::size_t i = 0; i < block.size(); ++i) {
        to[i] = has_missing && block[i] == missing ? kMissingCode : block[i];
      }
    };
    for_unpacked<std::int32_t>(view.payload, width, begin, out.size(), take);
  });
}

}  // namespace

const Codec& integers();
const Codec& integers() {
  static const Codec codec{.id = 2,
                           .name = "integers",
                           .estimate = estimate,
                           .encode = pack_integers,
                           .validate = validate,
                           .decode_doubles = decode_doubles,
                           .decode_int64 = decode_int64,
                           .decode_codes = decode_codes};
  return codec;
}

}  // namespace neve::frame::codecs

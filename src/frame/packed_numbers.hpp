#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <type_traits>

#include <neve/base/error.hpp>

#include "frame/bit_packing.hpp"
#include "frame/codecs/codec.hpp"

/// What the integer and the decimal codec share: whole numbers as bias + step · packed, where the
/// packed top code is missing.
namespace neve::frame {

/// Packs `integers` of the input and notes bias, step and width.
Buffer pack_integers(const NumberInput& input, ChunkHeader& header);
/// Checks width, step and size of the payload.
void validate_packed(const ChunkView& view);

/// Packed numbers up to 2^52 become doubles by setting the bits of an exponent: unlike a
/// conversion, this takes vector instructions that every x86-64-v3 CPU has.
inline double small_to_double(std::uint64_t value) {
  constexpr std::uint64_t kExponent = 0x4330000000000000;  // of 2^52
  return std::bit_cast<double>(value | kExponent) - 0x1p52;
}
inline double small_to_double(std::int32_t value) { return static_cast<double>(value); }

/// Whether every whole number of the chunk, and every step to it, is exact in double.
inline bool is_exact_in_double(const CodecParameters& parameters) {
  const double reach = static_cast<double>(largest_of_width(parameters.width)) * parameters.step;
  return parameters.width <= 52 && std::abs(static_cast<double>(parameters.bias)) + reach < 0x1p53;
}

inline std::int64_t unpacked_integer(const CodecParameters& parameters, std::uint64_t packed) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(parameters.bias) +
                                   packed * parameters.step);
}

/// Calls body(std::true_type) if the condition holds, else body(std::false_type): loops get rid of
/// tests that do not change.
template <class Body>
void choose(bool condition, Body body) {
  if (condition) {
    body(std::true_type{});
  } else {
    body(std::false_type{});
  }
}

/// Writes finish(whole number as double) for a block of rows, NaN where missing.
template <class Finish>
void decode_packed_doubles(const ChunkView& view, std::int64_t begin, std::span<double> out,
                           Finish finish) {
  const CodecParameters& parameters = view.parameters();
  const int width = parameters.width;
  const std::uint64_t top = largest_of_width(width);
  choose(view.has_missing(), [&](auto has_missing) {
    const auto exactly = [&](auto type) {
      using T = decltype(type);
      const auto bias = static_cast<double>(parameters.bias);
      const auto step = static_cast<double>(parameters.step);
      const auto missing = static_cast<T>(top);
      const auto take = [&](std::size_t offset, std::span<const T> block) {
        double* to = out.data() + offset;
        for (std::size_t i = 0; i < block.size(); ++i) {
          const double value = finish(bias + small_to_double(block[i]) * step);
          to[i] = has_missing && block[i] == missing ? kMissingDouble : value;
        }
      };
      for_unpacked<T>(view.payload, width, begin, out.size(), take);
    };
    if (!is_exact_in_double(parameters)) {
      const auto take = [&](std::size_t offset, std::span<const std::uint64_t> block) {
        for (std::size_t i = 0; i < block.size(); ++i) {
          const auto value = static_cast<double>(unpacked_integer(parameters, block[i]));
          out[offset + i] = has_missing && block[i] == top ? kMissingDouble : finish(value);
        }
      };
      for_unpacked<std::uint64_t>(view.payload, width, begin, out.size(), take);
    } else if (width <= kNarrowWidth) {
      exactly(std::int32_t{});
    } else {
      exactly(std::uint64_t{});
    }
  });
}

}  // namespace neve::frame

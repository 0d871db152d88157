#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace neve::munge {

/// Distinct tuples of keys, in their order, and which of them each row has.
struct NumberedTuples {
  std::size_t count = 0;
  std::size_t width = 0;
  std::vector<std::uint64_t> tuples;  ///< tuple-major; keys of doubles, see order_key
  std::vector<std::uint32_t> ids;     ///< of each row
};

/// Numbers `rows` rows by their keys in `columns`; without columns they are all alike. NaN is a
/// missing key, which counts as `missing`: the least or the largest there is. Whole numbers that
/// lie together are packed into few bits and need no hashing.
NumberedTuples number_tuples(std::span<const std::vector<double>> columns, std::size_t rows,
                             std::uint64_t missing);

/// Distinct words, ascending, and which of them each given one is.
struct NumberedWords {
  std::vector<std::uint64_t> words;
  std::vector<std::uint32_t> ids;
};

/// Numbers words of so many bits: by a set of bits where they are few for it, else by radix sort
/// or, where they are wide, by hashing.
NumberedWords number_words(std::span<const std::uint64_t> words, int bits);

}  // namespace neve::munge

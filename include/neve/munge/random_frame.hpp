#pragma once

#include <cstdint>

#include <neve/frame/frame.hpp>
#include <neve/job/token.hpp>
#include <neve/mr/engine.hpp>

namespace neve::munge {

/// What a made-up frame is like. Fractions are shares of the columns (the rest is real), but for
/// `ones` and `missing`, which are shares of cells.
struct RandomFrame {
  std::int64_t rows = 10'000;
  std::int32_t columns = 10;  ///< without the response
  std::uint64_t seed = 0;
  std::uint64_t type_seed = 0;  ///< which columns are of which type
  bool randomize = true;        ///< otherwise every cell is `value`
  double value = 0;
  double real_range = 100;  ///< reals are within ± this
  double categorical_fraction = 0.2;
  std::int32_t levels = 100;
  double integer_fraction = 0.2;
  std::int64_t integer_range = 100;  ///< whole numbers are within ± this, both ends included
  double binary_fraction = 0.1;
  double ones = 0.02;
  double time_fraction = 0;  ///< times between 1970 and 2020
  double string_fraction = 0;
  double missing = 0.01;
  bool has_response = false;         ///< a first column "response"
  std::int32_t response_levels = 2;  ///< 1 for numbers
  bool positive_response = false;
  template <class Archive>
  void fields(Archive& archive) {
    archive(rows, columns, seed, type_seed, randomize, value, real_range, categorical_fraction,
            levels, integer_fraction, integer_range, binary_fraction, ones, time_fraction,
            string_fraction, missing, has_response, response_levels, positive_response);
  }
};

/// Throws InputError (400) where the values do not fit together.
void check(const RandomFrame& like);
/// A frame without a key, of columns C1, C2, …; the same for equal seeds. Checks `like`, and
/// throws OutOfMemoryError where the frame would not fit.
frame::Frame make_random_frame(mr::Engine& engine, const RandomFrame& like,
                               const job::TokenPtr& token = nullptr);

/// The frame with each cell missing with a probability of `fraction`, drawn by seed, column and
/// row.
frame::Frame with_missing(mr::Engine& engine, const frame::Frame& frame, double fraction,
                          std::uint64_t seed, const job::TokenPtr& token = nullptr);

}  // namespace neve::munge

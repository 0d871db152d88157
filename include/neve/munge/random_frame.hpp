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

/// A made-up frame by numbers of columns of each type: reals R1, R2, …, whole numbers I1, …,
/// categories E0, …, zeros and ones B1, …, times T0, … and texts S0, …, in this order, behind
/// "response" where there is one. Bounds are included.
struct SimpleFrame {
  enum class Response : std::uint8_t { none, real, integer, boolean, categorical, time };
  std::uint64_t seed = 0;
  std::int64_t rows = 100;
  std::int32_t reals = 0;
  std::int32_t integers = 0;
  std::int32_t categories = 0;
  std::int32_t booleans = 0;
  std::int32_t texts = 0;
  std::int32_t times = 0;
  double real_low = -100;
  double real_high = 100;
  std::int64_t integer_low = -100;
  std::int64_t integer_high = 100;
  std::int32_t levels = 10;
  double ones = 0.3;                           ///< share of 1 among zeros and ones
  std::int64_t time_low = 946'080'000'000;     ///< about 2000, in milliseconds since 1970
  std::int64_t time_high = 1'576'800'000'000;  ///< about 2020
  std::int32_t letters = 8;
  double missing = 0;  ///< share of cells
  Response response = Response::none;
  double response_low = 0;
  double response_high = 10;
  double response_ones = 0.6;
  std::int32_t response_levels = 25;
  template <class Archive>
  void fields(Archive& archive) {
    archive(seed, rows, reals, integers, categories, booleans, texts, times, real_low, real_high,
            integer_low, integer_high, levels, ones, time_low, time_high, letters, missing,
            response, response_low, response_high, response_ones, response_levels);
  }
};

/// Throws InputError (400) naming the parameter that does not do.
void check(const SimpleFrame& like);
/// A frame without a key; the same for equal seeds. Throws OutOfMemoryError where it would not fit.
frame::Frame make_simple_frame(mr::Engine& engine, const SimpleFrame& like,
                               const job::TokenPtr& token = nullptr);

}  // namespace neve::munge

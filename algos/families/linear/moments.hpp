#pragma once

#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include <neve/mr/task.hpp>

#include "algos/families/linear/design.hpp"

namespace neve::algos::linear {

/// Weighted mean and sum of squared deviations of one column, merged by the formula of Chan, Golub
/// and LeVeque (1979).
struct Moments {
  double weight = 0;
  double mean = 0;
  double squares = 0;
  double min = std::numeric_limits<double>::infinity();
  double max = -std::numeric_limits<double>::infinity();

  void merge(const Moments& right);
  /// Sample variance: the divisor is the sum of weights less 1, as if weights were copies; the sum
  /// itself where weights add up to less than 2.
  [[nodiscard]] double variance() const;
  template <class Archive>
  void fields(Archive& archive) {
    archive(weight, mean, squares, min, max);
  }
};

/// What a model has to know about the rows it uses before it starts: one pass. The design's
/// centers, scales and fills are not read, nor its levels' names.
struct MomentsTask {
  static constexpr std::string_view name = "linear.moments";
  static constexpr auto reduction = mr::Reduction::ordered;
  using State = Design;
  struct Partial {
    std::int64_t rows = 0;           ///< that count
    std::int64_t rows_left_out = 0;  ///< without response, weight, offset or (skip) a predictor
    double smallest_weight = std::numeric_limits<double>::infinity();
    double weight = 0;
    std::vector<Moments> numerics;  ///< of the values that are there
    std::int64_t stored = 0;  ///< cells of numerics, but for the zeros that their chunks leave out
    std::vector<std::vector<double>> level_weights;  ///< per categorical, per level
    Moments response;
    Moments offset;
    std::int64_t fractional_responses = 0;  ///< neither 0 nor 1
    std::vector<double> class_weights;      ///< by class, where the response is one of several
    template <class Archive>
    void fields(Archive& archive) {
      archive(rows, rows_left_out, smallest_weight, weight, numerics, stored, level_weights,
              response, offset, fractional_responses, class_weights);
    }
  };
  static Partial zero(const State& design);
  static std::int64_t partial_bytes(const State& design);
  static void map(const mr::RowGroup& group, const State& design, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

}  // namespace neve::algos::linear

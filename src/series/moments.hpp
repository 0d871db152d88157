#pragma once

#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

#include <neve/mr/task.hpp>
#include <neve/series/index.hpp>

#include "series/words.hpp"

namespace neve::series {

/// Mean and spread of all cells of a frame.
struct Moments {
  double count = 0;
  double mean = 0;
  double squares = 0;  ///< sum of (cell - mean)²
  BadRow bad;
  template <class Archive>
  void fields(Archive& archive) {
    archive(count, mean, squares, bad);
  }
  void add(double value) {
    ++count;
    const double before = value - mean;
    mean += before / count;
    squares += before * (value - mean);
  }
  /// As Chan, Golub and LeVeque (1979).
  void merge(const Moments& right) {
    bad.note(right.bad);
    if (right.count == 0) return;
    const double both = count + right.count;
    const double apart = right.mean - mean;
    mean += apart * (right.count / both);
    squares += right.squares + apart * apart * (count * right.count / both);
    count = both;
  }
};

/// Computes them, by which the breaks of words of series that are not normalised are scaled.
struct MomentsTask {
  static constexpr std::string_view name = "series.moments";
  static constexpr auto reduction = mr::Reduction::ordered;
  using State = mr::Nothing;
  using Partial = Moments;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right) { left.merge(right); }
};

}  // namespace neve::series

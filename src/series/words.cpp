#include "series/words.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <neve/base/math.hpp>

#include "series/api/words.hpp"

namespace neve::series {
namespace {

/// Where a standard normal value lies below with this probability, at most one half: by bisection
/// of erfc, which gives the same bits everywhere.
double lower_quantile(double probability) {
  if (probability == 0.5) return 0;
  double low = -40;  // erfc(40 / sqrt 2) is 0
  double high = 0;
  while (true) {
    const double middle = (low + high) / 2;
    if (middle <= low || middle >= high) return high;
    const double below = math::erfc(-middle / std::numbers::sqrt2) / 2;
    (below < probability ? low : high) = middle;
  }
}

}  // namespace

std::vector<double> normal_breaks(std::int64_t intervals) {
  std::vector<double> breaks;
  for (std::int64_t i = 1; i < intervals; ++i) {
    const bool lower = 2 * i <= intervals;
    const auto count = static_cast<double>(lower ? i : intervals - i);
    const double quantile = lower_quantile(count / static_cast<double>(intervals));
    breaks.push_back(lower ? quantile : -quantile);
  }
  return breaks;
}

void segment_means(std::span<const float> series, std::span<double> means) {
  const auto length = static_cast<std::int32_t>(series.size());
  const auto segments = static_cast<std::int32_t>(means.size());
  for (std::int32_t s = 0; s < segments; ++s) {
    const std::int32_t begin = segment_begin(length, segments, s);
    const std::int32_t end = segment_begin(length, segments, s + 1);
    double sum = 0;
    for (std::int32_t i = begin; i < end; ++i) sum += series[static_cast<std::size_t>(i)];
    means[static_cast<std::size_t>(s)] = sum / (end - begin);
  }
}

std::vector<double> scaled_breaks(double center, double scale) {
  // As each run on a row group asks for them.
  static const std::vector<double> kNormal = normal_breaks(kCardinality);
  std::vector<double> breaks = kNormal;
  for (double& b : breaks) b = center + scale * b;
  return breaks;
}

std::uint8_t symbol_of(double mean, std::span<const double> breaks) {
  return static_cast<std::uint8_t>(std::ranges::upper_bound(breaks, mean) - breaks.begin());
}

void standardise(std::span<const double> cells, bool normalize, std::span<float> out) {
  if (!normalize) {
    std::ranges::transform(cells, out.begin(), [](double x) { return static_cast<float>(x); });
    return;
  }
  const auto [least, most] = std::ranges::minmax(cells);
  if (least == most) {
    std::ranges::fill(out, 0.0F);
    return;
  }
  const auto count = static_cast<double>(cells.size());
  // As parts of the range, whose squares neither overflow nor vanish.
  const double range = most - least;
  double sum = 0;
  for (const double x : cells) sum += (x - least) / range;
  const double mean = sum / count;
  double squares = 0;
  for (const double x : cells) {
    const double from_mean = (x - least) / range - mean;
    squares += from_mean * from_mean;
  }
  const double deviation = std::sqrt(squares / count);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    out[i] = static_cast<float>(((cells[i] - least) / range - mean) / deviation);
  }
}

}  // namespace neve::series

#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <neve/base/rng.hpp>
#include <neve/frame/chunk_builder.hpp>
#include <neve/series/index.hpp>

#include "mr/api/compute_node.hpp"

namespace neve::series_test {

constexpr std::int64_t kMemory = std::int64_t{1} << 30U;

using Table = std::vector<std::vector<double>>;

/// Random walks; every 7th row repeats an earlier one, every 50th is constant.
inline Table walks(std::size_t rows, std::size_t length, std::uint64_t seed) {
  const CounterRng random(seed);
  Table table;
  for (std::size_t row = 0; row < rows; ++row) {
    std::vector<double> series;
    double at = 0;
    for (std::size_t i = 0; i < length; ++i) {
      at += random.uniform(row * length + i) - 0.5;
      series.push_back(row % 50 == 49 ? 3 : at);
    }
    if (row % 7 == 6) series = table[random.below(row, row)];
    table.push_back(series);
  }
  return table;
}

inline frame::Frame load(mr::Engine& engine, const Table& table, std::int64_t rows_of_group) {
  frame::Frame frame;
  frame.key = "walks";
  std::vector<std::int64_t> cuts = {0};
  const auto rows = static_cast<std::int64_t>(table.size());
  while (cuts.back() < rows) cuts.push_back(std::min(rows, cuts.back() + rows_of_group));
  frame.layout = engine.new_layout(cuts);
  for (std::size_t c = 0; c < table[0].size(); ++c) {
    const ColumnId id = engine.new_column_id();
    for (std::int32_t g = 0; g < frame.layout->groups(); ++g) {
      std::vector<double> cells;
      for (std::int64_t row = cuts[static_cast<std::size_t>(g)];
           row < cuts[static_cast<std::size_t>(g) + 1]; ++row) {
        cells.push_back(table[static_cast<std::size_t>(row)][c]);
      }
      engine.put_chunk(*frame.layout, id, GroupIndex(g), frame::encode_doubles(cells));
    }
    const mr::OutputColumn kind;
    frame.add("t" + std::to_string(c), engine.adopt({&id, 1}, {&kind, 1})[0]);
  }
  return frame;
}

/// Series as the definition says: mean 0 and deviation 1 where asked, as float.
inline Table standardised(const Table& table, bool normalize) {
  Table made;
  for (std::vector<double> series : table) {
    const auto [least, most] = std::ranges::minmax(series);
    long double mean = 0;
    for (const double x : series) mean += x;
    mean /= static_cast<long double>(series.size());
    long double squares = 0;
    for (const double x : series) squares += (x - mean) * (x - mean);
    const long double deviation = std::sqrt(squares / static_cast<long double>(series.size()));
    if (normalize) {
      for (double& x : series) {
        x = least == most ? 0 : static_cast<double>((x - mean) / deviation);
      }
    }
    for (double& x : series) x = static_cast<float>(x);
    made.push_back(series);
  }
  return made;
}

/// Series as an index holds them: normalised ones as multiples of a step of which the largest point
/// has up to 2^23.
inline Table held(const Table& table, bool normalize) {
  Table made = standardised(table, normalize);
  if (!normalize) return made;
  for (std::vector<double>& series : made) {
    double largest = 0;
    for (const double x : series) largest = std::max(largest, std::fabs(x));
    int exponent = 0;
    (void)std::frexp(largest, &exponent);
    const double step = std::ldexp(1, exponent - 23);
    for (double& x : series) {
      x = step * std::clamp(std::nearbyint(x / step), -8'388'607.0, 8'388'607.0);
    }
  }
  return made;
}

inline double squared_distance(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}

/// Everything in one list, to compare bits.
inline std::vector<double> figures(const series::Neighbors& found) {
  std::vector<double> all(found.query.begin(), found.query.end());
  all.insert(all.end(), found.row.begin(), found.row.end());
  all.insert(all.end(), found.distance.begin(), found.distance.end());
  return all;
}

}  // namespace neve::series_test

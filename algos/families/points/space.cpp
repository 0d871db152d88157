#include "algos/families/points/space.hpp"

#include <algorithm>
#include <cmath>

namespace neve::algos::points {

std::size_t Space::level_count() const {
  std::size_t count = 0;
  for (const LevelAxis& category : categories) count += static_cast<std::size_t>(category.levels);
  return count;
}

bool Space::is_sound(std::span<const std::size_t> levels) const {
  const auto levels_at = [&](std::int32_t column) -> std::ptrdiff_t {
    const bool there = column >= 0 && static_cast<std::size_t>(column) < levels.size();
    return there ? static_cast<std::ptrdiff_t>(levels[static_cast<std::size_t>(column)]) : -1;
  };
  return std::ranges::all_of(axes, [&](const Axis& a) { return levels_at(a.column) == 0; }) &&
         std::ranges::all_of(categories, [&](const LevelAxis& c) {
           return c.levels > 0 && levels_at(c.column) == c.levels && c.mode >= 0 &&
                  c.mode < c.levels;
         });
}

void Points::resize(std::size_t size) {
  count = size;
  numbers.resize(size * axes);
  codes.resize(size * categories);
}

void Points::add(const Points& from, std::size_t i) {
  const auto added = from.number(i);
  const auto added_codes = from.code(i);
  numbers.insert(numbers.end(), added.begin(), added.end());
  codes.insert(codes.end(), added_codes.begin(), added_codes.end());
  ++count;
}

void Points::append(const Points& right) {
  numbers.insert(numbers.end(), right.numbers.begin(), right.numbers.end());
  codes.insert(codes.end(), right.codes.begin(), right.codes.end());
  count += right.count;
}

std::int64_t Points::byte_size() const {
  return static_cast<std::int64_t>(numbers.capacity() * sizeof(double) +
                                   codes.capacity() * sizeof(std::int32_t));
}

void read_points(const Space& space, const model::ScoreBlock& block, Points& out,
                 std::size_t first) {
  const std::size_t width = out.axes;
  for (std::size_t j = 0; j < width; ++j) {
    const Axis& axis = space.axes[j];
    const double* from = block.numbers[static_cast<std::size_t>(axis.column)].data();
    double* to = out.numbers.data() + first * width + j;
    const double center = axis.center;
    const double by = 1 / axis.scale;
    for (std::size_t i = 0; i < block.rows; ++i) {
      const double value = (from[i] - center) * by;
      to[i * width] = std::isnan(value) ? 0 : value;
    }
  }
  for (std::size_t c = 0; c < out.categories; ++c) {
    const LevelAxis& axis = space.categories[c];
    const std::int32_t* from = block.codes[static_cast<std::size_t>(axis.column)].data();
    std::int32_t* to = out.codes.data() + first * out.categories + c;
    for (std::size_t i = 0; i < block.rows; ++i) {
      const bool known = from[i] >= 0 && from[i] < axis.levels;
      to[i * out.categories] = known ? from[i] : axis.mode;
    }
  }
}

std::vector<std::uint8_t> counting_rows(const mr::RowGroup& group, std::int32_t weights) {
  std::vector<std::uint8_t> counts(static_cast<std::size_t>(group.rows), 1);
  if (weights < 0) return counts;
  const std::vector<double> values = model::column_numbers(group, weights);
  for (std::size_t i = 0; i < values.size(); ++i) counts[i] = values[i] > 0 ? 1 : 0;
  return counts;
}

}  // namespace neve::algos::points

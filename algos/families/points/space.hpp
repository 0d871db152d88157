#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <neve/model/dataset.hpp>
#include <neve/model/score.hpp>

namespace neve::algos::points {

/// A numeric column as a coordinate, (x - center) / scale; what is missing is 0.
struct Axis {
  std::int32_t column = 0;  ///< of the model's predictors
  double center = 0;
  double scale = 1;
  template <class Archive>
  void fields(Archive& archive) {
    archive(column, center, scale);
  }
};

/// A categorical column; what is missing, and what training did not see, is its mode.
struct LevelAxis {
  std::int32_t column = 0;
  std::int32_t levels = 0;
  std::int32_t mode = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(column, levels, mode);
  }
};

/// How a row of a model's columns is a point.
struct Space {
  std::vector<Axis> axes;
  std::vector<LevelAxis> categories;
  /// Levels of all categories.
  [[nodiscard]] std::size_t level_count() const;
  /// Whether it fits a model of so many columns, with these numbers of levels (0: a number).
  [[nodiscard]] bool is_sound(std::span<const std::size_t> levels) const;
  template <class Archive>
  void fields(Archive& archive) {
    archive(axes, categories);
  }
};

/// Points one after the other: numbers of all axes, and codes of all categories.
struct Points {
  std::size_t axes = 0;
  std::size_t categories = 0;
  std::size_t count = 0;
  std::vector<double> numbers;      ///< count x axes
  std::vector<std::int32_t> codes;  ///< count x categories

  Points() = default;
  explicit Points(const Space& space, std::size_t size = 0)
      : axes(space.axes.size()), categories(space.categories.size()) {
    resize(size);
  }
  void resize(std::size_t size);
  [[nodiscard]] std::span<const double> number(std::size_t i) const {
    return std::span(numbers).subspan(i * axes, axes);
  }
  [[nodiscard]] std::span<double> number(std::size_t i) {
    return std::span(numbers).subspan(i * axes, axes);
  }
  [[nodiscard]] std::span<const std::int32_t> code(std::size_t i) const {
    return std::span(codes).subspan(i * categories, categories);
  }
  [[nodiscard]] std::span<std::int32_t> code(std::size_t i) {
    return std::span(codes).subspan(i * categories, categories);
  }
  void add(const Points& from, std::size_t i);
  void append(const Points& right);
  [[nodiscard]] bool is_sound() const {
    return numbers.size() == count * axes && codes.size() == count * categories;
  }
  [[nodiscard]] std::int64_t byte_size() const;
  template <class Archive>
  void fields(Archive& archive) {
    archive(axes, categories, count, numbers, codes);
  }
};

/// Writes the rows of a block as points `first` and following, which are there.
void read_points(const Space& space, const model::ScoreBlock& block, Points& out,
                 std::size_t first);

/// Whether rows count, of a group whose column `weights` says so (all where it is -1): those that
/// have a weight other than 0.
std::vector<std::uint8_t> counting_rows(const mr::RowGroup& group, std::int32_t weights);

}  // namespace neve::algos::points

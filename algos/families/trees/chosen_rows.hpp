#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <neve/model/score.hpp>

namespace neve::algos::trees {

/// Which rows of a group something is kept of: those that take part. What it is has their number of
/// places; a group of at most 65,536 rows.
class ChosenRows {
 public:
  /// All rows.
  ChosenRows() = default;
  /// Those of positive weight.
  static ChosenRows of_weight(const std::vector<double>& weights);
  /// For a BlockReader.
  [[nodiscard]] const model::PickedRows* picked() const { return all_ ? nullptr : &rows_; }
  /// The row's number in the group.
  [[nodiscard]] std::size_t number(std::size_t place) const { return all_ ? place : rows_[place]; }
  /// Leaves the values of chosen rows.
  void choose(std::vector<double>& values) const;
  [[nodiscard]] std::size_t byte_size() const { return rows_.size() * sizeof(std::uint16_t); }

 private:
  bool all_ = true;
  model::PickedRows rows_;  ///< empty where all are chosen
};

}  // namespace neve::algos::trees

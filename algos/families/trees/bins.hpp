#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <neve/base/rng.hpp>

namespace neve::algos::trees {

/// How the values of one column become bins. Bins 0 to count - 1 hold values, bin `count` holds
/// what is missing; a categorical level that training did not see counts as missing.
struct ColumnBins {
  bool categorical = false;
  std::int32_t levels = 0;  ///< of the training domain; 0 for numbers
  std::int32_t count = 1;   ///< bins that hold values
  std::vector<float> cuts;  ///< numbers: ascending; x is in the bin numbered by how many are <= x

  [[nodiscard]] std::int32_t missing_bin() const { return count; }
  [[nodiscard]] std::int32_t bin_of(double value) const;
  /// Levels share bins by ranges of codes where there are more of them than bins.
  [[nodiscard]] std::int32_t bin_of_code(std::int32_t code) const {
    if (code < 0 || code >= levels) return missing_bin();
    return static_cast<std::int32_t>(std::int64_t{code} * count / levels);
  }
  template <class Archive>
  void fields(Archive& archive) {
    archive(categorical, levels, count, cuts);
  }
};

/// The bins of all predictors of a model.
struct BinSpec {
  std::vector<ColumnBins> columns;
  [[nodiscard]] std::int64_t byte_size() const;
  template <class Archive>
  void fields(Archive& archive) {
    archive(columns);
  }
};

/// Columns whose bins lie side by side, row after row, so that one pass over the rows serves them
/// all.
struct Tile {
  static constexpr std::size_t kMostColumns = 8;
  bool wide = false;                  ///< two bytes a bin instead of one
  std::vector<std::int32_t> columns;  ///< of the BinSpec
  [[nodiscard]] std::size_t row_bytes() const { return columns.size() * (wide ? 2 : 1); }
};

/// Where bins lie in a row's tiles and cells in a node's histogram; follows from the BinSpec alone.
struct BinLayout {
  struct Place {
    std::int32_t tile = 0;
    std::int32_t position = 0;  ///< within the tile
    std::int32_t first_cell =
        0;                  ///< of the node's histogram; one cell per bin, the missing one last
    std::int32_t bins = 0;  ///< with the missing one
  };
  std::vector<Tile> tiles;
  std::vector<Place> places;  ///< per column
  std::int32_t cells = 0;     ///< of one node's histogram

  explicit BinLayout(const BinSpec& spec);
  BinLayout() = default;
};

/// A distinct value of a column's sample and the weight of the rows that have it.
struct WeightedValue {
  double value = 0;
  double weight = 1;
};

/// How cut points are put.
enum class Cutting : std::uint8_t {
  by_rank,   ///< equal weights
  by_value,  ///< equal widths; by rank where one bin would hold more than half of the weight
};

/// At most `most_bins - 1` cut points for a sample in any order; a cut between each two neighbours
/// where there are no more distinct values than bins. Sorts `sample` and merges equal values.
std::vector<float> cut_points(std::vector<WeightedValue>& sample, std::int32_t most_bins,
                              Cutting cutting);

/// A float t with a < t <= b, as near to the middle as floats allow; nothing where there is none.
std::optional<float> cut_between(double a, double b);

}  // namespace neve::algos::trees

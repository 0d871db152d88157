#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <neve/mr/task.hpp>

#include "algos/extendedisolationforest/plane_tree.hpp"

namespace neve::algos::extendedisolationforest {

/// Turns mean path lengths into anomaly scores, 2^(-length / mean_search_length(sample_size)) (Liu,
/// Ting and Zhou 2008, equation 2), in place.
void to_scores(std::int64_t sample_size, std::span<double> lengths);

/// What a row group keeps: the path lengths of each row, over the trees so far.
struct LengthRows {
  std::vector<double> sums;
  [[nodiscard]] std::int64_t byte_size() const {
    return static_cast<std::int64_t>(sums.size() * sizeof(double));
  }
};

/// All rows after some number of trees.
struct LengthSums {
  std::int64_t rows = 0;
  double lengths = 0;  ///< Σ of mean path lengths
  double scores = 0;
  void add(const LengthSums& other);
  template <class Archive>
  void fields(Archive& archive) {
    archive(rows, lengths, scores);
  }
};

/// Adds the path lengths of some trees to what rows keep.
struct LengthTask {
  static constexpr std::string_view name = "extendedisolationforest.lengths";
  static constexpr auto reduction = mr::Reduction::ordered;
  struct State {
    isolation::ReadPlan read;
    std::vector<PlaneTree> trees;
    std::int64_t before = 0;           ///< trees that were added already
    std::int64_t sample_size = 0;      ///< of each tree
    std::vector<std::uint8_t> points;  ///< by tree: whether sums are wanted after it
    template <class Archive>
    void fields(Archive& archive) {
      archive(read, trees, before, sample_size, points);
    }
  };
  using Scratch = LengthRows;
  using Partial = std::vector<LengthSums>;  ///< one for each point
  static Partial zero(const State& state);
  static void rebuild(const mr::RowGroup& group, const State& state, Scratch& rows);
  static void map(const mr::RowGroup& group, const State& state, Scratch& rows, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

}  // namespace neve::algos::extendedisolationforest

#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <neve/mr/task.hpp>

#include "algos/kmeans/rows.hpp"

namespace neve::algos::kmeans {

/// Points that stand for rows, each for as many as its weight says.
struct Sample {
  points::Points points;
  std::vector<double> weights;
  template <class Archive>
  void fields(Archive& archive) {
    archive(points, weights);
  }
};

/// Draws rows, the likelier the further they are from the centre of all: a lightweight coreset
/// (Bachem, Lucic and Krause 2018), on which centers cost about what they cost on all rows.
struct SampleTask {
  static constexpr std::string_view name = "kmeans.sample";
  static constexpr auto reduction = mr::Reduction::ordered;
  struct State {
    RowsPlan rows;
    points::Points center;  ///< of all, one point
    std::uint64_t seed = 0;
    double share = 1;        ///< of rows drawn for no reason; 1: all are
    double by_distance = 0;  ///< chance for each unit of squared distance
    template <class Archive>
    void fields(Archive& archive) {
      archive(rows, center, seed, share, by_distance);
    }
  };
  using Scratch = AssignedRows;
  using Partial = Sample;
  static Partial zero(const State& state) {
    return {.points = points::Points(state.rows.space), .weights = {}};
  }
  static void rebuild(const mr::RowGroup& group, const State& state, Scratch& scratch) {
    scratch.start(group, state.rows);
  }
  static void map(const mr::RowGroup& group, const State& state, Scratch& scratch,
                  Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

}  // namespace neve::algos::kmeans

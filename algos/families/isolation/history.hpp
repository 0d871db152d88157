#pragma once

#include <cstdint>
#include <span>

#include <neve/schema/table.hpp>

namespace neve::algos::isolation {

/// Metrics of training rows after some number of trees.
struct HistoryPoint {
  std::int64_t time_ms = 0;
  std::int64_t trees = 0;
  double mean_length = 0;  ///< NaN where there is none
  double mean_score = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(time_ms, trees, mean_length, mean_score);
  }
};

/// The history; its first point is of no trees.
schema::Table scoring_history(std::span<const HistoryPoint> points);

}  // namespace neve::algos::isolation

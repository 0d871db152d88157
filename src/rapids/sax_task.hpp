#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <neve/mr/task.hpp>

/// Symbolic words for time series: Shieh and Keogh, iSAX: indexing and mining terabyte sized time
/// series, KDD (2008). A row is a series, a column a point in time.
namespace neve::rapids {

/// Looks at as many pieces of each series as there are outputs, and writes for each the interval
/// that holds its mean, in standard deviations from the mean of the pieces. Pieces begin in equal
/// steps, but the i-th is i steps long as far as the series goes: not as in the paper, but as
/// clients of H2O-3 know it.
struct SaxTask {
  static constexpr std::string_view name = "rapids.sax";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    std::vector<double> breaks;  ///< between the intervals, ascending; they belong to the left one
    template <class Archive>
    void fields(Archive& archive) {
      archive(breaks);
    }
  };
  using Partial = mr::Nothing;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

/// Writes the intervals of a series as one text, "3^10_0^10".
struct SaxTextTask {
  static constexpr std::string_view name = "rapids.sax_text";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    std::vector<std::int64_t> intervals;  ///< how many there are, for each piece
    template <class Archive>
    void fields(Archive& archive) {
      archive(intervals);
    }
  };
  using Partial = mr::Nothing;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

}  // namespace neve::rapids

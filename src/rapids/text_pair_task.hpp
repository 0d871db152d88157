#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <neve/mr/task.hpp>

#include "rapids/text_measure.hpp"

namespace neve::rapids {

/// Compares two columns of texts or categories row by row.
struct TextPairTask {
  static constexpr std::string_view name = "rapids.text_pairs";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    TextMeasure measure = TextMeasure::levenshtein;
    bool compare_empty = true;  ///< else nothing is said of an empty text
    std::vector<std::string> left_levels = {};
    std::vector<std::string> right_levels = {};
    template <class Archive>
    void fields(Archive& archive) {
      archive(measure, compare_empty, left_levels, right_levels);
    }
  };
  using Partial = mr::Nothing;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

}  // namespace neve::rapids

#pragma once

#include <cstdint>
#include <string_view>

#include <neve/model/metrics/multinomial.hpp>
#include <neve/mr/task.hpp>

namespace neve::model::metrics {

/// Gathers errors of one column per class, then actual and, where given, weights.
struct MultinomialTask {
  static constexpr std::string_view name = "metrics.multinomial";
  static constexpr auto reduction = mr::Reduction::ordered;
  struct State {
    std::uint32_t classes = 0;
    bool keeps_scores = false;
    template <class Archive>
    void fields(Archive& archive) {
      archive(classes, keeps_scores);
    }
  };
  using Partial = MultinomialPartial;
  static Partial zero(const State& state);
  static std::int64_t partial_bytes(const State& state);
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right) { left.merge(right); }
};

}  // namespace neve::model::metrics

#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <neve/model/score.hpp>
#include <neve/mr/task.hpp>

namespace neve::model {

/// The weight of the rows of each level of the first column, and their weighted sum of responses.
/// The response is the second column, the weights, where there are any, are the third one. Rows of
/// weight 0, or without a response, do not count.
struct LevelSumTask {
  static constexpr std::string_view name = "model.level_sums";
  static constexpr auto reduction = mr::Reduction::ordered;
  struct State {
    std::int32_t levels = 0;
    bool weights = false;
    template <class Archive>
    void fields(Archive& archive) {
      archive(levels, weights);
    }
  };
  struct Partial {
    std::vector<double> weight;
    std::vector<double> response;
    template <class Archive>
    void fields(Archive& archive) {
      archive(weight, response);
    }
  };
  static Partial zero(const State& state);
  static std::int64_t partial_bytes(const State& state) { return 16 * std::int64_t{state.levels}; }
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

/// Writes predictors as a model sees them.
struct EncodeTask {
  static constexpr std::string_view name = "model.encode";
  static constexpr auto reduction = mr::Reduction::exact;
  using State = ScorePlan;
  using Partial = mr::Nothing;
  static void map(const mr::RowGroup& group, const State& plan, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

}  // namespace neve::model

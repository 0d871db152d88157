#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <neve/model/score.hpp>
#include <neve/mr/task.hpp>

namespace neve::model {

/// Rows of each level of the first column, their weight and their weighted sum of responses. The
/// response, where there is one, is the second column, the weights are the last one. Rows of weight
/// 0, or without a response, count in `rows` only.
struct LevelSumTask {
  static constexpr std::string_view name = "model.level_sums";
  static constexpr auto reduction = mr::Reduction::ordered;
  struct State {
    std::int32_t levels = 0;
    bool response = false;
    bool weights = false;
    template <class Archive>
    void fields(Archive& archive) {
      archive(levels, response, weights);
    }
  };
  struct Partial {
    std::vector<std::int64_t> rows;
    std::vector<double> weight;
    std::vector<double> response;
    template <class Archive>
    void fields(Archive& archive) {
      archive(rows, weight, response);
    }
  };
  static Partial zero(const State& state);
  static std::int64_t partial_bytes(const State& state) { return 24 * std::int64_t{state.levels}; }
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

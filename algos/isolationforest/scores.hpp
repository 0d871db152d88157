#pragma once

#include <cstdint>
#include <string_view>

#include <neve/model/metrics.hpp>
#include <neve/model/score.hpp>

#include "algos/isolationforest/isolationforest_model.hpp"

namespace neve::algos::isolationforest {

/// Reads a column of scores and writes which rows are anomalies, and the scores cut at 1, which
/// rows exceed whose paths are shorter than any training row's.
struct FlagTask {
  static constexpr std::string_view name = "isolationforest.flags";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    double threshold = 0;
    template <class Archive>
    void fields(Archive& archive) {
      archive(threshold);
    }
  };
  using Partial = mr::Nothing;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

/// Reads a column of codes and writes those of the model's response.
struct ResponseTask {
  static constexpr std::string_view name = "isolationforest.response";
  static constexpr auto reduction = mr::Reduction::exact;
  using State = model::LevelMap;
  using Partial = mr::Nothing;
  static void map(const mr::RowGroup& group, const State& levels, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

/// Scores as score_with() gives them, with flags in front where the model has a threshold.
model::Scored score_rows(mr::Engine& engine, const model::ModelPtr& model,
                         const model::Dataset& data, const model::ScoreRequest& request);

/// Means of scores and path lengths.
model::metrics::Metrics measure_scores(mr::Engine& engine, const IsolationForestModel& model,
                                       const model::Dataset& data, const job::TokenPtr& token);
/// Metrics of the scores as probabilities of the response's second level.
model::metrics::Metrics measure_flags(mr::Engine& engine, const IsolationForestModel& model,
                                      const model::Dataset& data, const job::TokenPtr& token);

}  // namespace neve::algos::isolationforest

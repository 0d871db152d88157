#pragma once

#include <memory>

#include <neve/model/metrics.hpp>
#include <neve/model/score.hpp>

namespace neve::algos::isolation {

/// Scores and mean path lengths of a model that belongs to somebody else, who outlives them.
template <class Forest>
frame::Frame plain_scores(mr::Engine& engine, const Forest& model, const model::Dataset& data,
                          const job::TokenPtr& token) {
  const model::ModelPtr own(std::shared_ptr<void>(), &model);
  return model::score_with<Forest>(engine, own, data, {.labels = false, .token = token})
      .predictions;
}

/// Means of the two columns that plain_scores() gives.
model::metrics::Anomaly mean_scores(mr::Engine& engine, const frame::Frame& scores,
                                    const job::TokenPtr& token);

}  // namespace neve::algos::isolation

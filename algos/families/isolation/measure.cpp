#include "algos/families/isolation/measure.hpp"

#include <neve/munge/rollups.hpp>

namespace neve::algos::isolation {

model::metrics::Anomaly mean_scores(mr::Engine& engine, const frame::Frame& scores,
                                    const job::TokenPtr& token) {
  const auto rollups = munge::roll_up(engine, scores.layout, scores.columns, token);
  model::metrics::Anomaly made;
  made.model_category = model::Category::anomaly_detection;
  made.nobs = scores.layout->rows();
  made.mean_normalized_score = rollups[0].mean;
  made.mean_score = rollups[1].mean;
  return made;
}

}  // namespace neve::algos::isolation

#pragma once

#include "algos/gbm/gbm_model.hpp"
#include "algos/trees/training_session.hpp"

namespace neve::algos::gbm {

const model::Algorithm& algorithm();

namespace testing {

using neve::testing::Levels;
using neve::testing::values_of;
using neve::testing::with;

inline void publish_frames(mr::ComputeNode& node) {
  neve::testing::publish_frames(node, {.rows = 20'000, .noise = 1});
}

class Session : public neve::testing::ForestSession<GbmModel> {
 public:
  explicit Session(int nodes = 1, int threads = 2)
      : ForestSession(algorithm(), {.rows = 20'000, .noise = 1}, nodes, threads) {}
};

}  // namespace testing
}  // namespace neve::algos::gbm

#pragma once

#include "algos/drf/drf_model.hpp"
#include "algos/trees/training_session.hpp"

namespace neve::algos::drf {

const model::Algorithm& algorithm();

namespace testing {

using neve::testing::values_of;
using neve::testing::with;
inline constexpr std::uint64_t kSeed = 1;  ///< of trainings
inline constexpr std::int64_t kRows = 6'000;
inline constexpr double kNoise = 3;

inline void publish_frames(mr::ComputeNode& node) {
  neve::testing::publish_frames(node, {kRows, kNoise});
}

class Session : public neve::testing::ForestSession<DrfModel> {
 public:
  explicit Session(int nodes = 1, int threads = 2)
      : ForestSession(algorithm(), {kRows, kNoise}, nodes, threads) {}
};

}  // namespace testing
}  // namespace neve::algos::drf

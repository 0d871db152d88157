#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <neve/base/rng.hpp>

#include "algos/extendedisolationforest/extendedisolationforest_model.hpp"
#include "support/described_frame.hpp"
#include "support/training_nodes.hpp"

namespace neve::algos::extendedisolationforest {
const model::Algorithm& algorithm();
}

namespace neve::testing::extendedisolationforest {

using algos::extendedisolationforest::ExtendedIsolationForestModel;
using Columns = std::vector<std::vector<double>>;

inline const Levels kColours = {"red", "green", "blue", "grey"};

/// Columns x, y (numbers) and k (levels); every 40th row is far from the others. Every 17th x and
/// every 19th k is missing.
inline Columns make_columns(std::size_t rows, std::uint64_t seed) {
  const CounterRng random(seed);
  Columns columns(3);
  for (std::uint64_t i = 0; i < rows; ++i) {
    const bool odd = i % 40 == 7;
    const auto noise = [&](std::uint64_t n) {
      return random.uniform(6 * i + n) + random.uniform(6 * i + n + 1) - 1;
    };
    columns[0].push_back(i % 17 == 16 ? frame::kMissingDouble : noise(0) + (odd ? 6 : 0));
    columns[1].push_back(noise(2) - (odd ? 5 : 0));
    const auto level = static_cast<double>(random.below(6 * i + 4, 3));
    columns[2].push_back(i % 19 == 18 ? -1 : (odd ? 3 : level));
  }
  return columns;
}

constexpr std::size_t kRows = 3'000;

/// The frame "tr".
inline void publish_rows(mr::ComputeNode& node) {
  node.frames().publish(described_frame(
      node.engine(), "tr", {{"x", {}}, {"y", {}}, {"k", kColours}}, make_columns(kRows, 1)));
}

inline schema::Form complete(schema::Form form) {
  return with_defaults(std::move(form),
                       {{"training_frame", "tr"}, {"model_id", "model"}, {"seed", "1"}});
}

class Session : public TrainingNodes {
 public:
  explicit Session(int nodes = 1, int threads = 2)
      : TrainingNodes(algos::extendedisolationforest::algorithm(), nodes, threads) {
    publish_rows(node());
  }
  model::Build check(schema::Form form) { return check_form(complete(std::move(form))); }
  std::shared_ptr<const ExtendedIsolationForestModel> train(schema::Form form) {
    train_form(complete(std::move(form)));
    return model<ExtendedIsolationForestModel>();
  }
  frame::Frame predict(const model::ModelPtr& model, const std::string& on) {
    std::vector<std::string> warnings;
    return models().predict(model, frame(on), "scored", nullptr, warnings);
  }
};

}  // namespace neve::testing::extendedisolationforest

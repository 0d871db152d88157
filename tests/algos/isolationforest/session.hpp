#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <neve/base/rng.hpp>

#include "algos/isolationforest/isolationforest_model.hpp"
#include "support/described_frame.hpp"
#include "support/training_nodes.hpp"

namespace neve::algos::isolationforest {
const model::Algorithm& algorithm();
}

namespace neve::testing::isolationforest {

using algos::isolationforest::IsolationForestModel;
using Columns = std::vector<std::vector<double>>;

inline const Levels kColours = {"red", "green", "blue", "grey"};

/// Columns x, y (numbers) and k (levels); every 40th row is far from the others, and label says so.
/// Every 17th x and every 19th k is missing.
inline Columns make_columns(std::size_t rows, std::uint64_t seed) {
  const CounterRng random(seed);
  Columns columns(4);
  for (std::uint64_t i = 0; i < rows; ++i) {
    const bool odd = i % 40 == 7;
    const auto noise = [&](std::uint64_t n) {
      return random.uniform(6 * i + n) + random.uniform(6 * i + n + 1) - 1;
    };
    columns[0].push_back(i % 17 == 16 ? frame::kMissingDouble : noise(0) + (odd ? 6 : 0));
    columns[1].push_back(noise(2) - (odd ? 5 : 0));
    const auto level = static_cast<double>(random.below(6 * i + 4, 3));
    columns[2].push_back(i % 19 == 18 ? -1 : (odd ? 3 : level));
    columns[3].push_back(odd ? 1 : 0);
  }
  return columns;
}

inline frame::Frame rows_frame(mr::Engine& engine, const std::string& key, Columns columns,
                               bool labelled) {
  std::vector<std::pair<std::string, Levels>> described = {
      {"x", {}}, {"y", {}}, {"k", kColours}, {"label", {"no", "yes"}}};
  if (!labelled) columns.pop_back();
  return described_frame(engine, key, described, columns);
}

constexpr std::size_t kRows = 3'000;

/// The frames "tr" and, with labels, "va".
inline void publish_rows(mr::ComputeNode& node) {
  node.frames().publish(rows_frame(node.engine(), "tr", make_columns(kRows, 1), false));
  node.frames().publish(rows_frame(node.engine(), "va", make_columns(1'000, 2), true));
}

inline schema::Form complete(schema::Form form) {
  return with_defaults(std::move(form),
                       {{"training_frame", "tr"}, {"model_id", "model"}, {"seed", "1"}});
}

class Session : public TrainingNodes {
 public:
  explicit Session(int nodes = 1, int threads = 2)
      : TrainingNodes(algos::isolationforest::algorithm(), nodes, threads) {
    publish_rows(node());
  }
  model::Build check(schema::Form form) { return check_form(complete(std::move(form))); }
  std::shared_ptr<const IsolationForestModel> train(schema::Form form) {
    train_form(complete(std::move(form)));
    return model<IsolationForestModel>();
  }
  frame::Frame predict(const model::ModelPtr& model, const std::string& on) {
    std::vector<std::string> warnings;
    return models().predict(model, frame(on), "scored", nullptr, warnings);
  }
};

}  // namespace neve::testing::isolationforest

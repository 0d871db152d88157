#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <neve/base/rng.hpp>
#include <neve/frame/chunk_builder.hpp>
#include <neve/model/models.hpp>

#include "algos/aggregator/aggregator_model.hpp"
#include "support/described_frame.hpp"
#include "support/training_nodes.hpp"

namespace neve::algos::aggregator {
const model::Algorithm& algorithm();
}

namespace neve::testing::aggregator {

using algos::aggregator::AggregatorModel;

/// Rows of x, y (numbers around a few middles, some missing) and k (levels).
struct Rows {
  std::vector<double> x, y, k;
  [[nodiscard]] std::size_t count() const { return x.size(); }
};

inline Rows make_rows(std::size_t count, bool gaps = true) {
  const CounterRng random(9);
  Rows rows;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto middle = static_cast<double>(random.below(6 * i, 4));
    const auto noise = [&](std::uint64_t n) {
      return random.uniform(6 * i + n) + random.uniform(6 * i + n + 1) - 1;
    };
    const double missing = frame::kMissingDouble;
    rows.x.push_back(gaps && i % 13 == 12 ? missing : 1e5 + 3 * middle + noise(1));
    rows.y.push_back(gaps && i % 26 >= 24 ? missing : middle * middle - 2 * middle + noise(3));
    const double level = static_cast<double>(random.below(6 * i + 5, 3));
    rows.k.push_back(i % 17 == 16 ? -1 : middle < 2 ? 0 : level);
  }
  return rows;
}

inline frame::Frame rows_frame(mr::Engine& engine, const std::string& key, const Rows& rows) {
  return described_frame(engine, key, {{"x", {}}, {"y", {}}, {"k", {"a", "b", "c"}}},
                         {rows.x, rows.y, rows.k});
}

/// More than one row group.
constexpr std::size_t kRows = 10'000;

/// The frame "tr".
inline void publish_rows(mr::ComputeNode& node) {
  node.frames().publish(rows_frame(node.engine(), "tr", make_rows(kRows)));
}

inline schema::Form complete(schema::Form form) {
  return with_defaults(
      std::move(form),
      {{"training_frame", "tr"}, {"model_id", "model"}, {"save_mapping_frame", "true"}});
}

class Session : public TrainingNodes {
 public:
  explicit Session(int nodes = 1, int threads = 2)
      : TrainingNodes(algos::aggregator::algorithm(), nodes, threads) {
    publish_rows(node());
  }
  model::Build check(schema::Form form) { return check_form(complete(std::move(form))); }
  std::shared_ptr<const AggregatorModel> train(schema::Form form) {
    train_form(complete(std::move(form)));
    return model<AggregatorModel>();
  }
  /// What is said of a training that starts and fails.
  std::string failure(schema::Form form) { return failure_of(check(std::move(form))); }
  std::vector<double> column(const std::string& frame_key, const std::string& name) {
    return values_of(engine(), frame(frame_key), name);
  }
  /// The number of each row's exemplar.
  std::vector<std::size_t> mapping(const AggregatorModel& model) {
    const auto numbers = column(model.mapping_frame, "exemplar_assignment");
    return {numbers.begin(), numbers.end()};
  }
};

}  // namespace neve::testing::aggregator

#pragma once

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <neve/base/rng.hpp>

#include "algos/deeplearning/deeplearning_model.hpp"
#include "support/described_frame.hpp"
#include "support/training_nodes.hpp"

namespace neve::algos::deeplearning {

const model::Algorithm& algorithm();

namespace testing {

using neve::testing::Levels;
using neve::testing::values_of;
using neve::testing::with;

/// x (with missing values), z, a category k (some missing), and responses y, two and three that
/// depend on them; a positive count n; weights w of 0 to 2; an offset o.
inline std::vector<std::vector<double>> made_up(std::int64_t rows, std::uint64_t seed) {
  const CounterRng random(seed);
  std::vector<std::vector<double>> columns(9);
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(rows); ++i) {
    const double x = random.uniform(8 * i) * 4 - 2;
    const double z = random.uniform(8 * i + 1) * 100 + 1000;
    const auto k = static_cast<double>(random.below(8 * i + 2, 4));
    const double noise = random.uniform(8 * i + 3) - 0.5;
    const double signal = x * x + (k == 2 ? 2 : 0) - (z - 1050) / 50 + noise;
    columns[0].push_back(i % 13 == 0 ? frame::kMissingDouble : x);
    columns[1].push_back(z);
    columns[2].push_back(i % 17 == 0 ? -1 : k);
    columns[3].push_back(i % 29 == 0 ? frame::kMissingDouble : 10 * signal);
    columns[4].push_back(signal > 2 ? 1 : 0);
    columns[5].push_back(signal > 3 ? 2 : (signal > 1 ? 1 : 0));
    columns[6].push_back(std::floor(std::exp(signal / 2 + random.uniform(8 * i + 4))));
    columns[7].push_back(static_cast<double>(random.below(8 * i + 5, 3)));
    columns[8].push_back(random.uniform(8 * i + 6));
  }
  return columns;
}

/// The frames "tr" and "va".
inline void publish_frames(mr::ComputeNode& node, std::int64_t rows = 6'000) {
  const std::vector<std::pair<std::string, Levels>> described = {
      {"x", {}},
      {"z", {}},
      {"k", {"a", "b", "c", "d"}},
      {"y", {}},
      {"two", {"no", "yes"}},
      {"three", {"low", "middle", "high"}},
      {"n", {}},
      {"w", {}},
      {"o", {}}};
  const auto publish = [&](const char* key, std::int64_t count, std::uint64_t seed) {
    node.frames().publish(
        neve::testing::described_frame(node.engine(), key, described, made_up(count, seed)));
  };
  publish("tr", rows, 1);
  publish("va", rows / 4, 2);
}

/// A node that trains networks on x, z and k of the frame "tr", small ones unless told otherwise.
class Session : public neve::testing::TrainingNodes {
 public:
  explicit Session(int nodes = 1, int threads = 2) : TrainingNodes(algorithm(), nodes, threads) {
    publish_frames(node());
  }
  static schema::Form complete(const std::string& response, const schema::Form& form) {
    schema::Form made{{"response_column", response}, {"training_frame", "tr"},
                      {"model_id", "model"},         {"seed", "1"},
                      {"hidden", "[16,8]"},          {"epochs", "2"},
                      {"mini_batch_size", "32"}};
    std::string ignored;
    for (const char* name : {"y", "two", "three", "n", "w", "o"})
      ignored += (ignored.empty() ? "\"" : ",\"") + std::string(name) + "\"";
    made.emplace_back("ignored_columns", "[" + ignored + "]");
    for (const auto& [name, value] : form) {
      std::erase_if(made, [&](const auto& field) { return field.first == name; });
      made.emplace_back(name, value);
    }
    return made;
  }
  model::Build check(const std::string& response, const schema::Form& form) {
    return check_form(complete(response, form));
  }
  std::shared_ptr<const DeepLearningModel> train(const std::string& response,
                                                 const schema::Form& form) {
    train_form(complete(response, form));
    return model<DeepLearningModel>();
  }
  /// The message of a training that fails.
  std::string failure(const std::string& response, const schema::Form& form) {
    auto job = models().train(check(response, form));
    job->wait();
    return job->snapshot().message + job->snapshot().exception;
  }
};

}  // namespace testing
}  // namespace neve::algos::deeplearning

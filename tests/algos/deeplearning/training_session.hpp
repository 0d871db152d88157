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
std::vector<std::vector<double>> made_up(std::int64_t rows, std::uint64_t seed);

/// The frames "tr" and "va".
void publish_frames(mr::ComputeNode& node, std::int64_t rows = 6'000);

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

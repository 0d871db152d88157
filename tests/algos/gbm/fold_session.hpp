#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <neve/base/rng.hpp>
#include <neve/frame/chunk_builder.hpp>
#include <neve/model/models.hpp>

#include "algos/gbm/gbm_model.hpp"
#include "support/described_frame.hpp"
#include "support/training_nodes.hpp"

namespace neve::algos::gbm {
const model::Algorithm& algorithm();
}

namespace neve::testing {

using algos::gbm::GbmModel;

inline constexpr std::int64_t kRows = 9'000;

/// Predictors x and k, responses y and two, weights w, a fold column of three folds, and for each
/// fold k the weights "but_k" (w, 0 in the fold).
void publish_frame(mr::ComputeNode& node);

schema::Form complete(const std::string& response, schema::Form form,
                      const std::string& weights = "w");

class Session : public TrainingNodes {
 public:
  explicit Session(int nodes = 1, int threads = 2, std::string version = "1")
      : TrainingNodes(algos::gbm::algorithm(), nodes, threads, std::move(version)) {
    publish_frame(node());
  }
  std::shared_ptr<job::Job> start(const schema::Form& form) {
    return models().train(check_form(form));
  }
  std::shared_ptr<const GbmModel> train(const schema::Form& form,
                                        const std::string& name = "model") {
    EXPECT_EQ(train_form(form)->snapshot().progress, 1);
    return model(name);
  }
  std::shared_ptr<const GbmModel> model(const std::string& name) {
    return TrainingNodes::model<GbmModel>(name);
  }
  std::vector<double> values(const std::string& key, const std::string& name) {
    return values_of(engine(), frame(key), name);
  }
};

}  // namespace neve::testing

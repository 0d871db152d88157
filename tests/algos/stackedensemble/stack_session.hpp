#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <neve/base/rng.hpp>
#include <neve/frame/chunk_builder.hpp>
#include <neve/model/models.hpp>

#include "algos/glm/glm_model.hpp"
#include "algos/stackedensemble/stack_model.hpp"
#include "support/described_frame.hpp"
#include "support/training_nodes.hpp"

namespace neve::algos {
namespace stackedensemble {
const model::Algorithm& algorithm();
}
namespace glm {
const model::Algorithm& algorithm();
}
namespace gbm {
const model::Algorithm& algorithm();
}
namespace naivebayes {
const model::Algorithm& algorithm();
}
}  // namespace neve::algos

namespace neve::algos::stackedensemble::testing {

using neve::testing::values_of;
using neve::testing::with;

/// Rows of three numbers, of which noise tells nothing, and what depends on them: y, a count, and
/// two and three classes; weights and folds.
frame::Frame stack_rows(mr::Engine& engine, const std::string& key, std::size_t rows,
                        std::uint64_t seed);

constexpr std::size_t kRows = 9'000;

void publish_rows(mr::ComputeNode& node);

neve::testing::AlgorithmList base_algorithms();

/// A GLM of these predictors with kept predictions of three folds.
schema::Form base_glm(const std::string& name, const std::string& response,
                      const std::string& ignored, const schema::Form& more = {});

inline const schema::Form kFolds = {
    {"nfolds", "3"}, {"fold_assignment", "Modulo"}, {"keep_cross_validation_predictions", "true"}};

/// Columns but a, b or noise.
constexpr const char* kAllBut = R"("y","count","two","three","w","fold")";
std::string only(const std::string& predictor);

/// The request for an ensemble "stack".
schema::Form stack_form(const std::string& bases, const std::string& response,
                        const schema::Form& more = {});

class Session : public neve::testing::TrainingNodes {
 public:
  explicit Session(int nodes = 1, int threads = 2)
      : TrainingNodes(algorithm(), nodes, threads, "1", base_algorithms()) {
    publish_rows(node());
  }
  /// Fails the test where that fails.
  model::ModelPtr train_base(const model::Algorithm& of, const schema::Form& form) {
    const auto build = models().check(of, form, "python");
    const auto job = models().train(build);
    job->wait();
    EXPECT_EQ(job->snapshot().exception, "");
    return models().find(build.common().model_id.name);
  }
  std::shared_ptr<const StackModel> train(const schema::Form& form) {
    train_form(form);
    return model<StackModel>("stack");
  }
  /// The values of a frame's column.
  std::vector<double> values(const std::string& frame, const std::string& column) {
    return values_of(engine(), this->frame(frame), column);
  }
  /// What a model predicts for a frame: the column of that name.
  std::vector<double> predicted(const model::ModelPtr& model, const std::string& frame,
                                const std::string& column) {
    std::vector<std::string> warnings;
    const auto made = models().predict(model, this->frame(frame), "predicted", nullptr, warnings);
    EXPECT_TRUE(warnings.empty()) << warnings.front();
    return values_of(engine(), made, column);
  }
};

/// The names and GLM coefficients of a metalearner, the intercept last.
std::vector<std::pair<std::string, double>> coefficients_of(const model::ModelPtr& model);

}  // namespace neve::algos::stackedensemble::testing

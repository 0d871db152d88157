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
inline frame::Frame stack_rows(mr::Engine& engine, const std::string& key, std::size_t rows,
                               std::uint64_t seed) {
  const CounterRng random(seed);
  std::vector<std::vector<double>> columns(9, std::vector<double>(rows));
  for (std::uint64_t i = 0; i < rows; ++i) {
    const double a = random.uniform(8 * i);
    const double b = random.uniform(8 * i + 1);
    const double y = 2 * a - 3 * b * b + 0.3 * random.uniform(8 * i + 3);
    const double shift = random.uniform(8 * i + 4);
    columns[0][i] = a;
    columns[1][i] = b;
    columns[2][i] = random.uniform(8 * i + 2);
    columns[3][i] = y;
    columns[4][i] = std::floor(3 + y + 2 * shift);
    columns[5][i] = y + shift > 0.4 ? 1 : 0;
    columns[6][i] = std::clamp(std::floor(1.5 + y + shift), 0.0, 2.0);
    columns[7][i] = 1 + static_cast<double>(i % 3);
    columns[8][i] = static_cast<double>(random.below(8 * i + 5, 3));
  }
  return neve::testing::described_frame(engine, key,
                                        {{"a", {}},
                                         {"b", {}},
                                         {"noise", {}},
                                         {"y", {}},
                                         {"count", {}},
                                         {"two", {"no", "yes"}},
                                         {"three", {"low", "middle", "high"}},
                                         {"w", {}},
                                         {"fold", {}}},
                                        columns);
}

constexpr std::size_t kRows = 9'000;

inline void publish_rows(mr::ComputeNode& node) {
  node.frames().publish(stack_rows(node.engine(), "tr", kRows, 3));
  node.frames().publish(stack_rows(node.engine(), "new", 5'000, 4));
}

inline neve::testing::AlgorithmList base_algorithms() {
  return {&glm::algorithm(), &gbm::algorithm(), &naivebayes::algorithm()};
}

/// A GLM of these predictors with kept predictions of three folds.
inline schema::Form base_glm(const std::string& name, const std::string& response,
                             const std::string& ignored, const schema::Form& more = {}) {
  return with({{"model_id", name},
               {"training_frame", "tr"},
               {"response_column", response},
               {"ignored_columns", ignored},
               {"seed", "1"},
               {"lambda", "0"}},
              more);
}

inline const schema::Form kFolds = {
    {"nfolds", "3"}, {"fold_assignment", "Modulo"}, {"keep_cross_validation_predictions", "true"}};

/// Columns but a, b or noise.
constexpr const char* kAllBut = R"("y","count","two","three","w","fold")";
inline std::string only(const std::string& predictor) {
  std::string list = "[" + std::string(kAllBut);
  for (const char* name : {"a", "b", "noise"}) {
    if (predictor.find(name) == std::string::npos) list += ",\"" + std::string(name) + "\"";
  }
  return list + "]";
}

/// The request for an ensemble "stack".
inline schema::Form stack_form(const std::string& bases, const std::string& response,
                               const schema::Form& more = {}) {
  return with({{"model_id", "stack"},
               {"training_frame", "tr"},
               {"response_column", response},
               {"base_models", bases},
               {"seed", "5"}},
              more);
}

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
inline std::vector<std::pair<std::string, double>> coefficients_of(const model::ModelPtr& model) {
  const auto glm = std::dynamic_pointer_cast<const glm::GlmModel>(model);
  std::vector<std::pair<std::string, double>> found;
  if (glm == nullptr) return found;
  const auto names = glm->coefficient_names();
  for (std::size_t i = 0; i < names.size(); ++i) found.emplace_back(names[i], glm->coefficients[i]);
  return found;
}

}  // namespace neve::algos::stackedensemble::testing

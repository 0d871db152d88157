#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <neve/base/rng.hpp>
#include <neve/model/models.hpp>

#include "algos/glrm/glrm_model.hpp"
#include "support/described_frame.hpp"
#include "support/training_nodes.hpp"

namespace neve::algos::glrm {
const model::Algorithm& algorithm();
}

namespace neve::testing::glrm {

using algos::glrm::GlrmModel;

constexpr std::size_t kRows = 5'000;

/// A product of rank 2 in columns n0 to n4, and levels that follow it. Every `gap`-th cell is
/// missing; none where it is 0.
inline std::vector<std::vector<double>> planted(std::size_t rows, std::size_t gap) {
  constexpr double kY[2][5] = {{1, -2, 0.5, 3, 1}, {0.5, 1, 2, -1, 1.5}};
  const CounterRng random(4);
  std::vector<std::vector<double>> columns(6);
  std::size_t cell = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    const double a = random.uniform(2 * i) * 2 - 1;
    const double b = random.uniform(2 * i + 1) * 2 - 1;
    for (std::size_t j = 0; j < 5; ++j) {
      const bool missing = gap > 0 && ++cell % gap == 0;
      columns[j].push_back(missing ? frame::kMissingDouble : a * kY[0][j] + b * kY[1][j]);
    }
    columns[5].push_back(a > 0.3 ? 2 : b > 0 ? 1 : 0);
  }
  return columns;
}

inline frame::Frame planted_frame(mr::Engine& engine, const std::string& key, std::size_t gap) {
  return described_frame(
      engine, key,
      {{"n0", {}}, {"n1", {}}, {"n2", {}}, {"n3", {}}, {"n4", {}}, {"k", {"a", "b", "c"}}},
      planted(kRows, gap));
}

inline void publish_rows(mr::ComputeNode& node) {
  node.frames().publish(planted_frame(node.engine(), "full", 0));
  node.frames().publish(planted_frame(node.engine(), "gaps", 7));
}

inline schema::Form complete(schema::Form form) {
  return with_defaults(
      std::move(form),
      {{"training_frame", "full"}, {"model_id", "model"}, {"seed", "1"}, {"k", "2"}});
}

class Session : public TrainingNodes {
 public:
  explicit Session(int nodes = 1, int threads = 2)
      : TrainingNodes(algos::glrm::algorithm(), nodes, threads) {
    publish_rows(node());
  }
  model::Build check(schema::Form form) { return check_form(complete(std::move(form))); }
  std::shared_ptr<const GlrmModel> train(schema::Form form) {
    train_form(complete(std::move(form)));
    return model<GlrmModel>();
  }
  /// What is said of a training that starts and fails.
  std::string failure(schema::Form form) { return failure_of(check(std::move(form))); }
};

}  // namespace neve::testing::glrm

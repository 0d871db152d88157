#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <neve/base/rng.hpp>
#include <neve/frame/chunk_builder.hpp>
#include <neve/model/models.hpp>

#include "algos/kmeans/kmeans_model.hpp"
#include "support/described_frame.hpp"
#include "support/training_nodes.hpp"

namespace neve::algos::kmeans {
const model::Algorithm& algorithm();
}

namespace neve::testing::kmeans {

using algos::kmeans::KMeansModel;

/// Rows of x, y (numbers) and k (levels) around `middles` points; every 13th x and every 17th level
/// is missing.
struct Rows {
  std::vector<double> x, y, k;
};

Rows make_rows(std::size_t count, std::uint64_t middles = 4);

frame::Frame rows_frame(mr::Engine& engine, const std::string& key, const Rows& rows);

constexpr std::size_t kRows = 6'000;

/// The frame "tr".
void publish_rows(mr::ComputeNode& node);

schema::Form complete(schema::Form form);

class Session : public TrainingNodes {
 public:
  explicit Session(int nodes = 1, int threads = 2)
      : TrainingNodes(algos::kmeans::algorithm(), nodes, threads) {
    publish_rows(node());
  }
  model::Build check(schema::Form form) { return check_form(complete(std::move(form))); }
  std::shared_ptr<const KMeansModel> train(schema::Form form) {
    train_form(complete(std::move(form)));
    return model<KMeansModel>();
  }
  /// What is said of a training that starts and fails.
  std::string failure(schema::Form form) { return failure_of(check(std::move(form))); }
};

}  // namespace neve::testing::kmeans

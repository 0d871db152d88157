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

inline Rows make_rows(std::size_t count, std::uint64_t middles = 4) {
  const CounterRng random(9);
  Rows rows;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto of = static_cast<double>(random.below(6 * i, middles));
    const auto noise = [&](std::uint64_t n) {
      return random.uniform(6 * i + n) + random.uniform(6 * i + n + 1) - 1;
    };
    rows.x.push_back(i % 13 == 12 ? frame::kMissingDouble : 1e5 + 3 * of + noise(1));
    rows.y.push_back(of * of - 2 * of + noise(3));
    const double level = static_cast<double>(random.below(6 * i + 5, 3));
    rows.k.push_back(i % 17 == 16 ? -1 : of < 2 ? 0 : level);
  }
  return rows;
}

inline frame::Frame rows_frame(mr::Engine& engine, const std::string& key, const Rows& rows) {
  return described_frame(engine, key, {{"x", {}}, {"y", {}}, {"k", {"a", "b", "c"}}},
                         {rows.x, rows.y, rows.k});
}

constexpr std::size_t kRows = 6'000;

/// The frame "tr".
inline void publish_rows(mr::ComputeNode& node) {
  node.frames().publish(rows_frame(node.engine(), "tr", make_rows(kRows)));
}

inline schema::Form complete(schema::Form form) {
  const schema::Form own = form;
  for (const auto& [name, value] :
       schema::Form{{"training_frame", "tr"}, {"model_id", "model"}, {"seed", "1"}}) {
    const auto given = std::ranges::find(own, name, [](const auto& entry) { return entry.first; });
    if (given == own.end()) form.emplace_back(name, value);
  }
  return form;
}

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
  std::string failure(schema::Form form) {
    const auto job = models().train(check(std::move(form)));
    job->wait();
    return job->snapshot().exception;
  }
};

}  // namespace neve::testing::kmeans

#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <neve/base/rng.hpp>

#include "algos/targetencoder/targetencoder_model.hpp"
#include "algos/targetencoder/transform.hpp"
#include "support/described_frame.hpp"
#include "support/training_nodes.hpp"

namespace neve::algos::targetencoder {
const model::Algorithm& algorithm();
}

namespace neve::testing::targetencoder {

using algos::targetencoder::TargetEncoderModel;
using algos::targetencoder::TransformOrder;

/// Codes and numbers, NaN or -1 missing.
struct Rows {
  std::vector<double> a, b, x, fold, two, three, y;
};

inline const Levels kA = {"a0", "a1", "a2"};
inline const Levels kB = {"b0", "b1", "b2", "b3", "b4"};
inline const Levels kTwo = {"no", "yes"};
inline const Levels kThree = {"Class 1", "Class 2", "Class 3"};

/// a (every 11th missing), b (rare levels), x; folds 0, 2 and 5; responses two, three and y, each
/// with a missing value now and then.
inline Rows make_rows(std::size_t count) {
  const CounterRng random(4);
  Rows rows;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto a = static_cast<double>(random.below(8 * i, 3));
    const auto b = static_cast<double>(std::min<std::uint64_t>(random.below(8 * i + 1, 60), 59) < 57
                                           ? random.below(8 * i + 2, 2)
                                           : 2 + i % 3);
    rows.a.push_back(i % 11 == 10 ? -1 : a);
    rows.b.push_back(b);
    rows.x.push_back(random.uniform(8 * i + 3));
    rows.fold.push_back(std::vector<double>{0, 2, 5}[random.below(8 * i + 4, 3)]);
    const double signal = a + b + 3 * random.uniform(8 * i + 5);
    rows.two.push_back(i % 41 == 40 ? -1 : (signal > 3 ? 1 : 0));
    rows.three.push_back(i % 43 == 42 ? -1 : (signal > 4 ? 2 : (signal > 2 ? 1 : 0)));
    rows.y.push_back(i % 47 == 46 ? frame::kMissingDouble : 10 * signal);
  }
  return rows;
}

inline frame::Frame rows_frame(mr::Engine& engine, const std::string& key, const Rows& rows) {
  return described_frame(
      engine, key,
      {{"a", kA}, {"b", kB}, {"x", {}}, {"fold", {}}, {"two", kTwo}, {"three", kThree}, {"y", {}}},
      {rows.a, rows.b, rows.x, rows.fold, rows.two, rows.three, rows.y});
}

constexpr std::size_t kRows = 1'000;

inline schema::Form complete(const std::string& response, schema::Form form) {
  std::string ignored;
  for (const char* name : {"two", "three", "y"}) {
    if (name != response) ignored += (ignored.empty() ? "\"" : ",\"") + std::string(name) + "\"";
  }
  return with(std::move(form), {{"training_frame", "tr"},
                                {"model_id", "model"},
                                {"seed", "7"},
                                {"response_column", response},
                                {"ignored_columns", "[" + ignored + "]"}});
}

class Session : public TrainingNodes {
 public:
  explicit Session(int nodes = 1, int threads = 2)
      : TrainingNodes(algos::targetencoder::algorithm(), nodes, threads) {
    node().frames().publish(rows_frame(engine(), "tr", make_rows(kRows)));
  }
  std::shared_ptr<const TargetEncoderModel> train(const std::string& response, schema::Form form) {
    train_form(complete(response, std::move(form)));
    return model<TargetEncoderModel>();
  }
  frame::Frame transform(const TargetEncoderModel& model, const std::string& on,
                         bool as_training = false) {
    TransformOrder order = algos::targetencoder::default_order(model);
    order.as_training = as_training;
    return algos::targetencoder::transform(engine(), model, frame(on), order, nullptr);
  }
};

}  // namespace neve::testing::targetencoder

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
Rows make_rows(std::size_t count);

frame::Frame rows_frame(mr::Engine& engine, const std::string& key, const Rows& rows);

constexpr std::size_t kRows = 1'000;

schema::Form complete(const std::string& response, schema::Form form);

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

#include <gtest/gtest.h>

#include <cmath>

#include <neve/base/rng.hpp>
#include <neve/frame/chunk_builder.hpp>
#include <neve/model/models.hpp>

#include "algos/svd/svd_model.hpp"
#include "support/described_frame.hpp"
#include "support/take_over.hpp"
#include "support/training_nodes.hpp"

namespace neve::algos::svd {
const model::Algorithm& algorithm();
}

namespace {

using namespace neve;
using algos::svd::SvdModel;

constexpr std::size_t kRows = 3'000;
constexpr std::size_t kNumbers = 6;

std::vector<std::vector<double>> make_columns() {
  const CounterRng random(4);
  std::vector<std::vector<double>> columns(kNumbers + 1);
  for (std::uint64_t i = 0; i < kRows; ++i) {
    for (std::uint64_t c = 0; c < kNumbers; ++c)
      columns[c].push_back(static_cast<double>(c + 1) * (random.uniform(8 * i + c) - 0.3));
    columns[kNumbers].push_back(static_cast<double>(random.below(8 * i + 7, 2)));
  }
  return columns;
}

void publish_rows(mr::ComputeNode& node) {
  std::vector<std::pair<std::string, neve::testing::Levels>> described;
  for (std::size_t c = 0; c < kNumbers; ++c) described.push_back({"x" + std::to_string(c), {}});
  described.push_back({"k", {"a", "b"}});
  node.frames().publish(
      neve::testing::described_frame(node.engine(), "tr", described, make_columns()));
}

schema::Form complete(schema::Form form) {
  return neve::testing::with(std::move(form),
                             {{"model_id", "model"}, {"seed", "1"}, {"training_frame", "tr"}});
}

class Session : public neve::testing::TrainingNodes {
 public:
  explicit Session(int nodes = 1, int threads = 2)
      : TrainingNodes(algos::svd::algorithm(), nodes, threads) {
    publish_rows(node());
  }
  std::shared_ptr<const SvdModel> train(schema::Form form) {
    train_form(complete(std::move(form)));
    return model<SvdModel>();
  }
};

TEST(Svd, AllSingularValuesGiveTheFrameBack) {
  Session session;
  const auto model = session.train({{"nv", "8"}});
  ASSERT_TRUE(model);
  EXPECT_TRUE(model->is_sound());
  const auto d = model->singular_values();
  std::vector<std::vector<double>> u, v;
  for (int k = 1; k <= 8; ++k) {
    u.push_back(neve::testing::values_of(session.engine(), session.frame(model->u_key),
                                         "u" + std::to_string(k)));
    v.push_back(neve::testing::values_of(session.engine(), session.frame(model->v_key),
                                         "v" + std::to_string(k)));
  }
  const auto columns = make_columns();
  for (std::size_t i = 0; i < kRows; i += 7) {
    for (std::size_t c = 0; c < 8; ++c) {
      // The levels come first.
      const double level = columns[kNumbers][i];
      const double expected = c == 0 ? 1 - level : c == 1 ? level : columns[c - 2][i];
      double sum = 0;
      for (std::size_t k = 0; k < 8; ++k) sum += u[k][i] * d[k] * v[k][c];
      EXPECT_NEAR(sum, expected, 1e-9) << i << " " << c;
    }
  }
}

TEST(Svd, TheModelAndItsFramesAreTheSameOnAnyThreadsAndNodes) {
  for (const char* method : {"GramSVD", "Power", "Randomized"}) {
    const schema::Form form = {{"nv", "3"}, {"svd_method", method}, {"transform", "STANDARDIZE"}};
    Session alone(1, 1);
    const auto first = alone.train(form);
    const auto of_first = neve::testing::values_of(alone.engine(), alone.frame(first->u_key), "u3");
    const wire::Bytes file = alone.models().to_file(*first);
    EXPECT_EQ(alone.models().from_file(file, "file", "copy")->encode_learnt(),
              first->encode_learnt());
    for (const auto& [nodes, threads] : {std::pair(1, 2), {1, 3}, {1, 8}, {3, 2}}) {
      Session session(nodes, threads);
      const auto model = session.train(form);
      EXPECT_EQ(model->header.checksum, first->header.checksum) << method << nodes << threads;
      EXPECT_EQ(neve::testing::values_of(session.engine(), session.frame(model->u_key), "u3"),
                of_first);
    }
  }
}

TEST(Svd, AnotherNodeGoesOnToTheSameBits) {
  const schema::Form form = {{"nv", "3"}, {"svd_method", "Randomized"}, {"transform", "DEMEAN"}};
  const auto expected = Session().train(form)->encode_learnt();
  EXPECT_EQ(
      neve::testing::learnt_after_loss(algos::svd::algorithm(), complete(form), 1, publish_rows),
      expected);
}

TEST(Svd, FramesAreNamedAndLeftOutAsAsked) {
  Session session;
  const auto named = session.train({{"nv", "2"}, {"u_name", "left"}});
  EXPECT_EQ(named->u_key, "left");
  EXPECT_EQ(session.frame("left").rows(), static_cast<std::int64_t>(kRows));
  const auto without = session.train({{"nv", "2"}, {"keep_u", "false"}});
  EXPECT_EQ(without->u_key, "");
  const auto job = session.models().train(
      session.check_form({{"nv", "9"}, {"model_id", "model"}, {"training_frame", "tr"}}));
  job->wait();
  EXPECT_NE(job->snapshot().exception.find("nv must be between 1 and 8"), std::string::npos);
}

}  // namespace

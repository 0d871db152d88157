#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include <neve/base/rng.hpp>
#include <neve/frame/chunk_builder.hpp>
#include <neve/model/models.hpp>

#include "algos/pca/pca_model.hpp"
#include "support/described_frame.hpp"
#include "support/take_over.hpp"
#include "support/training_nodes.hpp"

namespace neve::algos::pca {
const model::Algorithm& algorithm();
}

namespace {

using namespace neve;
using algos::pca::PcaModel;

constexpr std::size_t kRows = 5'000;
constexpr double kMissing = frame::kMissingDouble;

/// The frame "tr": 20 numbers that hang together, one far from 0, and two categories.
void publish_rows(mr::ComputeNode& node) {
  const CounterRng random(8);
  std::vector<std::pair<std::string, neve::testing::Levels>> described = {{"k", {"a", "b", "c"}},
                                                                          {"two", {"no", "yes"}}};
  std::vector<std::vector<double>> columns(22);
  for (std::uint64_t c = 2; c < 22; ++c) described.push_back({"x" + std::to_string(c), {}});
  for (std::uint64_t i = 0; i < kRows; ++i) {
    const double hidden = random.uniform(100 * i);
    columns[0].push_back(static_cast<double>(random.below(100 * i + 1, 3)));
    columns[1].push_back(hidden > 0.6 ? 1 : 0);
    for (std::uint64_t c = 2; c < 22; ++c) {
      const double noise = random.uniform(100 * i + c);
      columns[c].push_back((c == 2 ? 1e7 : 0) + hidden * static_cast<double>(c % 5) + noise);
    }
  }
  node.frames().publish(neve::testing::described_frame(node.engine(), "tr", described, columns));
}

schema::Form complete(schema::Form form) {
  return neve::testing::with(std::move(form), {{"model_id", "model"}, {"seed", "1"}});
}

class Session : public neve::testing::TrainingNodes {
 public:
  explicit Session(int nodes = 1, int threads = 2)
      : TrainingNodes(algos::pca::algorithm(), nodes, threads) {
    publish_rows(node());
  }
  std::shared_ptr<const PcaModel> train(schema::Form form, const std::string& frame = "tr") {
    form.emplace_back("training_frame", frame);
    train_form(complete(std::move(form)));
    return model<PcaModel>();
  }
  std::string failure(schema::Form form, const std::string& frame) {
    form.emplace_back("training_frame", frame);
    const auto job = models().train(check_form(complete(std::move(form))));
    job->wait();
    return job->snapshot().exception;
  }
  void publish(const std::string& key,
               const std::vector<std::pair<std::string, neve::testing::Levels>>& described,
               const std::vector<std::vector<double>>& columns) {
    node().frames().publish(neve::testing::described_frame(engine(), key, described, columns));
  }
};

double dot(std::span<const double> a, std::span<const double> b) {
  long double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<long double>(a[i]) * b[i];
  return static_cast<double>(sum);
}

TEST(Pca, VectorsAreAtRightAnglesAndScoresHaveTheirVariances) {
  Session session;
  for (const char* transform : {"STANDARDIZE", "NORMALIZE", "DEMEAN", "NONE", "DESCALE"}) {
    for (const char* method : {"GramSVD", "Power", "Randomized", "GLRM"}) {
      const auto model =
          session.train({{"k", "4"}, {"transform", transform}, {"pca_method", method}});
      ASSERT_TRUE(model);
      EXPECT_TRUE(model->is_sound());
      std::vector<std::string> warnings;
      const frame::Frame scores =
          session.models().predict(model, session.frame("tr"), "scores", nullptr, warnings);
      const double largest = model->projection.values[0];
      for (std::size_t a = 0; a < 4; ++a) {
        for (std::size_t b = 0; b < 4; ++b) {
          EXPECT_NEAR(dot(model->projection.vector(a), model->projection.vector(b)), a == b ? 1 : 0,
                      1e-12);
          const double product =
              dot(neve::testing::values_of(session.engine(), scores, "PC" + std::to_string(a + 1)),
                  neve::testing::values_of(session.engine(), scores, "PC" + std::to_string(b + 1)));
          EXPECT_NEAR(product, a == b ? model->projection.values[a] : 0, 1e-9 * largest)
              << transform << " " << method << " " << a << b;
        }
      }
    }
  }
}

TEST(Pca, TheModelIsTheSameOnAnyThreadsAndNodesAndAfterBytes) {
  for (const char* method : {"GramSVD", "Power", "Randomized", "GLRM"}) {
    const schema::Form form = {{"k", "5"}, {"transform", "STANDARDIZE"}, {"pca_method", method}};
    Session alone(1, 1);
    const auto first = alone.train(form);
    EXPECT_EQ(algos::pca::algorithm().decode(first->encode())->encode(), first->encode());
    const wire::Bytes file = alone.models().to_file(*first);
    EXPECT_EQ(alone.models().from_file(file, "file", "copy")->header.checksum,
              first->header.checksum);
    for (const auto& [nodes, threads] : {std::pair(1, 2), {1, 3}, {1, 8}, {3, 2}}) {
      Session session(nodes, threads);
      EXPECT_EQ(session.train(form)->header.checksum, first->header.checksum)
          << method << " " << nodes << " " << threads;
    }
  }
}

TEST(Pca, OddDataHaveComponentsOrAreRefused) {
  Session session;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  session.publish(
      "odd", {{"x", {}}, {"y", {}}, {"one", {}}, {"none", {}}},
      {{1, 2, 4, 9}, {2, 4, 8, 18}, {5, 5, 5, 5}, {kMissing, kMissing, kMissing, kMissing}});
  const auto line = session.train({{"k", "2"}, {"transform", "DEMEAN"}}, "odd");
  EXPECT_EQ(line->header.roles.predictors.size(), 2U);
  EXPECT_NEAR(line->projection.vector(0)[0], std::sqrt(0.2), 1e-12);
  EXPECT_NEAR(line->projection.vector(0)[1], std::sqrt(0.8), 1e-12);
  EXPECT_NEAR(line->projection.values[1], 0, 1e-12 * line->projection.values[0]);
  EXPECT_NEAR(line->projection.trace, line->projection.values[0], 1e-9);
  EXPECT_NE(session.failure({{"k", "3"}}, "odd").find("between 1 and 2"), std::string::npos);
  EXPECT_NE(session.failure({{"k", "1"}, {"ignore_const_cols", "false"}}, "odd").find("No row"),
            std::string::npos);
  session.publish("row", {{"x", {}}, {"y", {}}}, {{3}, {4}});
  const auto one = session.train({{"k", "1"}, {"ignore_const_cols", "false"}}, "row");
  EXPECT_NEAR(one->projection.values[0], 25, 1e-12);
  session.publish("infinite", {{"x", {}}, {"y", {}}}, {{3, kInfinity, 2}, {4, 1, 2}});
  EXPECT_NE(session.failure({{"k", "1"}}, "infinite").find("infinite"), std::string::npos);
}

TEST(Pca, MissingCellsCostTheirRowsUnlessTheyAreFilled) {
  Session session;
  session.publish("gaps", {{"x", {}}, {"y", {}}, {"k", {"a", "b"}}},
                  {{1, 2, kMissing, 9, 4}, {2, 3, 8, 1, 5}, {0, 1, 1, -1, 0}});
  const auto left_out = session.train({{"k", "2"}, {"transform", "DEMEAN"}}, "gaps");
  EXPECT_EQ(left_out->projection.rows, 3);
  const auto filled =
      session.train({{"k", "2"}, {"transform", "DEMEAN"}, {"impute_missing", "true"}}, "gaps");
  EXPECT_EQ(filled->projection.rows, 5);
  for (const auto& [model, missing] : {std::pair(left_out, true), std::pair(filled, false)}) {
    std::vector<std::string> warnings;
    const auto scores =
        session.models().predict(model, session.frame("gaps"), "scores", nullptr, warnings);
    const auto values = neve::testing::values_of(session.engine(), scores, "PC1");
    EXPECT_EQ(std::isnan(values[2]), missing);
    EXPECT_FALSE(std::isnan(values[3]));
  }
}

TEST(Pca, SumsOfSquaresKeepTheDigitsOfColumnsFarFromZero) {
  Session session;
  std::vector<double> x, y;
  for (int i = 0; i < 1000; ++i) {
    const double t = i % 2 == 0 ? 1 : -1;
    x.push_back(1e9 + t);
    y.push_back(i % 4 < 2 ? 0.5 : -0.5);
  }
  session.publish("far", {{"x", {}}, {"y", {}}}, {x, y});
  const auto model = session.train({{"k", "2"}, {"transform", "DEMEAN"}}, "far");
  EXPECT_NEAR(model->projection.values[0], 1000, 1e-6);
  EXPECT_NEAR(model->projection.values[1], 250, 1e-6);
}

TEST(Pca, GoesOnAfterALoss) {
  const schema::Form form =
      complete({{"k", "3"}, {"transform", "STANDARDIZE"}, {"training_frame", "tr"}});
  Session whole;
  const auto expected = whole.train({{"k", "3"}, {"transform", "STANDARDIZE"}})->encode_learnt();
  mr::LocalCluster cluster = neve::testing::three_nodes(algos::pca::algorithm());
  publish_rows(cluster.node(0));
  neve::testing::Trainer trainer(cluster.node(1), algos::pca::algorithm(), 1 << 20);
  cluster.kill(2);
  const auto job =
      trainer.models.train(trainer.models.check(algos::pca::algorithm(), form, "python"));
  job->wait();
  EXPECT_EQ(job->snapshot().exception, "");
  EXPECT_EQ(trainer.models.find("model")->encode_learnt(), expected);
}

}  // namespace

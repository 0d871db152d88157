// A model for each part of a frame, on nodes of this process.
#include "training_session.hpp"

#include <neve/base/error.hpp>
#include <neve/munge/expression.hpp>
#include <neve/munge/rows.hpp>

#include "support/take_over.hpp"

namespace neve::algos::gbm {
namespace {

using model::SegmentModels;
using testing::Session;

schema::Form form() {
  schema::Form made = Session::complete("y", {{"ntrees", "3"}, {"sample_rate", "0.7"}});
  std::erase_if(made, [](const auto& given) { return given.first == "model_id"; });
  return made;
}

model::SegmentOrder by_k(std::int32_t parallelism = 2) {
  return {.key = "parts", .segments = {}, .columns = {"k"}, .parallelism = parallelism};
}

std::vector<wire::Bytes> learnt(const model::Models& models, const SegmentModels& segments) {
  std::vector<wire::Bytes> all;
  for (const auto& result : segments.results) {
    EXPECT_TRUE(result.has_value());
    EXPECT_EQ(result->status, SegmentModels::Status::succeeded);
    EXPECT_EQ(result->errors, "");
    all.push_back(models.require(result->model)->encode_learnt());
  }
  return all;
}

std::vector<wire::Bytes> train(Session& session, const model::SegmentOrder& order) {
  const auto job = session.models().train_segments(algorithm(), form(), order, "python");
  job->wait();
  EXPECT_EQ(job->snapshot().exception, "");
  EXPECT_EQ(job->snapshot().progress, 1);
  return learnt(session.models(), session.models().segment_models("parts"));
}

TEST(Segments, AreTheModelsOfTheirRowsOnAnyNumberOfNodes) {
  std::vector<wire::Bytes> first;
  for (const int nodes : {1, 3}) {
    Session session(nodes);
    const auto made = train(session, by_k(nodes));
    ASSERT_EQ(made.size(), 5U);
    if (first.empty()) first = made;
    EXPECT_EQ(made, first);
    const frame::Frame frame = session.frame("tr");
    for (std::size_t k = 0; k < 5; ++k) {
      const auto mask =
          munge::binary(munge::Op::equal, munge::column_of(frame.column(frame.require("k"))),
                        munge::constant_of(static_cast<double>(k)));
      frame::Frame part = munge::filter(session.node().engine(), {mask, frame});
      part.key = "tr";
      session.node().frames().publish(part);
      EXPECT_EQ(session.train("y", {{"ntrees", "3"}, {"sample_rate", "0.7"}})->encode_learnt(),
                made[k]);
      session.node().frames().publish(frame);
    }
    EXPECT_FALSE(session.node().frames().find("parts_0_training").has_value());
  }
}

TEST(Segments, GoOnWhenTheirDriverIsLost) {
  Session session;
  const auto expected = train(session, by_k());
  mr::LocalCluster cluster = neve::testing::three_nodes(algorithm());
  testing::publish_frames(cluster.node(0));
  std::vector<std::unique_ptr<neve::testing::Trainer>> trainers;
  for (std::size_t i = 0; i < cluster.size(); ++i) {
    constexpr int kNoEnd = 1 << 20;
    trainers.push_back(std::make_unique<neve::testing::Trainer>(cluster.node(i), algorithm(),
                                                                i == 0 ? 9 : kNoEnd));
  }
  // One at a time, so that all of the node stands still where its state is not kept.
  const auto job = trainers[0]->models.train_segments(algorithm(), form(), by_k(1), "python");
  trainers[0]->blobs.await_stall();
  cluster.kill(0);
  trainers[0]->jobs.leave();
  trainers[0]->blobs.release();
  const auto ended = [&](const store::Catalog& catalog) {
    return !catalog.find(job->key())->owner.has_value();
  };
  ASSERT_TRUE(cluster.node(1).store().wait_for(ended, std::chrono::minutes(2)));
  EXPECT_EQ(trainers[1]->jobs.look(job->key())->exception, "");
  const model::Models& models = trainers[1]->models;
  EXPECT_EQ(learnt(models, models.segment_models("parts")), expected);
}

TEST(Segments, ACancelledJobEndsItsModels) {
  Session session;
  schema::Form endless = form();
  std::erase_if(endless, [](const auto& given) { return given.first == "ntrees"; });
  endless.emplace_back("ntrees", "100000");
  const auto job = session.models().train_segments(algorithm(), endless, by_k(), "python");
  job->cancel();
  job->wait();
  EXPECT_EQ(job->snapshot().status, job::Status::cancelled);
  EXPECT_EQ(session.models().find("parts_0"), nullptr);
  EXPECT_FALSE(session.node().frames().find("parts_0_training").has_value());
  EXPECT_FALSE(session.node().frames().find("parts_1_training").has_value());
}

TEST(Segments, OrdersThatMakeNoSenseAreRefused) {
  Session session;
  const auto start = [&](const model::SegmentOrder& order) {
    return session.models().train_segments(algorithm(), form(), order, "python");
  };
  for (const char* column : {"x", "lost", ""}) {
    model::SegmentOrder order;
    if (*column != '\0') order.columns = {column};
    EXPECT_THROW(start(order), InputError) << column;
  }
  EXPECT_THROW(start(by_k(0)), InputError);
  model::SegmentOrder of_frame;
  of_frame.segments = "lost";
  EXPECT_THROW(start(of_frame), InputError);
  EXPECT_THROW((void)session.models().segment_models("tr"), InputError);
  EXPECT_THROW((void)session.models().segment_models("lost"), InputError);
}

TEST(Threshold, IsKeptInTheModelAndNothingElseChanges) {
  Session session;
  const auto model = session.train("two", {{"ntrees", "2"}});
  EXPECT_EQ(session.models().set_threshold("model", 0.25), model->header.default_threshold);
  const auto next = session.models().require("model");
  EXPECT_EQ(next->header.default_threshold, 0.25);
  EXPECT_EQ(next->encode_learnt(), model->encode_learnt());
  EXPECT_EQ(next->header.checksum, model->header.checksum);
  const wire::Bytes file = session.models().to_file(*next);
  EXPECT_EQ(session.models().from_file(file, "file", "again")->header.default_threshold, 0.25);
  for (const double wrong : {0.0, -1.0, 1.5, std::nan("")})
    EXPECT_THROW(session.models().set_threshold("model", wrong), InputError);
  session.train("y", {{"ntrees", "1"}});
  EXPECT_THROW(session.models().set_threshold("model", 0.5), InputError);
}

}  // namespace
}  // namespace neve::algos::gbm

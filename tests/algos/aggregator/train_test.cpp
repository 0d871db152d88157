#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <thread>

#include "algos/aggregator/session.hpp"
#include "support/take_over.hpp"

namespace {

using namespace neve;
using namespace neve::testing::aggregator;

/// The rows as points, from the definition of the transform NORMALIZE.
class Plain {
 public:
  explicit Plain(const Rows& rows) : x_(normal(rows.x)), y_(normal(rows.y)), k_(rows.k) {}
  [[nodiscard]] double squared(std::size_t a, std::size_t b) const {
    if (k_[a] != k_[b]) return std::numeric_limits<double>::infinity();
    double sum = 0;
    double shared = 0;
    for (const auto* axis : {&x_, &y_}) {
      const double off = (*axis)[a] - (*axis)[b];
      if (std::isnan(off)) continue;
      sum += off * off;
      ++shared;
    }
    if (shared > 0) return sum * 2 / shared;
    const bool neither =
        std::isnan(x_[a]) && std::isnan(y_[a]) && std::isnan(x_[b]) && std::isnan(y_[b]);
    return neither ? 0 : std::numeric_limits<double>::infinity();
  }
  /// Each row in its turn, unless one is near.
  [[nodiscard]] std::vector<std::int64_t> leaders(double radius) const {
    std::vector<std::int64_t> found;
    for (std::size_t i = 0; i < x_.size(); ++i) {
      const bool near = std::ranges::any_of(found, [&](std::int64_t e) {
        return squared(i, static_cast<std::size_t>(e)) < radius * radius;
      });
      if (!near) found.push_back(static_cast<std::int64_t>(i));
    }
    return found;
  }

 private:
  static std::vector<double> normal(const std::vector<double>& values) {
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (const double value : values) {
      low = std::fmin(low, value);
      high = std::fmax(high, value);
    }
    std::vector<double> made;
    for (const double value : values) made.push_back((value - low) / (high - low));
    return made;
  }
  std::vector<double> x_, y_, k_;
};

/// Rows lie near to their exemplar, the nearest; exemplars do not.
void expect_cover(const AggregatorModel& model, const Plain& plain,
                  const std::vector<std::size_t>& mapping) {
  constexpr double kRounding = 1e-9;
  const double near = model.radius * model.radius;
  std::vector<std::int64_t> counts(model.rows.size());
  for (std::size_t i = 0; i < mapping.size(); ++i) {
    ASSERT_LT(mapping[i], model.rows.size());
    ++counts[mapping[i]];
    const double own = plain.squared(i, static_cast<std::size_t>(model.rows[mapping[i]]));
    ASSERT_LT(own, near * (1 + kRounding)) << i;
    for (const std::int64_t other : model.rows)
      ASSERT_GE(plain.squared(i, static_cast<std::size_t>(other)), own - kRounding) << i;
  }
  EXPECT_EQ(counts, model.counts);
  for (const std::int64_t a : model.rows) {
    for (const std::int64_t b : model.rows) {
      if (a == b) continue;
      ASSERT_GE(plain.squared(static_cast<std::size_t>(a), static_cast<std::size_t>(b)),
                near * (1 - kRounding));
    }
  }
}

TEST(Aggregator, ExemplarsCoverTheRows) {
  Session session;
  const Rows rows = make_rows(kRows);
  for (const int target : {30, 200, 1000}) {
    const auto model = session.train({{"target_num_exemplars", std::to_string(target)},
                                      {"rel_tol_num_exemplars", "0.2"},
                                      {"categorical_encoding", "Enum"}});
    ASSERT_TRUE(model);
    EXPECT_GE(model->rows.size(), 0.8 * target);
    EXPECT_LE(model->rows.size(), 1.2 * target);
    EXPECT_TRUE(std::ranges::is_sorted(model->rows));
    expect_cover(*model, Plain(rows), session.mapping(*model));
    const auto counts = session.column(model->output_frame, "counts");
    EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), 0.0), static_cast<double>(kRows));
    const auto x = session.column(model->output_frame, "x");
    for (std::size_t e = 0; e < x.size(); ++e) {
      EXPECT_EQ(counts[e], static_cast<double>(model->counts[e]));
      const double given = rows.x[static_cast<std::size_t>(model->rows[e])];
      EXPECT_TRUE(x[e] == given || (std::isnan(x[e]) && std::isnan(given))) << e;
    }
  }
}

TEST(Aggregator, ARowGroupAloneIsTheLeaderAlgorithm) {
  constexpr std::size_t kFew = 3'000;
  const Rows rows = make_rows(kFew);
  Session session;
  session.node().frames().publish(rows_frame(session.engine(), "few", rows));
  const auto model = session.train({{"training_frame", "few"},
                                    {"target_num_exemplars", "100"},
                                    {"categorical_encoding", "Enum"}});
  ASSERT_TRUE(model);
  EXPECT_EQ(model->rows, Plain(rows).leaders(model->radius));
}

TEST(Aggregator, AutomaticEncodingIsEigen) {
  Session session;
  const auto named =
      session.train({{"target_num_exemplars", "200"}, {"categorical_encoding", "Eigen"}});
  const auto automatic = session.train({{"target_num_exemplars", "200"}});
  EXPECT_EQ(automatic->header.checksum, named->header.checksum);
  EXPECT_TRUE(automatic->header.actual_parameters.empty()) << "there is no seed to tell";
  EXPECT_EQ(automatic->header.settled.values, (schema::Form{{"categorical_encoding", "Eigen"}}));
}

TEST(Aggregator, TransformsShapeDistances) {
  Session session;
  std::map<std::int64_t, std::string> seen;
  for (const char* transform : {"NONE", "STANDARDIZE", "NORMALIZE", "DEMEAN", "DESCALE"}) {
    const auto model = session.train({{"target_num_exemplars", "150"}, {"transform", transform}});
    ASSERT_TRUE(model) << transform;
    EXPECT_GE(model->rows.size(), 75U) << transform;
    EXPECT_LE(model->rows.size(), 225U) << transform;
    seen.emplace(model->header.checksum, transform);
  }
  EXPECT_EQ(seen.size(), 5U);
}

TEST(Aggregator, AllRowsAreExemplarsWhereThereAreNoMore) {
  Session session;
  const auto model = session.train({{"target_num_exemplars", std::to_string(kRows)}});
  ASSERT_TRUE(model);
  EXPECT_EQ(model->radius, 0);
  EXPECT_EQ(session.column(model->output_frame, "counts"), std::vector<double>(kRows, 1));
  for (const ColumnIndex at : {ColumnIndex(0), ColumnIndex(1), ColumnIndex(2)})
    EXPECT_EQ(session.frame(model->output_frame).column(at).id, session.frame("tr").column(at).id);
  const auto mapping = session.mapping(*model);
  for (std::size_t i = 0; i < mapping.size(); ++i) ASSERT_EQ(mapping[i], i);
  EXPECT_TRUE(model->is_sound());
}

TEST(Aggregator, EqualRowsAreOneExemplar) {
  Rows rows;
  for (std::size_t i = 0; i < kRows; ++i) {
    rows.x.push_back(static_cast<double>(i % 3));
    rows.y.push_back(static_cast<double>(i % 3));
    rows.k.push_back(static_cast<double>(i % 3));
  }
  Session session;
  session.node().frames().publish(rows_frame(session.engine(), "equal", rows));
  for (const char* encoding : {"AUTO", "Enum"}) {
    const auto model =
        session.train({{"training_frame", "equal"}, {"categorical_encoding", encoding}});
    EXPECT_EQ(model->rows, (std::vector<std::int64_t>{0, 1, 2}));
    EXPECT_EQ(model->counts, (std::vector<std::int64_t>{3334, 3333, 3333}));
  }
}

TEST(Aggregator, MoreLevelsThanExemplarsAreAllKept) {
  Rows rows = make_rows(kRows);
  Session session;
  frame::Frame frame = rows_frame(session.engine(), "many", rows);
  std::vector<double> codes;
  neve::testing::Levels levels;
  for (std::size_t i = 0; i < kRows; ++i) codes.push_back(static_cast<double>(i % 400));
  for (int level = 0; level < 400; ++level) levels.push_back("l" + std::to_string(level));
  neve::testing::add_column(frame, session.engine(), "counts", codes, levels);
  session.node().frames().publish(frame);
  const auto model = session.train({{"training_frame", "many"},
                                    {"target_num_exemplars", "20"},
                                    {"categorical_encoding", "Enum"}});
  ASSERT_TRUE(model);
  EXPECT_GE(model->rows.size(), 400U);
  EXPECT_EQ(std::accumulate(model->counts.begin(), model->counts.end(), std::int64_t{0}),
            static_cast<std::int64_t>(kRows));
  EXPECT_EQ(session.frame(model->output_frame).names,
            (std::vector<std::string>{"x", "y", "k", "counts", "counts0"}));
}

TEST(Aggregator, TheModelIsTheSameOnAnyThreadsAndNodesAndAfterBytes) {
  const schema::Form forms[] = {{{"target_num_exemplars", "300"}, {"categorical_encoding", "Enum"}},
                                {{"target_num_exemplars", "300"}, {"transform", "NONE"}}};
  for (const schema::Form& form : forms) {
    Session alone(1, 1);
    const auto first = alone.train(form);
    ASSERT_TRUE(first);
    EXPECT_EQ(algos::aggregator::algorithm().decode(first->encode())->encode(), first->encode());
    EXPECT_TRUE(first->is_sound());
    const auto mapping = alone.mapping(*first);
    for (const auto& [nodes, threads] : {std::pair(1, 2), {1, 3}, {1, 8}, {3, 2}}) {
      Session session(nodes, threads);
      const auto model = session.train(form);
      EXPECT_EQ(model->header.checksum, first->header.checksum) << nodes << " " << threads;
      EXPECT_EQ(session.mapping(*model), mapping) << nodes << " " << threads;
      EXPECT_EQ(session.column(model->output_frame, "counts"),
                alone.column(first->output_frame, "counts"));
    }
  }
}

TEST(Aggregator, GoesOnAfterALossToTheSameBits) {
  const schema::Form form = {{"target_num_exemplars", "150"},
                             {"rel_tol_num_exemplars", "0.05"},
                             {"categorical_encoding", "Enum"}};
  Session whole;
  const auto expected = whole.train(form)->encode_learnt();
  for (const int states : {1, 3}) {
    EXPECT_EQ(neve::testing::learnt_after_loss(algos::aggregator::algorithm(), complete(form),
                                               states, publish_rows),
              expected)
        << states;
  }
}

TEST(Aggregator, ACancelledTrainingLeavesNothing) {
  Session session;
  session.node().frames().publish(rows_frame(session.engine(), "more", make_rows(200'000)));
  const auto job = session.models().train(session.check({{"training_frame", "more"},
                                                         {"target_num_exemplars", "20000"},
                                                         {"rel_tol_num_exemplars", "0.0001"}}));
  while (!job->snapshot().message.starts_with("Radius") &&
         job->snapshot().status == job::Status::running)
    std::this_thread::yield();
  job->cancel();
  job->wait();
  EXPECT_EQ(job->snapshot().status, job::Status::cancelled);
  EXPECT_EQ(session.models().find("model"), nullptr);
  EXPECT_EQ(session.node().frames().find("aggregated_more_by_model"), std::nullopt);
}

TEST(Aggregator, WhatCannotBeIsRefused) {
  Session session;
  const schema::Form refused[] = {{{"target_num_exemplars", "0"}},
                                  {{"rel_tol_num_exemplars", "0"}},
                                  {{"rel_tol_num_exemplars", "1"}},
                                  {{"num_iteration_without_new_exemplar", "0"}},
                                  {{"categorical_encoding", "SortByResponse"}}};
  for (const schema::Form& form : refused) {
    const model::Build build = session.check(form);
    ASSERT_EQ(build.errors(), 1) << form[0].second;
    EXPECT_EQ(build.messages.front().field, form[0].first);
  }
  EXPECT_NE(session.failure({{"ignored_columns", R"(["x", "y", "k"])"}}).find("No predictor"),
            std::string::npos);
  Rows rows = make_rows(100);
  rows.x[7] = std::numeric_limits<double>::infinity();
  session.node().frames().publish(rows_frame(session.engine(), "infinite", rows));
  const std::string says =
      session.failure({{"training_frame", "infinite"}, {"target_num_exemplars", "9"}});
  EXPECT_NE(says.find("infinite"), std::string::npos) << says;
}

TEST(Aggregator, ColumnsWithoutAnyValueAreNoMatter) {
  Rows rows = make_rows(kRows);
  rows.y.assign(kRows, frame::kMissingDouble);
  Session session;
  session.node().frames().publish(rows_frame(session.engine(), "empty", rows));
  const auto model = session.train({{"training_frame", "empty"},
                                    {"ignore_const_cols", "false"},
                                    {"target_num_exemplars", "100"}});
  ASSERT_TRUE(model);
  EXPECT_EQ(std::accumulate(model->counts.begin(), model->counts.end(), std::int64_t{0}),
            static_cast<std::int64_t>(kRows));
  const auto without = session.train({{"training_frame", "empty"},
                                      {"ignore_const_cols", "false"},
                                      {"ignored_columns", R"(["x", "k"])"},
                                      {"target_num_exemplars", "100"}});
  EXPECT_EQ(without->counts, std::vector<std::int64_t>{static_cast<std::int64_t>(kRows)});
}

}  // namespace

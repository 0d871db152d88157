#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <thread>

#include "algos/kmeans/session.hpp"
#include "support/take_over.hpp"

namespace {

using namespace neve;
using namespace neve::testing::kmeans;

/// A plain k-means on standardised values, one row after the other: what Lloyd's iteration is.
class Plain {
 public:
  explicit Plain(const Rows& rows) {
    x_ = standard(rows.x);
    y_ = standard(rows.y);
    std::vector<int> counts(3);
    for (const double code : rows.k) {
      if (code >= 0) ++counts[static_cast<std::size_t>(code)];
    }
    mode_ = static_cast<int>(std::ranges::max_element(counts) - counts.begin());
    for (const double code : rows.k) k_.push_back(code < 0 ? mode_ : static_cast<int>(code));
  }
  struct Center {
    long double x = 0;
    long double y = 0;
    int k = 0;
  };
  [[nodiscard]] Center at(std::size_t row) const { return {x_[row], y_[row], k_[row]}; }
  [[nodiscard]] long double distance(std::size_t row, const Center& c) const {
    const auto square = [](long double off) { return off * off; };
    return square(x_[row] - c.x) + square(y_[row] - c.y) + (k_[row] != c.k ? 1 : 0);
  }
  /// Moves the centers; gives how many rows changed their cluster.
  std::size_t iterate(std::vector<Center>& centers) {
    std::size_t moved = 0;
    clusters.resize(x_.size(), -1);
    for (std::size_t i = 0; i < x_.size(); ++i) {
      const int nearest = nearest_to(i, centers);
      moved += nearest != clusters[i] ? 1U : 0U;
      clusters[i] = nearest;
    }
    for (std::size_t c = 0; c < centers.size(); ++c) {
      long double n = 0;
      Center sum;
      std::vector<int> counts(3);
      for (std::size_t i = 0; i < x_.size(); ++i) {
        if (clusters[i] != static_cast<int>(c)) continue;
        ++n;
        sum.x += x_[i];
        sum.y += y_[i];
        ++counts[static_cast<std::size_t>(k_[i])];
      }
      if (n == 0) continue;
      centers[c] = {sum.x / n, sum.y / n,
                    static_cast<int>(std::ranges::max_element(counts) - counts.begin())};
    }
    return moved;
  }
  [[nodiscard]] int nearest_to(std::size_t row, const std::vector<Center>& centers) const {
    std::size_t best = 0;
    for (std::size_t c = 1; c < centers.size(); ++c) {
      if (distance(row, centers[c]) < distance(row, centers[best])) best = c;
    }
    return static_cast<int>(best);
  }
  [[nodiscard]] double cost(const std::vector<Center>& centers) const {
    long double sum = 0;
    for (std::size_t i = 0; i < x_.size(); ++i)
      sum += distance(i, centers[static_cast<std::size_t>(nearest_to(i, centers))]);
    return static_cast<double>(sum);
  }
  [[nodiscard]] int mode() const { return mode_; }
  std::vector<int> clusters;

 private:
  static std::vector<long double> standard(const std::vector<double>& values) {
    long double n = 0;
    long double sum = 0;
    for (const double v : values) {
      if (!std::isnan(v)) sum += v, ++n;
    }
    const long double mean = sum / n;
    long double squares = 0;
    for (const double v : values) {
      if (!std::isnan(v)) squares += (v - mean) * (v - mean);
    }
    std::vector<long double> made;
    for (const double v : values)
      made.push_back(std::isnan(v) ? 0 : (v - mean) / std::sqrt(squares / (n - 1)));
    return made;
  }
  std::vector<long double> x_, y_;
  std::vector<int> k_;
  int mode_ = 0;
};

/// The frame "points" of these rows of "tr".
void publish_points(Session& session, const std::vector<std::size_t>& at) {
  const Rows all = make_rows(kRows);
  Rows points;
  for (const std::size_t row : at) {
    points.x.push_back(all.x[row]);
    points.y.push_back(all.y[row]);
    points.k.push_back(all.k[row]);
  }
  session.node().frames().publish(rows_frame(session.engine(), "points", points));
}

void expect_centers(const KMeansModel& model, const std::vector<Plain::Center>& centers) {
  ASSERT_EQ(model.centers.count, centers.size());
  for (std::size_t c = 0; c < centers.size(); ++c) {
    EXPECT_NEAR(model.centers.number(c)[0], static_cast<double>(centers[c].x), 1e-10) << c;
    EXPECT_NEAR(model.centers.number(c)[1], static_cast<double>(centers[c].y), 1e-10) << c;
    EXPECT_EQ(model.centers.code(c)[0], centers[c].k) << c;
  }
}

TEST(KMeans, EachIterationIsLloyds) {
  const std::vector<std::size_t> begin = {0, 1, 2, 3, 12, 16, 7};
  Session session;
  publish_points(session, begin);
  Plain plain(make_rows(kRows));
  std::vector<Plain::Center> centers;
  for (const std::size_t row : begin) centers.push_back(plain.at(row));
  for (int most = 1; most <= 12; ++most) {
    const double before = plain.cost(centers);
    const std::size_t moved = plain.iterate(centers);
    const auto model = session.train(
        {{"k", "7"}, {"user_points", "points"}, {"max_iterations", std::to_string(most)}});
    expect_centers(*model, centers);
    const schema::Table& history = model->header.scoring_history;
    ASSERT_EQ(history.rows(), static_cast<std::size_t>(most) + 1);
    EXPECT_EQ(std::get<std::int64_t>(history.columns[4].cells.back()),
              static_cast<std::int64_t>(moved));
    EXPECT_NEAR(std::get<double>(history.columns[5].cells.back()), before, 1e-9 * before);
    EXPECT_NEAR(*model->header.training_metrics.find("tot_withinss"), plain.cost(centers),
                1e-9 * before);
  }
}

TEST(KMeans, TheTotalIsThatOfOneCluster) {
  Session session;
  Plain plain(make_rows(kRows));
  const std::vector<Plain::Center> one = {{0, 0, plain.mode()}};
  // Where x is missing it is its mean, so that the mean of all remains 0.
  const double expected = plain.cost(one);
  const auto model = session.train({{"k", "5"}});
  EXPECT_NEAR(*model->header.training_metrics.find("totss"), expected, 1e-9 * expected);
  const auto single = session.train({{"k", "1"}});
  EXPECT_NEAR(*single->header.training_metrics.find("tot_withinss"), expected, 1e-9 * expected);
  EXPECT_EQ(single->iterations, 2);
}

TEST(KMeans, MoreRowsThanAreSampledComeToTheSameClusters) {
  Session session;
  session.node().frames().publish(rows_frame(session.engine(), "many", make_rows(60'000)));
  Plain plain(make_rows(60'000));
  for (const char* init : {"PlusPlus", "Furthest"}) {
    const auto model = session.train(
        {{"k", "4"}, {"training_frame", "many"}, {"init", init}, {"max_iterations", "100"}});
    std::vector<Plain::Center> centers;
    for (std::size_t c = 0; c < 4; ++c)
      centers.push_back(
          {model->centers.number(c)[0], model->centers.number(c)[1], model->centers.code(c)[0]});
    plain.clusters.clear();
    plain.iterate(centers);
    EXPECT_EQ(plain.iterate(centers), 0U) << "these clusters are not final";
    // Four middles: what is left is the noise and the levels.
    EXPECT_LT(*model->header.training_metrics.find("tot_withinss"),
              0.5 * *model->header.training_metrics.find("totss"));
  }
}

TEST(KMeans, TheModelIsTheSameOnAnyThreadsAndNodesAndAfterBytes) {
  const schema::Form forms[] = {{{"k", "6"}, {"nfolds", "2"}},
                                {{"k", "5"}, {"init", "Random"}},
                                {{"k", "6"}, {"estimate_k", "true"}, {"standardize", "false"}}};
  for (const schema::Form& form : forms) {
    Session alone(1, 1);
    const auto first = alone.train(form);
    ASSERT_TRUE(first);
    EXPECT_EQ(algos::kmeans::algorithm().decode(first->encode())->encode(), first->encode());
    EXPECT_TRUE(first->is_sound());
    for (const auto& [nodes, threads] : {std::pair(1, 2), {1, 3}, {1, 8}, {3, 2}}) {
      Session session(nodes, threads);
      const auto model = session.train(form);
      EXPECT_EQ(model->header.checksum, first->header.checksum) << nodes << " " << threads;
      for (const char* figure : {"tot_withinss", "totss"}) {
        EXPECT_EQ(model->header.training_metrics.find(figure),
                  first->header.training_metrics.find(figure));
        EXPECT_EQ(model->header.cross_validation.metrics.find(figure),
                  first->header.cross_validation.metrics.find(figure));
      }
    }
  }
}

TEST(KMeans, GoesOnAfterALossToTheSameBits) {
  const schema::Form forms[] = {{{"k", "7"}, {"init", "Random"}, {"max_iterations", "30"}},
                                {{"k", "5"}, {"estimate_k", "true"}},
                                {{"k", "3"}, {"cluster_size_constraints", "[10, 2500, 3000]"}},
                                {{"k", "3"}, {"nfolds", "3"}}};
  for (const schema::Form& form : forms) {
    Session whole;
    const auto expected = whole.train(form)->encode_learnt();
    for (const int states : {1, 2, 4}) {
      EXPECT_EQ(neve::testing::learnt_after_loss(algos::kmeans::algorithm(), complete(form), states,
                                                 publish_rows),
                expected)
          << form[0].second << " " << form[1].second << " " << states;
    }
  }
}

TEST(KMeans, RowsOfTheOtherFoldsAloneTrainAFold) {
  Session session;
  const Rows rows = make_rows(kRows);
  frame::Frame frame = rows_frame(session.engine(), "folded", rows);
  std::vector<double> folds;
  for (std::size_t i = 0; i < kRows; ++i) folds.push_back(static_cast<double>(i % 2));
  neve::testing::add_column(frame, session.engine(), "fold", folds);
  session.node().frames().publish(frame);
  const auto model = session.train({{"k", "4"},
                                    {"training_frame", "folded"},
                                    {"fold_column", "fold"},
                                    {"max_iterations", "100"}});
  ASSERT_TRUE(model);
  Rows half;
  for (std::size_t i = 1; i < kRows; i += 2) {
    half.x.push_back(rows.x[i]);
    half.y.push_back(rows.y[i]);
    half.k.push_back(rows.k[i]);
  }
  const auto fold = session.model<KMeansModel>("model_cv_1");
  ASSERT_TRUE(fold);
  Plain plain(half);
  std::vector<Plain::Center> centers;
  for (std::size_t c = 0; c < 4; ++c)
    centers.push_back(
        {fold->centers.number(c)[0], fold->centers.number(c)[1], fold->centers.code(c)[0]});
  plain.iterate(centers);
  expect_centers(*fold, centers);
  EXPECT_EQ(model->header.cross_validation.metrics.clustering()->centroid_stats, std::nullopt);
}

TEST(KMeans, ACancelledTrainingLeavesNothing) {
  Session session;
  const auto job = session.models().train(
      session.check({{"k", "1500"}, {"max_iterations", "1000"}, {"init", "Random"}}));
  while (!job->snapshot().message.starts_with("Iteration") &&
         job->snapshot().status == job::Status::running)
    std::this_thread::yield();
  job->cancel();
  job->wait();
  EXPECT_EQ(job->snapshot().status, job::Status::cancelled);
  EXPECT_EQ(session.models().find("model"), nullptr);
}

}  // namespace

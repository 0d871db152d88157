#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "algos/glrm/session.hpp"
#include "algos/glrm/train.hpp"
#include "support/take_over.hpp"

namespace {

using namespace neve;
using namespace neve::testing::glrm;

const std::vector<schema::Form> kKinds = {
    {{"ignored_columns", "[\"k\"]"}, {"transform", "STANDARDIZE"}},
    {{"training_frame", "gaps"}, {"ignored_columns", "[\"k\"]"}, {"init", "SVD"}},
    {{"training_frame", "gaps"}, {"max_iterations", "6"}, {"init", "Random"}},
    {{"ignored_columns", "[\"k\"]"},
     {"regularization_x", "Simplex"},
     {"gamma_x", "1"},
     {"regularization_y", "L1"},
     {"gamma_y", "2"},
     {"max_iterations", "8"}},
    {{"training_frame", "gaps"},
     {"loss", "Huber"},
     {"multi_loss", "Ordinal"},
     {"regularization_y", "Quadratic"},
     {"gamma_y", "1"},
     {"max_iterations", "5"}}};

/// Objectives of the history: those of the rows come after those of A'A.
std::vector<double> objectives(const GlrmModel& model) {
  std::vector<double> made;
  for (const auto& cell : model.header.scoring_history.columns.back().cells)
    made.push_back(std::get<double>(cell));
  return made;
}

TEST(Glrm, MissingCellsOfAPlantedProductComeBack) {
  Session session;
  const auto model = session.train(
      {{"training_frame", "gaps"}, {"ignored_columns", "[\"k\"]"}, {"max_iterations", "400"}});
  EXPECT_LT(model->objective, 1e-4);
  std::vector<std::string> warnings;
  const frame::Frame told =
      session.models().predict(model, session.frame("gaps"), "told", nullptr, warnings);
  const auto truth = planted(kRows, 0);
  for (std::size_t j = 0; j < 5; ++j) {
    const auto values =
        neve::testing::values_of(session.engine(), told, "reconstr_n" + std::to_string(j));
    for (std::size_t i = 0; i < kRows; ++i) ASSERT_NEAR(values[i], truth[j][i], 2e-3) << i;
  }
}

TEST(Glrm, ObjectivesNeverRise) {
  Session session;
  std::vector<schema::Form> forms = kKinds;
  const auto rows = planted(kRows, 0);
  std::vector<std::vector<double>> counts(4);
  for (std::size_t i = 0; i < kRows; ++i) {
    counts[0].push_back(rows[0][i] > 0 ? 1 : 0);
    counts[1].push_back(rows[1][i] > 0 ? 1 : 0);
    counts[2].push_back(std::floor(std::exp(rows[3][i] + 1)));
    counts[3].push_back(rows[5][i]);
  }
  session.node().frames().publish(neve::testing::described_frame(
      session.engine(), "counts", {{"a", {}}, {"b", {"x", "y"}}, {"c", {}}, {"d", {"l", "m", "n"}}},
      counts));
  forms.push_back({{"training_frame", "counts"},
                   {"loss_by_col", "[\"Logistic\", \"Hinge\", \"Poisson\", \"Categorical\"]"},
                   {"max_iterations", "6"}});
  forms.push_back({{"loss", "Absolute"}, {"max_iterations", "5"}, {"ignored_columns", "[\"k\"]"}});
  forms.push_back({{"loss", "Periodic"}, {"period", "4"}, {"max_iterations", "5"}});
  for (const schema::Form& form : forms) {
    const auto model = session.train(form);
    ASSERT_TRUE(model);
    const auto values = objectives(*model);
    for (std::size_t i = 1; i < values.size(); ++i)
      EXPECT_LE(values[i], values[i - 1] * (1 + 1e-9) + 1e-9) << form[0].second << " " << i;
    EXPECT_LE(model->objective, values.back() * (1 + 1e-9) + 1e-9) << form[0].second;
    EXPECT_TRUE(model->is_sound());
    EXPECT_TRUE(model->output());
  }
}

TEST(Glrm, BitsDoNotDependOnThreadsOrNodes) {
  for (const schema::Form& form : kKinds) {
    Session one(1, 1);
    const auto expected = one.train(form)->encode_learnt();
    for (const int threads : {2, 3, 8})
      EXPECT_EQ(Session(1, threads).train(form)->encode_learnt(), expected) << threads;
    EXPECT_EQ(Session(3, 1).train(form)->encode_learnt(), expected);
  }
}

TEST(Glrm, AnotherNodeGoesOnToTheSameBits) {
  for (const std::size_t kind : {0U, 1U, 4U}) {
    const schema::Form form = complete(kKinds[kind]);
    const auto expected = Session().train(form)->encode_learnt();
    for (const int states : {1, 2}) {
      EXPECT_EQ(
          neve::testing::learnt_after_loss(algos::glrm::algorithm(), form, states, publish_rows),
          expected)
          << kind << " " << states;
    }
  }
}

/// With A = UΣV', the best product of rank k leaves Σ's other squares (Eckart and Young 1936), here
/// of a matrix whose columns are orthogonal.
TEST(Glrm, LeastSquaresLeaveTheSmallSingularValues) {
  Session session;
  constexpr std::size_t kCount = 64;
  const double lengths[4] = {5, 4, 2, 1};
  std::vector<std::vector<double>> columns(4);
  for (std::size_t i = 0; i < kCount; ++i) {
    for (std::size_t j = 0; j < 4; ++j)
      columns[j].push_back((i >> j & 1U) != 0 ? lengths[j] : -lengths[j]);
  }
  session.node().frames().publish(neve::testing::described_frame(
      session.engine(), "walsh", {{"a", {}}, {"b", {}}, {"c", {}}, {"d", {}}}, columns));
  for (const char* init : {"Random", "SVD", "PlusPlus"}) {
    const auto model =
        session.train({{"training_frame", "walsh"}, {"init", init}, {"recover_svd", "true"}});
    EXPECT_NEAR(model->objective, kCount * (2 * 2 + 1), 1e-5) << init;
    EXPECT_NEAR(model->components.singular_values[0], 5 * 8, 1e-6) << init;
    EXPECT_NEAR(model->components.singular_values[1], 4 * 8, 1e-6) << init;
  }
}

/// golden/ridge_als.py: numpy's least objective of many starts.
TEST(Glrm, RidgeObjectiveIsNumpys) {
  constexpr double kNumpys = 73.34339923671655;
  Session session;
  std::vector<std::vector<double>> columns(6);
  for (int i = 0; i < 60; ++i) {
    for (int j = 0; j < 6; ++j) {
      const double value = (i * 37 + j * 101 + i * j * 13) % 97 / 97.0 + i % 5 * (j % 3) - 1.5;
      columns[static_cast<std::size_t>(j)].push_back(
          (i * 7 + j * 3) % 11 == 0 ? frame::kMissingDouble : value);
    }
  }
  session.node().frames().publish(neve::testing::described_frame(
      session.engine(), "ridge", {{"a", {}}, {"b", {}}, {"c", {}}, {"d", {}}, {"e", {}}, {"f", {}}},
      columns));
  for (const char* init : {"PlusPlus", "SVD", "Random"}) {
    const auto model = session.train({{"training_frame", "ridge"},
                                      {"regularization_x", "Quadratic"},
                                      {"regularization_y", "Quadratic"},
                                      {"gamma_x", "0.5"},
                                      {"gamma_y", "0.5"},
                                      {"init", init}});
    EXPECT_NEAR(model->objective, kNumpys, 1e-4 * kNumpys) << init;
    EXPECT_GE(model->objective, kNumpys * (1 - 1e-9)) << init;
  }
}

TEST(Glrm, TheUsersFactorsAreTheStart) {
  Session session;
  const auto rows = planted(kRows, 0);
  session.node().frames().publish(neve::testing::described_frame(
      session.engine(), "y", {{"a", {}}, {"b", {}}, {"c", {}}, {"d", {}}, {"e", {}}},
      {{1, 0.5}, {-2, 1}, {0.5, 2}, {3, -1}, {1, 1.5}}));
  session.node().frames().publish(neve::testing::described_frame(
      session.engine(), "x", {{"a", {}}, {"b", {}}}, {rows[0], rows[1]}));
  for (const char* given : {"user_y", "user_x"}) {
    const auto model = session.train({{"ignored_columns", "[\"k\"]"},
                                      {"init", "User"},
                                      {given, std::string(given) == "user_y" ? "y" : "x"},
                                      {"max_iterations", "1"}});
    EXPECT_LT(model->objective, 1e-18) << given;
  }
  EXPECT_NE(session.failure({{"ignored_columns", "[\"k\"]"}, {"init", "User"}, {"user_y", "x"}})
                .find("rows"),
            std::string::npos);
}

TEST(Glrm, WhatIsAskedForMustMakeSense) {
  Session session;
  for (const schema::Form& form :
       {schema::Form{{"k", "0"}},
        {{"k", "9"}},
        {{"loss", "Categorical"}},
        {{"multi_loss", "Quadratic"}},
        {{"init", "User"}},
        {{"user_y", "full"}, {"init", "SVD"}},
        {{"gamma_x", "-1"}},
        {{"min_step_size", "2"}},
        {{"loss_by_col", "[\"Huber\"]"}},
        {{"loss_by_col_idx", "[1]"}},
        {{"loss_by_col", "[\"Huber\"]"}, {"loss_by_col_idx", "[6]"}},
        {{"loss_by_col", "[\"Huber\"]"}, {"loss_by_col_idx", "[5]"}},
        {{"loss_by_col", "[\"Ordinal\"]"}, {"loss_by_col_idx", "[0]"}}}) {
    EXPECT_EQ(session.check(form).errors(), 1) << form[0].first << " " << form[0].second;
  }
  EXPECT_NE(session.failure({{"loss", "Poisson"}}).find("negative"), std::string::npos);
  EXPECT_NE(session.failure({{"loss", "Logistic"}}).find("0 and 1"), std::string::npos);
}

TEST(Glrm, ACancelledTrainingLeavesNoModel) {
  Session session;
  const auto job = session.models().train(
      session.check({{"training_frame", "gaps"}, {"loss", "Absolute"}, {"k", "4"}}));
  job->cancel();
  job->wait();
  EXPECT_EQ(job->snapshot().status, job::Status::cancelled);
  EXPECT_EQ(session.models().find("model"), nullptr);
}

}  // namespace

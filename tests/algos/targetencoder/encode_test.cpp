#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <optional>

#include "algos/targetencoder/session.hpp"

namespace {

using namespace neve;
using namespace neve::algos::targetencoder;
using namespace neve::testing::targetencoder;
using neve::testing::values_of;
using neve::testing::with;

/// Encodings row by row from all other rows: what the definitions say, and nothing more.
struct Plain {
  std::vector<double> level;     ///< of each row; NaN-free, -1 missing
  std::vector<double> response;  ///< NaN where missing
  std::vector<double> fold;
  std::optional<std::pair<double, double>> blending = std::nullopt;

  [[nodiscard]] double prior() const {
    return mean([](std::size_t) { return true; }).value();
  }
  using Takes = std::function<bool(std::size_t)>;
  [[nodiscard]] std::optional<double> mean(const Takes& takes) const {
    double rows = 0;
    double sum = 0;
    for (std::size_t i = 0; i < level.size(); ++i) {
      if (std::isnan(response[i]) || !takes(i)) continue;
      ++rows;
      sum += response[i];
    }
    if (rows == 0) return std::nullopt;
    const double own = sum / rows;
    if (!blending) return own;
    const double all = Plain{level, response, fold}.prior();
    const double share = 1 / (1 + std::exp((blending->first - rows) / blending->second));
    return share * own + (1 - share) * all;
  }
  [[nodiscard]] double none(std::size_t row) const {
    return mean([&](std::size_t i) { return level[i] == level[row]; }).value_or(plain_prior());
  }
  [[nodiscard]] double leave_one_out(std::size_t row) const {
    return mean([&](std::size_t i) { return level[i] == level[row] && i != row; })
        .value_or(plain_prior());
  }
  [[nodiscard]] double k_fold(std::size_t row) const {
    return mean([&](std::size_t i) { return level[i] == level[row] && fold[i] != fold[row]; })
        .value_or(plain_prior());
  }
  [[nodiscard]] double plain_prior() const { return Plain{level, response, fold}.prior(); }
};

/// 1 where the class is `of`, NaN where it is missing.
std::vector<double> indicator(const std::vector<double>& codes, double of) {
  std::vector<double> made;
  for (const double code : codes)
    made.push_back(code < 0 ? frame::kMissingDouble : (code == of ? 1 : 0));
  return made;
}

struct Expected {
  std::string column;
  Plain plain;
};

/// Encoded columns of a, b and both together for a response.
std::vector<Expected> expected_of(const Rows& rows, const std::string& response) {
  std::vector<std::pair<std::string, std::vector<double>>> targets;
  if (response == "two") targets = {{"", indicator(rows.two, 1)}};
  if (response == "three")
    targets = {{"_Class_2", indicator(rows.three, 1)}, {"_Class_3", indicator(rows.three, 2)}};
  if (response == "y") targets = {{"", rows.y}};
  std::vector<double> both;
  for (std::size_t i = 0; i < rows.a.size(); ++i) both.push_back(100 * rows.a[i] + rows.b[i]);
  std::vector<Expected> expected;
  for (const auto& [name, levels] :
       {std::pair<std::string, std::vector<double>>{"a", rows.a}, {"b", rows.b}, {"a:b", both}}) {
    for (const auto& [suffix, values] : targets)
      expected.push_back({name + suffix + "_te", {levels, values, rows.fold}});
  }
  return expected;
}

constexpr const char* kGroups = R"([["a"],["b"],["a","b"]])";

TEST(TargetEncoder, EncodingsAreMeansOfTheRowsThatTheStrategyAllows) {
  const Rows rows = make_rows(kRows);
  Session session;
  for (const char* response : {"two", "three", "y"}) {
    for (const char* strategy : {"None", "LeaveOneOut", "KFold"}) {
      for (const char* blending : {"false", "true"}) {
        const auto model = session.train(response, {{"columns_to_encode", kGroups},
                                                    {"data_leakage_handling", strategy},
                                                    {"fold_column", "fold"},
                                                    {"blending", blending},
                                                    {"inflection_point", "15"},
                                                    {"smoothing", "6"},
                                                    {"noise", "0"}});
        ASSERT_TRUE(model);
        const frame::Frame encoded = session.transform(*model, "tr", true);
        const frame::Frame as_new = session.transform(*model, "tr");
        for (Expected& of : expected_of(rows, response)) {
          if (blending[0] == 't') of.plain.blending = {15, 6};
          const auto values = values_of(session.engine(), encoded, of.column);
          const auto new_values = values_of(session.engine(), as_new, of.column);
          // Each row looks at all others.
          for (std::size_t row = 0; row < kRows; row += 13) {
            const double expected = strategy[0] == 'N'   ? of.plain.none(row)
                                    : strategy[0] == 'L' ? of.plain.leave_one_out(row)
                                                         : of.plain.k_fold(row);
            ASSERT_NEAR(values[row], expected, 1e-11 * (1 + std::abs(expected)))
                << response << strategy << blending << of.column << row;
            ASSERT_NEAR(new_values[row], of.plain.none(row), 1e-11 * (1 + std::abs(expected)));
          }
        }
      }
    }
  }
}

/// Levels that training did not see are as missing ones where it saw such, and as all rows
/// elsewhere.
TEST(TargetEncoder, UnseenLevelsAndMissingOnes) {
  Session session;
  const auto model = session.train("y", {{"columns_to_encode", kGroups}, {"noise", "0"}});
  session.node().frames().publish(neve::testing::described_frame(
      session.engine(), "new",
      {{"b", {"b9", "b1", "b0", "b2", "b3", "b4"}}, {"a", {"other", "a2", "a0", "a1"}}},
      {{0, 1, 1, -1}, {1, 0, -1, 2}}));
  const frame::Frame encoded = session.transform(*model, "new");
  const Rows rows = make_rows(kRows);
  const auto expected = expected_of(rows, "y");
  const auto level = [&](std::size_t of, double code) {
    const Plain& plain = expected[of].plain;
    return plain.mean([&](std::size_t i) { return plain.level[i] == code; }).value();
  };
  const double prior = expected[0].plain.prior();
  const auto a = values_of(session.engine(), encoded, "a_te");
  const auto b = values_of(session.engine(), encoded, "b_te");
  const auto both = values_of(session.engine(), encoded, "a:b_te");
  const auto check = [](const std::vector<double>& got, const std::vector<double>& want) {
    ASSERT_EQ(got.size(), want.size());
    for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], want[i], 1e-10) << i;
  };
  // a had missing values in training, b had none.
  check(a, {level(0, 2), level(0, -1), level(0, -1), level(0, 0)});
  check(b, {prior, level(1, 1), level(1, 1), prior});
  check(both, {prior, prior, level(2, -100 + 1), prior});
  // Missing values of columns that are encoded by themselves are a level now.
  EXPECT_EQ(encoded.column(encoded.require("a")).domain->back(), "a_NA");
  EXPECT_EQ(values_of(session.engine(), encoded, "a"), (std::vector<double>{1, 0, 4, 2}));
}

TEST(TargetEncoder, FoldsThatTrainingDidNotSeeAreEncodedAsAllRows) {
  Session session;
  const auto model = session.train(
      "two", {{"data_leakage_handling", "KFold"}, {"fold_column", "fold"}, {"noise", "0"}});
  session.node().frames().publish(neve::testing::described_frame(
      session.engine(), "new", {{"a", kA}, {"fold", {}}}, {{0, 1}, {7, frame::kMissingDouble}}));
  const double prior = expected_of(make_rows(kRows), "two")[0].plain.prior();
  for (const double value :
       values_of(session.engine(), session.transform(*model, "new", true), "a_te"))
    EXPECT_DOUBLE_EQ(value, prior);
}

TEST(TargetEncoder, NoiseIsUniformAndRepeatable) {
  Session session;
  const auto quiet = session.train("y", {{"noise", "0"}});
  const auto noisy = session.train("y", {{"noise", "0.25"}});
  const auto base = values_of(session.engine(), session.transform(*quiet, "tr"), "a_te");
  const frame::Frame encoded = session.transform(*noisy, "tr");
  const auto values = values_of(session.engine(), encoded, "a_te");
  EXPECT_EQ(values, values_of(session.engine(), session.transform(*noisy, "tr"), "a_te"));
  double sum = 0;
  double squares = 0;
  for (std::size_t i = 0; i < kRows; ++i) {
    const double off = values[i] - base[i];
    ASSERT_LE(std::abs(off), 0.25);
    sum += off;
    squares += off * off;
  }
  const double variance = 0.25 * 0.25 / 3;
  EXPECT_NEAR(sum / kRows, 0, 4 * std::sqrt(variance / kRows));
  EXPECT_NEAR(squares / kRows, variance, 0.1 * variance);
  // Left to the response, it is a hundredth of its range.
  const auto automatic = session.train("y", {{"noise", "-1"}});
  const auto y = make_rows(kRows).y;
  double low = 1e9;
  double high = -1e9;
  for (const double value : y) {
    if (std::isnan(value)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  const auto little = values_of(session.engine(), session.transform(*automatic, "tr"), "a_te");
  double most = 0;
  for (std::size_t i = 0; i < kRows; ++i) most = std::max(most, std::abs(little[i] - base[i]));
  EXPECT_LE(most, 0.01 * (high - low));
  EXPECT_GT(most, 0.0095 * (high - low));
}

TEST(TargetEncoder, ColumnsComeInH2OsOrder) {
  Session session;
  const auto kept = session.train("two", {{"fold_column", "fold"}});
  EXPECT_EQ(session.transform(*kept, "tr").names,
            (std::vector<std::string>{"x", "a_te", "b_te", "a", "b", "three", "y", "fold", "two"}));
  const auto dropped = session.train("two", {{"columns_to_encode", R"([["b","a"]])"},
                                             {"keep_original_categorical_columns", "false"}});
  EXPECT_EQ(session.transform(*dropped, "tr").names,
            (std::vector<std::string>{"b:a_te", "x", "fold", "three", "y", "two"}));
}

TEST(TargetEncoder, FramesWithoutItsColumnsStayAsTheyAre) {
  Session session;
  const auto model = session.train("two", {{"columns_to_encode", R"([["a","b"],["b"]])"}});
  session.node().frames().publish(
      neve::testing::described_frame(session.engine(), "other", {{"a", kA}}, {{0, 1}}));
  EXPECT_EQ(session.transform(*model, "other").key, "other");
  session.node().frames().publish(
      neve::testing::described_frame(session.engine(), "other", {{"b", kB}}, {{0, 1}}));
  EXPECT_EQ(session.transform(*model, "other").names, (std::vector<std::string>{"b_te", "b"}));
}

TEST(TargetEncoder, IsTheSameOnAnyThreadsAndNodes) {
  const schema::Form form = {{"columns_to_encode", kGroups},
                             {"data_leakage_handling", "KFold"},
                             {"fold_column", "fold"},
                             {"noise", "0.1"}};
  Session one(1, 1);
  const auto first = one.train("y", form);
  const auto encoded = values_of(one.engine(), one.transform(*first, "tr", true), "a:b_te");
  for (const auto& [nodes, threads] : {std::pair(1, 2), {1, 3}, {1, 8}, {3, 2}}) {
    Session session(nodes, threads);
    const auto model = session.train("y", form);
    EXPECT_EQ(model->encode_learnt(), first->encode_learnt()) << nodes << " " << threads;
    EXPECT_EQ(values_of(session.engine(), session.transform(*model, "tr", true), "a:b_te"),
              encoded);
  }
}

TEST(TargetEncoder, PredictionsAreTheEncodedFrameAndHaveNoMetrics) {
  Session session;
  const auto model = session.train("two", {});
  std::vector<std::string> warnings;
  const frame::Frame predicted =
      session.models().predict(model, session.frame("tr"), "p", nullptr, warnings);
  const frame::Frame encoded = session.transform(*model, "tr");
  EXPECT_EQ(predicted.names, encoded.names);
  EXPECT_EQ(values_of(session.engine(), predicted, "b_te"),
            values_of(session.engine(), encoded, "b_te"));
  EXPECT_FALSE(session.models().performance(model, session.frame("tr"), nullptr, warnings));
  const auto again = algorithm().decode(model->encode());
  EXPECT_EQ(again->encode_learnt(), model->encode_learnt());
  EXPECT_TRUE(again->is_sound());
  TargetEncoderModel broken = *model;
  broken.groups[0].cells.counts.pop_back();
  EXPECT_FALSE(broken.is_sound());
}

TEST(TargetEncoder, BadInputIsNamed) {
  Session session;
  const std::vector<std::pair<schema::Form, std::string>> refused = {
      {{{"data_leakage_handling", "KFold"}}, "fold_column"},
      {{{"fold_column", "none"}}, "fold_column"},
      {{{"columns_to_encode", R"([["x"]])"}}, "columns_to_encode"},
      {{{"columns_to_encode", R"([["none"]])"}}, "columns_to_encode"},
      {{{"columns_to_encode", R"([["y"]])"}}, "columns_to_encode"},
      {{{"columns_to_encode", R"([["a","a"]])"}}, "columns_to_encode"},
      {{{"columns_to_encode", R"([[]])"}}, "columns_to_encode"},
      {{{"blending", "true"}, {"smoothing", "0"}}, "smoothing"},
      {{{"noise", "-3"}}, "noise"}};
  for (const auto& [form, field] : refused) {
    const auto build = session.check_form(complete("two", form));
    ASSERT_EQ(build.errors(), 1) << field << form[0].second;
    const auto error = std::ranges::find(build.messages, model::Message::Kind::error,
                                         [](const auto& message) { return message.kind; });
    EXPECT_EQ(error->field, field);
  }
}

TEST(TargetEncoder, TrainingRowsNeedTheirResponseAndFold) {
  Session session;
  session.node().frames().publish(
      neve::testing::described_frame(session.engine(), "bare", {{"a", kA}}, {{0, 1}}));
  const auto one_out = session.train("two", {{"data_leakage_handling", "LeaveOneOut"}});
  EXPECT_THROW((void)session.transform(*one_out, "bare", true), InputError);
  EXPECT_EQ(session.transform(*one_out, "bare").names, (std::vector<std::string>{"a_te", "a"}));
  const auto folds =
      session.train("two", {{"data_leakage_handling", "KFold"}, {"fold_column", "fold"}});
  EXPECT_THROW((void)session.transform(*folds, "bare", true), InputError);
  // A name that is taken.
  session.node().frames().publish(neve::testing::described_frame(
      session.engine(), "bare", {{"a", kA}, {"a_te", {}}}, {{0, 1}, {0, 1}}));
  EXPECT_THROW((void)session.transform(*folds, "bare"), InputError);
}

TEST(TargetEncoder, OddDataIsEncodedOrRefused) {
  Session session;
  const auto train = [&](const std::vector<double>& a, const std::vector<double>& y,
                         const std::string& response) {
    session.node().frames().publish(neve::testing::described_frame(
        session.engine(), "tr", {{"a", {"l"}}, {"y", {}}, {"one", {"only"}}},
        {a, y, std::vector<double>(y.size(), 0)}));
    const auto build = session.check_form({{"training_frame", "tr"},
                                           {"model_id", "odd"},
                                           {"response_column", response},
                                           {"noise", "0"}});
    if (build.errors() > 0) return std::string("refused");
    const auto job = session.models().train(build);
    job->wait();
    return job->snapshot().exception;
  };
  const double nan = frame::kMissingDouble;
  EXPECT_NE(train({0, 0}, {nan, nan}, "y"), "");
  EXPECT_EQ(train({0, 0}, {1, 2}, "one"), "refused");
  EXPECT_EQ(train({-1, -1}, {1, 2}, "y"), "");
  const auto model = session.model<TargetEncoderModel>("odd");
  EXPECT_EQ(values_of(session.engine(), session.transform(*model, "tr"), "a_te"),
            (std::vector<double>{1.5, 1.5}));
}

}  // namespace

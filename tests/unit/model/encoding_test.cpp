// Every categorical_encoding, against values computed by hand.
#include "model/encoding.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <neve/base/error.hpp>
#include <neve/model/models.hpp>
#include <neve/model/score.hpp>

#include "mr/api/compute_node.hpp"
#include "munge/api/tasks.hpp"
#include "support/described_frame.hpp"

namespace neve::model {
namespace {

using neve::testing::Levels;
using Values = std::vector<double>;
using Scheme = CategoricalEncoding;

const double kNone = frame::kMissingDouble;
constexpr std::int64_t kMemory = std::int64_t{1} << 30U;

/// Missing values as -99, so that they compare.
Values plain(Values values) {
  for (double& value : values) value = std::isnan(value) ? -99 : value;
  return values;
}

class Session {
 public:
  explicit Session(int nodes = 1, int threads = 2)
      : cluster_(nodes, threads, kMemory, all_tasks()) {}
  mr::Engine& engine() { return cluster_.node(0).engine(); }
  /// Columns "x", "C" (of these levels) and "y".
  frame::Frame frame(const Values& x, const Values& codes, const Levels& levels, const Values& y) {
    return neve::testing::described_frame(engine(), "frame", {{"x", {}}, {"C", levels}, {"y", {}}},
                                          {x, codes, y});
  }
  ColumnRoles roles(const EncodingOrder& order, const frame::Frame& frame,
                    const std::string& weights = "") {
    ColumnRoles roles;
    roles.predictors = {"C", "x"};
    roles.types = {frame::ColumnType::categorical, frame::ColumnType::numeric};
    roles.domains = {frame.column(frame.require("C")).domain, nullptr};
    roles.response = "y";
    roles.weights = weights;
    encode_roles(engine(), order, frame, roles, nullptr);
    return roles;
  }
  /// What the model's columns hold of a frame.
  std::vector<Values> read(const ColumnRoles& roles, const frame::Frame& frame) {
    const Dataset data = with_encoded_columns(engine(), roles, adapt(roles, frame, false), nullptr);
    std::vector<Values> columns;
    for (const std::int32_t at : data.predictors) {
      columns.emplace_back();
      if (at < 0) continue;
      const ColumnId id = data.inputs.columns[static_cast<std::size_t>(at)];
      for (std::int32_t g = 0; g < frame.layout->groups(); ++g) {
        Values part(static_cast<std::size_t>(frame.layout->rows_of(GroupIndex(g))));
        engine().chunk(*frame.layout, id, GroupIndex(g)).decode(0, part);
        columns.back().insert(columns.back().end(), part.begin(), part.end());
      }
      columns.back() = plain(columns.back());
    }
    return columns;
  }

 private:
  static mr::TaskList all_tasks() {
    mr::TaskList all = tasks();
    std::ranges::copy(munge::tasks(), std::back_inserter(all));
    return all;
  }
  mr::LocalCluster cluster_;
};

/// Levels a, b and c in training; d, c, a and e where the model is applied.
class Encodings : public ::testing::Test {
 protected:
  Session session_;
  frame::Frame training_ =
      session_.frame({5, 6, 7, 8, 9}, {1, 0, 2, -1, 1}, {"a", "b", "c"}, {1, 2, 3, 4, 6});
  frame::Frame other_ =
      session_.frame({1, 2, 3, 4, 5}, {0, 1, 2, 3, -1}, {"d", "c", "a", "e"}, Values(5));
};

TEST_F(Encodings, OneHotExplicit) {
  const ColumnRoles roles = session_.roles({.scheme = Scheme::one_hot_explicit}, training_);
  EXPECT_EQ(roles.predictors, (Levels{"x", "C.a", "C.b", "C.c", "C.missing(NA)"}));
  EXPECT_EQ(roles.encoding.names, (Levels{"C", "x"}));
  EXPECT_EQ(
      session_.read(roles, training_),
      (std::vector<Values>{
          {5, 6, 7, 8, 9}, {0, 1, 0, 0, 0}, {1, 0, 0, 0, 1}, {0, 0, 1, 0, 0}, {0, 0, 0, 1, 0}}));
  EXPECT_EQ(
      session_.read(roles, other_),
      (std::vector<Values>{
          {1, 2, 3, 4, 5}, {0, 0, 1, 0, 0}, {0, 0, 0, 0, 0}, {0, 1, 0, 0, 0}, {0, 0, 0, 0, 1}}));
}

TEST_F(Encodings, Binary) {
  const ColumnRoles roles = session_.roles({.scheme = Scheme::binary}, training_);
  // Three levels and "missing" are two digits: b is 2, a is 1, c is 3.
  EXPECT_EQ(roles.predictors, (Levels{"x", "C:0", "C:1"}));
  EXPECT_EQ(session_.read(roles, training_),
            (std::vector<Values>{{5, 6, 7, 8, 9}, {0, 1, 1, 0, 0}, {1, 0, 1, 0, 1}}));
  // Unseen d and e go on as 4 and 5, of which two digits are left.
  EXPECT_EQ(session_.read(roles, other_),
            (std::vector<Values>{{1, 2, 3, 4, 5}, {0, 1, 1, 1, 0}, {0, 1, 0, 0, 0}}));
}

TEST_F(Encodings, LabelEncoder) {
  const ColumnRoles roles = session_.roles({.scheme = Scheme::label_encoder}, training_);
  EXPECT_EQ(roles.predictors, (Levels{"C", "x"}));
  EXPECT_EQ(roles.types[0], frame::ColumnType::numeric);
  EXPECT_EQ(session_.read(roles, training_)[0], (Values{1, 0, 2, -99, 1}));
  EXPECT_EQ(session_.read(roles, other_)[0], (Values{3, 2, 0, 4, -99}));
}

TEST_F(Encodings, LabelEncoderTakesNumbersInLevelsForWhatTheySay) {
  const auto training = session_.frame(Values(4), {0, 1, 2, -1}, {"-3", "10", "+7"}, Values(4));
  const auto other = session_.frame(Values(3), {0, 1, 2}, {"10", "12", "many"}, Values(3));
  const ColumnRoles roles = session_.roles({.scheme = Scheme::label_encoder}, training);
  EXPECT_EQ(session_.read(roles, training)[0], (Values{-3, 10, 7, -99}));
  EXPECT_EQ(session_.read(roles, other)[0], (Values{10, 12, -99}));
}

TEST_F(Encodings, Eigen) {
  const ColumnRoles roles = session_.roles({.scheme = Scheme::eigen}, training_);
  EXPECT_EQ(roles.predictors, (Levels{"C.Eigen", "x"}));
  const Values column = session_.read(roles, training_)[0];
  // Rows of a, b and c: 1, 2 and 1 of 4. The vector has length 1, is an eigenvector of
  // I - s s' for the eigenvalue 1, that is orthogonal to s, and comes from the codes.
  const Values roots = {0.5, std::sqrt(0.5), 0.5};
  const double along = roots[1] + 2 * roots[2];
  Values expected;
  double squares = 0;
  for (std::size_t level = 0; level < 3; ++level) {
    expected.push_back(static_cast<double>(level) - roots[level] * along);
    squares += expected.back() * expected.back();
  }
  for (double& value : expected) value /= std::sqrt(squares);
  EXPECT_NEAR(expected[0] * roots[0] + expected[1] * roots[1] + expected[2] * roots[2], 0, 1e-12);
  const std::vector<int> levels = {1, 0, 2, -1, 1};
  for (std::size_t row = 0; row < levels.size(); ++row) {
    EXPECT_NEAR(column[row],
                levels[row] < 0 ? -99 : expected[static_cast<std::size_t>(levels[row])], 1e-7);
  }
  const Values other = session_.read(roles, other_)[0];
  EXPECT_EQ(other, (Values{-99, column[2], column[1], -99, -99}));
}

TEST_F(Encodings, EnumLimitedKeepsTheMostFrequentLevels) {
  // Rows: a 1, b 3, c 2, d 2; e none.
  const Values codes = {0, 1, 1, 1, 2, 2, 3, 3, -1};
  const Levels levels = {"a", "b", "c", "d", "e"};
  const auto training = session_.frame(Values(9), codes, levels, Values(9));
  const auto most = [&](std::int32_t count) {
    return session_.roles({.scheme = Scheme::enum_limited, .most_levels = count}, training);
  };
  const ColumnRoles two = most(2);
  EXPECT_EQ(two.predictors, (Levels{"C.top_2_levels", "x"}));
  EXPECT_EQ(*two.domains[0], (Levels{"b", "c", "other"}));
  EXPECT_EQ(session_.read(two, training)[0], (Values{2, 0, 0, 0, 1, 1, 2, 2, -99}));
  EXPECT_EQ(session_.read(two, other_)[0], (Values{2, 1, 2, 2, -99}));
  // A level of one row has none of its own, whatever the limit.
  EXPECT_EQ(*most(4).domains[0], (Levels{"b", "c", "d", "other"}));
  // Few levels stay as they are.
  EXPECT_EQ(most(5).predictors, (Levels{"C", "x"}));
  EXPECT_EQ(session_.read(most(5), training)[0], plain(Values{0, 1, 1, 1, 2, 2, 3, 3, kNone}));
}

TEST_F(Encodings, SortByResponseOrdersLevelsByMean) {
  // Means: a 2, b (1 + 6) / 2, c 3.
  const ColumnRoles roles = session_.roles({.scheme = Scheme::sort_by_response}, training_);
  EXPECT_EQ(roles.predictors, (Levels{"C", "x"}));
  EXPECT_EQ(*roles.domains[0], (Levels{"a", "c", "b"}));
  EXPECT_EQ(session_.read(roles, training_)[0], (Values{2, 0, 1, -99, 2}));
  EXPECT_EQ(session_.read(roles, other_)[0], (Values{3, 1, 0, 3, -99}));
  const ColumnRoles few =
      session_.roles({.scheme = Scheme::sort_by_response, .unsorted = 3}, training_);
  EXPECT_EQ(*few.domains[0], (Levels{"a", "b", "c"}));
  // Weighted by x, b has (5 + 54) / 14.
  const auto weighted =
      session_.frame({1, 1, 1, 1, 9}, {1, 0, 2, -1, 1}, {"a", "b", "c"}, {9, 4, 2, 4, 1});
  EXPECT_EQ(*session_.roles({.scheme = Scheme::sort_by_response}, weighted, "x").domains[0],
            (Levels{"b", "c", "a"}));
}

TEST_F(Encodings, OthersLeaveColumnsAlone) {
  for (const Scheme scheme : {Scheme::automatic, Scheme::enumeration, Scheme::one_hot_internal}) {
    const ColumnRoles roles = session_.roles({.scheme = scheme}, training_);
    EXPECT_EQ(roles.predictors, (Levels{"C", "x"}));
    EXPECT_TRUE(roles.encoding.names.empty());
    EXPECT_TRUE(adapt(roles, training_, false).levels[0].is_plain());
  }
}

TEST_F(Encodings, AColumnThatAFrameLacksIsMissing) {
  frame::Frame without = other_;
  without.names[1] = "another";
  const ColumnRoles roles = session_.roles({.scheme = Scheme::one_hot_explicit}, training_);
  const Dataset data = adapt(roles, without, false);
  ASSERT_EQ(data.warnings.size(), 1U);
  EXPECT_NE(data.warnings[0].find("missing column 'C'"), std::string::npos);
  ScorePlan plan{.predictors = data.predictors, .levels = data.levels, .types = roles.types};
  const mr::RowGroup group{GroupIndex(0), 0, 1, {}};
  plan.predictors[0] = -1;  // x, which this group has no chunk of
  BlockReader reader(group, plan);
  const ScoreBlock& block = reader.read(0);
  EXPECT_TRUE(std::isnan(block.numbers[0][0]));
  for (std::size_t c = 1; c < 5; ++c) EXPECT_EQ(block.numbers[c][0], c == 4 ? 1 : 0);
}

TEST_F(Encodings, PickedRowsAreReadAsAmongAllRows) {
  Values x;
  Values codes;
  for (int i = 0; i < 5000; ++i) {
    x.push_back(i * 0.5);
    codes.push_back(i % 4 - 1);
  }
  frame::Frame frame = session_.frame(x, codes, {"a", "b", "c"}, x);
  const ColumnRoles roles = session_.roles({.scheme = Scheme::one_hot_explicit}, frame);
  const Dataset data = adapt(roles, frame, false);
  const auto rows = static_cast<std::size_t>(frame.layout->rows_of(GroupIndex(0)));
  std::vector<frame::Chunk> chunks;
  for (const ColumnId id : data.inputs.columns)
    chunks.push_back(session_.engine().chunk(*frame.layout, id, GroupIndex(0)));
  const mr::RowGroup group{GroupIndex(0), 0, static_cast<std::int64_t>(rows), chunks};
  const ScorePlan plan{.predictors = data.predictors, .levels = data.levels, .types = roles.types};
  PickedRows picked;
  for (std::size_t row = 0; row < rows; ++row) {
    const bool in_a_gap = row > 200 && row < 700;
    if (row % 3 == 1 && !in_a_gap) picked.push_back(static_cast<std::uint16_t>(row));
  }
  BlockReader reader(group, plan, &picked);
  ASSERT_EQ(reader.rows(), std::ssize(picked));
  std::size_t place = 0;
  while (place < picked.size()) {
    const ScoreBlock& block = reader.read(static_cast<std::int64_t>(place));
    for (std::size_t i = 0; i < block.rows; ++i, ++place) {
      const std::size_t row = picked[place];
      ASSERT_EQ(block.numbers[0][i], x[row]);
      for (std::size_t level = 0; level < 3; ++level)
        ASSERT_EQ(block.numbers[1 + level][i], codes[row] == static_cast<double>(level) ? 1 : 0);
    }
  }
  PickedRows none;
  EXPECT_EQ(BlockReader(group, plan, &none).rows(), 0);
}

TEST_F(Encodings, NamesStayUnique) {
  frame::Frame frame = training_;
  frame.names[0] = "C.a";
  ColumnRoles roles;
  roles.predictors = {"C.a", "C"};
  roles.types = {frame::ColumnType::numeric, frame::ColumnType::categorical};
  roles.domains = {nullptr, frame.columns[1].domain};
  encode_roles(session_.engine(), {.scheme = Scheme::one_hot_explicit}, frame, roles, nullptr);
  EXPECT_EQ(roles.predictors, (Levels{"C.a", "C.a0", "C.b", "C.c", "C.missing(NA)"}));
}

TEST_F(Encodings, TooManyPredictorsAreRefused) {
  Levels levels;
  for (int i = 0; i < 120'000; ++i) levels.push_back("level " + std::to_string(i));
  const auto frame = session_.frame({1, 2}, {0, 119'999}, levels, {1, 2});
  try {
    session_.roles({.scheme = Scheme::one_hot_explicit}, frame);
    FAIL() << "no refusal";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("120000 levels"), std::string::npos) << error.what();
  }
  EXPECT_EQ(session_.roles({.scheme = Scheme::binary}, frame).predictors.size(), 18U);
}

TEST_F(Encodings, ForgedOnesAreNotSound) {
  for (const Scheme scheme : {Scheme::one_hot_explicit, Scheme::binary, Scheme::eigen,
                              Scheme::label_encoder, Scheme::enum_limited}) {
    const ColumnRoles roles = session_.roles({.scheme = scheme, .most_levels = 2}, training_);
    EXPECT_TRUE(is_sound_encoding(roles));
    const std::vector<void (*)(ColumnRoles&)> forgeries = {
        [](ColumnRoles& r) { r.encoding.predictors.pop_back(); },
        [](ColumnRoles& r) { r.encoding.predictors[0].source = 7; },
        [](ColumnRoles& r) { r.encoding.predictors[0].form = static_cast<EncodedForm>(77); },
        [](ColumnRoles& r) { r.encoding.domains[0] = nullptr; },
        [](ColumnRoles& r) { r.encoding.types.pop_back(); }};
    for (const auto forge : forgeries) {
      ColumnRoles forged = roles;
      forge(forged);
      EXPECT_FALSE(is_sound_encoding(forged)) << schema::enum_text(scheme);
    }
    for (Encoded each : roles.encoding.predictors) {
      ColumnRoles forged = roles;
      forged.encoding.predictors.assign(roles.encoding.predictors.size(), each);
      for (Encoded& other : forged.encoding.predictors) {
        other.which = 99;
        other.numbers.resize(1);
        other.groups.assign(4, 99);
      }
      const bool reads_none = each.form == EncodedForm::whole || each.form == EncodedForm::code;
      if (reads_none) continue;
      EXPECT_FALSE(is_sound_encoding(forged)) << schema::enum_text(scheme);
    }
  }
}

TEST(EncodingsOfMany, AreTheSameOnAnyThreadsAndNodes) {
  Values x;
  Values codes;
  Values y;
  Levels levels;
  for (int i = 0; i < 40; ++i) levels.push_back("l" + std::to_string(i));
  for (int i = 0; i < 30'000; ++i) {
    x.push_back(i % 7);
    codes.push_back(i % 11 == 0 ? -1 : (i * 37) % 40);
    y.push_back(std::fmod(i * 0.37, 5.0));
  }
  const auto made = [&](int nodes, int threads) {
    Session session(nodes, threads);
    const frame::Frame frame = session.frame(x, codes, levels, y);
    std::vector<std::vector<Values>> all;
    std::vector<Levels> domains;
    for (const Scheme scheme :
         {Scheme::one_hot_explicit, Scheme::binary, Scheme::eigen, Scheme::label_encoder,
          Scheme::enum_limited, Scheme::sort_by_response}) {
      const ColumnRoles roles = session.roles({.scheme = scheme}, frame);
      all.push_back(session.read(roles, frame));
      if (roles.domains[0]) domains.push_back(*roles.domains[0]);
    }
    return std::pair(all, domains);
  };
  const auto expected = made(1, 1);
  EXPECT_EQ(made(1, 3), expected);
  EXPECT_EQ(made(3, 2), expected);
}

}  // namespace
}  // namespace neve::model

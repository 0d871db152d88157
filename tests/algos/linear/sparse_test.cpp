// Columns of few numbers, read by what is stored and as plain arrays.
#include <gtest/gtest.h>

#include <cmath>
#include <utility>
#include <vector>

#include <neve/base/rng.hpp>
#include <neve/frame/chunk_builder.hpp>

#include "algos/families/linear/block_reader.hpp"
#include "algos/families/linear/gram.hpp"
#include "algos/families/linear/likelihood.hpp"
#include "algos/families/linear/moments.hpp"
#include "algos/families/linear/stored_values.hpp"

namespace {

using namespace neve;
using namespace neve::algos::linear;

constexpr std::size_t kRows = 5000;

/// Two sparse columns (one with missing values), one of zeros, a dense one; response and weights.
struct Data {
  std::vector<std::vector<double>> columns = std::vector<std::vector<double>>(6);
  std::vector<frame::Chunk> chunks;
  Design design;

  explicit Data(Missing missing) {
    const CounterRng random(3);
    for (std::uint64_t i = 0; i < kRows; ++i) {
      columns[0].push_back(random.uniform(i) < 0.02 ? random.uniform(i + kRows) : 0);
      columns[1].push_back(i % 89 == 3   ? std::nan("")
                           : i % 53 == 7 ? -3 * random.uniform(i + 2 * kRows)
                                         : 0);
      columns[2].push_back(0);
      columns[3].push_back(random.uniform(i + 3 * kRows) - 0.25);
      columns[4].push_back(random.uniform(i + 4 * kRows) < 0.4 ? 1 : 0);
      columns[5].push_back(i % 31 == 0 ? 0 : 0.5 + random.uniform(i + 5 * kRows));
    }
    for (const auto& column : columns) chunks.push_back(frame::encode_doubles(column));
    design.numerics = {{.name = "a", .center = 0.01, .scale = 0.2, .fill = 0},
                       {.name = "b", .center = -0.03, .scale = 0.4, .fill = -0.03},
                       {.name = "zeros"},
                       {.name = "dense", .center = 0.25, .scale = 0.3}};
    design.missing = missing;
    design.has_weights = true;
  }
  /// Of a logistic regression on its way.
  [[nodiscard]] Point point() const {
    Point made;
    made.design = design;
    made.response.family = Family::binomial;
    made.response.link = Link::logit;
    made.beta = {0.3, -0.7, 2, 0.5, -0.2};
    return made;
  }
  [[nodiscard]] mr::RowGroup group() const {
    return {.index = GroupIndex(0), .rows = kRows, .columns = chunks};
  }
};

class SparseColumns : public ::testing::TestWithParam<Missing> {};

TEST_P(SparseColumns, AreThoseOfPlainArrays) {
  const Data data(GetParam());
  const mr::RowGroup group = data.group();
  BlockReader written(data.design, group);
  BlockReader left_out(data.design, group, BlockReader::Zeros::left_out);
  ASSERT_TRUE(left_out.is_sparse(0) && left_out.is_sparse(1) && left_out.is_sparse(2));
  ASSERT_FALSE(left_out.is_sparse(3));
  while (written.next()) {
    ASSERT_TRUE(left_out.next());
    for (std::size_t i = 0; i < written.rows(); ++i) {
      EXPECT_EQ(written.weights()[i], left_out.weights()[i]);
      EXPECT_EQ(written.numeric(3)[i], left_out.numeric(3)[i]);
    }
    for (std::size_t j = 0; j < 3; ++j) {
      std::vector<double> values(written.rows(), left_out.zero(j));
      const auto [rows, above] = left_out.stored(j);
      EXPECT_LT(rows.size(), written.rows() / 10);
      for (std::size_t i = 0; i < rows.size(); ++i) values[rows[i]] += above[i];
      for (std::size_t i = 0; i < values.size(); ++i) {
        EXPECT_NEAR(values[i], written.numeric(j)[i], 1e-14);
      }
    }
  }
  EXPECT_FALSE(left_out.next());
}

TEST_P(SparseColumns, GiveTheMomentsOfPlainLoops) {
  const Data data(GetParam());
  auto partial = MomentsTask::zero(data.design);
  MomentsTask::map(data.group(), data.design, partial);
  // A row that does not count for one column does not count for any, where those are skipped.
  const auto counts = [&](std::size_t i) {
    return data.columns[5][i] != 0 &&
           (GetParam() == Missing::fill || !std::isnan(data.columns[1][i]));
  };
  for (std::size_t j = 0; j < 4; ++j) {
    const auto& column = data.columns[j];
    long double weight = 0;
    long double sum = 0;
    long double squares = 0;
    for (std::size_t i = 0; i < kRows; ++i) {
      if (!counts(i) || std::isnan(column[i])) continue;
      weight += data.columns[5][i];
      sum += static_cast<long double>(data.columns[5][i]) * column[i];
    }
    const long double mean = sum / weight;
    for (std::size_t i = 0; i < kRows; ++i) {
      if (!counts(i) || std::isnan(column[i])) continue;
      squares += data.columns[5][i] * (column[i] - mean) * (column[i] - mean);
    }
    const Moments& seen = partial.numerics[j];
    EXPECT_NEAR(seen.weight, static_cast<double>(weight), 1e-9);
    EXPECT_NEAR(seen.mean, static_cast<double>(mean), 1e-13);
    EXPECT_NEAR(seen.squares, static_cast<double>(squares), 1e-9);
  }
  EXPECT_EQ(partial.numerics[2].min, 0);
  EXPECT_EQ(partial.numerics[2].max, 0);
  EXPECT_EQ(partial.numerics[0].min, 0);
  EXPECT_LT(partial.numerics[1].min, 0);
  EXPECT_EQ(partial.numerics[1].max, 0);
}

TEST_P(SparseColumns, GiveTheGradientOfPlainLoops) {
  const Data data(GetParam());
  const Point point = data.point();
  FisherWeights scratch;
  auto partial = LikelihoodTask::zero(point);
  LikelihoodTask::map(data.group(), point, scratch, partial);
  std::vector<double> gradient(5, 0.0);
  double deviance = 0;
  for (std::size_t i = 0; i < kRows; ++i) {
    std::vector<double> z;
    bool counts = true;
    for (std::size_t j = 0; j < 4; ++j) {
      const NumericTerm& term = data.design.numerics[j];
      double x = data.columns[j][i];
      if (std::isnan(x)) {
        counts = GetParam() == Missing::fill;
        x = term.fill;
      }
      z.push_back((x - term.center) / term.scale);
    }
    z.push_back(1);
    if (!counts) continue;
    double eta = 0;
    for (std::size_t j = 0; j < 5; ++j) eta += point.beta[j] * z[j];
    const double mu = 1 / (1 + std::exp(-eta));
    const double y = data.columns[4][i];
    const double w = data.columns[5][i];
    deviance -= 2 * w * (y == 1 ? std::log(mu) : std::log(1 - mu));
    for (std::size_t j = 0; j < 5; ++j) gradient[j] += w * (y - mu) * z[j];
  }
  EXPECT_NEAR(partial.deviance, deviance, 1e-9 * deviance);
  for (std::size_t j = 0; j < 5; ++j) EXPECT_NEAR(partial.gradient[j], gradient[j], 1e-9);
}

TEST_P(SparseColumns, GiveGramAndGradientInOnePassAsInTwo) {
  const Data data(GetParam());
  Point point = data.point();
  point.version = 1;
  FisherWeights scratch;
  auto gram = NumericGramTask::zero({point});
  auto likelihood = LikelihoodTask::zero(point);
  LikelihoodTask::map(data.group(), point, scratch, likelihood);
  NumericGramTask::map(data.group(), {point}, scratch, gram);
  auto both = LikelihoodGramTask::zero(point);
  FisherWeights other;
  LikelihoodGramTask::map(data.group(), point, other, both);
  for (std::size_t i = 0; i < kRows; ++i) EXPECT_NEAR(other.values[i], scratch.values[i], 1e-14);
  const auto values = std::as_const(gram).values();
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_NEAR(std::as_const(both.gram).values()[i], values[i], 1e-10) << i;
  }
  EXPECT_NEAR(both.likelihood.deviance, likelihood.deviance, 1e-12 * likelihood.deviance);
  for (std::size_t j = 0; j < likelihood.gradient.size(); ++j) {
    EXPECT_NEAR(both.likelihood.gradient[j], likelihood.gradient[j], 1e-10) << j;
  }
}

TEST_P(SparseColumns, GiveTheSameBitsOnceTheyAreKept) {
  Data data(GetParam());
  std::vector<std::int32_t> codes(kRows);
  for (std::size_t i = 0; i < kRows; ++i) codes[i] = static_cast<std::int32_t>(i % 4) - 1;
  data.chunks.insert(data.chunks.begin(), frame::encode_codes(codes));
  data.design.categoricals = {{.name = "c", .levels = {"x", "y", "z"}, .first_level = 1}};
  data.design.place_coefficients();
  const mr::RowGroup whole = data.group();
  const mr::RowGroup bare{.index = GroupIndex(0), .rows = kRows, .columns = {}};
  for (const Family family : {Family::binomial, Family::multinomial, Family::ordinal}) {
    Point point;
    point.design = data.design;
    point.response.family = family;
    point.response.link = Link::logit;
    point.version = 1;
    if (family != Family::binomial) point.design.response_classes = 2;
    if (family == Family::ordinal) point.design.intercept = false;
    const CounterRng random(4);
    for (std::size_t j = 0; j < coefficient_count(point.design, point.response); ++j) {
      point.beta.push_back(random.uniform(j) - 0.5);
    }
    FisherWeights read;
    auto expected = LikelihoodTask::zero(point);
    LikelihoodTask::map(whole, point, read, expected);
    FisherWeights scratch;
    KeepBlocksTask::rebuild(whole, point, scratch);
    EXPECT_GT(scratch.byte_size(), static_cast<std::int64_t>(kRows * sizeof(double)));
    EXPECT_LT(scratch.kept.byte_size(),
              kept_bytes(point.design, kRows, kRows + kRows / 10) + kRows * 10);
    point.kept = true;
    auto partial = LikelihoodTask::zero(point);
    LikelihoodTask::map(bare, point, scratch, partial);
    EXPECT_EQ(partial.deviance, expected.deviance);
    EXPECT_EQ(partial.largest_eta, expected.largest_eta);
    EXPECT_EQ(partial.gradient, expected.gradient);
    EXPECT_EQ(weights_at(bare, point, scratch), read.values);
  }
}

TEST(StoredValues, ComeBackToTheBitTimesTheFactor) {
  const std::vector<std::vector<double>> columns = {{3, -7, 32767, -32767},
                                                    {0.1, 2.345, -0.001, 32.767, 1},
                                                    {},
                                                    {32768, 1, 2},
                                                    {1.0 / 3, std::nan("")},
                                                    {0.25, 0.5, 1e-5},
                                                    {0.12, 7},
                                                    {1e300, -5e-324}};
  std::vector<double> values;
  std::vector<std::uint32_t> ends;
  for (const auto& column : columns) {
    values.insert(values.end(), column.begin(), column.end());
    ends.push_back(static_cast<std::uint32_t>(values.size()));
  }
  const StoredValues stored(values, ends);
  const std::vector<double> factors = {1, 1 / 0.3, 2, 0.7, 3, 1 / 0.7, 1, 0.5};
  std::vector<double> read(values.size() + 1, -1);
  stored.read(ends, factors, read);
  std::size_t at = 0;
  for (std::size_t j = 0; j < columns.size(); ++j) {
    for (const double value : columns[j]) {
      const double expected = value * factors[j];
      if (std::isnan(value)) {
        EXPECT_TRUE(std::isnan(read[at]));
      } else {
        EXPECT_EQ(read[at], expected) << value << " of column " << j;
      }
      ++at;
    }
  }
  EXPECT_EQ(read.back(), -1);
  // Three columns are decimals of few digits, four are not, one has no values.
  EXPECT_EQ(stored.byte_size(), 8 + 11 * 2 + 10 * 8);
}

TEST(KeptBlocks, ShapeNoSums) {
  Point point;
  point.design.numerics.resize(300);
  point.beta.resize(301);
  for (const std::int32_t classes : {1, 7}) {
    point.design.response_classes = classes;
    point.response.family = classes > 1 ? Family::multinomial : Family::binomial;
    point.kept = false;
    const std::int64_t read = LikelihoodTask::partial_bytes(point);
    point.kept = true;
    const auto columns = static_cast<std::int64_t>(point.design.input_count());
    EXPECT_EQ(LikelihoodTask::partial_bytes(point) * columns, read);
  }
}

INSTANTIATE_TEST_SUITE_P(Missing, SparseColumns, ::testing::Values(Missing::fill, Missing::skip),
                         [](const auto& info) {
                           return info.param == Missing::fill ? "Filled" : "Skipped";
                         });

}  // namespace

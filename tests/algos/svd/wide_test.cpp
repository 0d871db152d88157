#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include <neve/base/rng.hpp>
#include <neve/linalg/symmetric.hpp>
#include <neve/model/models.hpp>

#include "algos/svd/svd_model.hpp"
#include "support/described_frame.hpp"
#include "support/training_nodes.hpp"

namespace neve::algos::svd {
const model::Algorithm& algorithm();
}

namespace {

using namespace neve;
using algos::svd::SvdModel;

constexpr std::size_t kRows = 48;
constexpr std::size_t kNumbers = 4'000;
constexpr std::size_t kSize = kNumbers + 3;  // with the levels, which come first

/// Four directions of falling strength and noise, then levels.
std::vector<std::vector<double>> make_columns() {
  const CounterRng random(7);
  std::vector<std::vector<double>> columns(kNumbers + 1, std::vector<double>(kRows));
  for (std::uint64_t c = 0; c < kNumbers; ++c) {
    for (std::uint64_t i = 0; i < kRows; ++i) {
      double value = 0.2 * (random.uniform(10'000 * i + c) - 0.5) + 3;
      for (std::uint64_t k = 0; k < 4; ++k)
        value += std::ldexp(random.uniform(1'000'000 + 8 * i + k) - 0.5, -static_cast<int>(k)) *
                 (random.uniform(2'000'000 + 8 * c + k) - 0.5);
      columns[c][i] = value;
    }
  }
  for (std::uint64_t i = 0; i < kRows; ++i)
    columns[kNumbers][i] = static_cast<double>(random.below(3'000'000 + i, 3));
  return columns;
}

void publish_rows(mr::ComputeNode& node) {
  std::vector<std::pair<std::string, neve::testing::Levels>> described;
  for (std::size_t c = 0; c < kNumbers; ++c) described.push_back({"x" + std::to_string(c), {}});
  described.push_back({"k", {"a", "b", "c"}});
  node.frames().publish(
      neve::testing::described_frame(node.engine(), "wide", described, make_columns()));
}

schema::Form form_of(const std::string& method, const std::string& transform) {
  return {{"nv", "4"},   {"svd_method", method},     {"transform", transform},
          {"seed", "1"}, {"training_frame", "wide"}, {"model_id", "model"}};
}

class Session : public neve::testing::TrainingNodes {
 public:
  explicit Session(int nodes = 1, int threads = 2)
      : TrainingNodes(algos::svd::algorithm(), nodes, threads) {
    publish_rows(node());
  }
  std::shared_ptr<const SvdModel> train(const schema::Form& form) {
    train_form(form);
    return model<SvdModel>();
  }
};

/// The rows' vectors, centred.
std::vector<std::vector<double>> vectors_of_rows() {
  const auto columns = make_columns();
  std::vector<std::vector<double>> rows(kRows, std::vector<double>(kSize));
  for (std::size_t i = 0; i < kRows; ++i)
    rows[i][static_cast<std::size_t>(columns[kNumbers][i])] = 1;
  for (std::size_t c = 0; c < kNumbers; ++c) {
    double mean = 0;
    for (const double value : columns[c]) mean += value / kRows;
    for (std::size_t i = 0; i < kRows; ++i) rows[i][3 + c] = columns[c][i] - mean;
  }
  return rows;
}

/// LAPACK's eigenvalues of XX', and X'u of its eigenvectors u.
TEST(SvdOfManyColumns, IsThatOfLapackOnTheRows) {
  const auto rows = vectors_of_rows();
  linalg::Symmetric inner(kRows);
  double trace = 0;
  for (std::size_t j = 0; j < kRows; ++j) {
    for (std::size_t i = j; i < kRows; ++i) {
      for (std::size_t c = 0; c < kSize; ++c) inner.at(i, j) += rows[i][c] * rows[j][c];
    }
    trace += inner.at(j, j);
  }
  const linalg::Eigen expected = linalg::eigen(inner);
  Session session;
  for (const char* method : {"Power", "Randomized"}) {
    const auto model = session.train(form_of(method, "DEMEAN"));
    ASSERT_TRUE(model);
    ASSERT_EQ(model->projection.expansion.size(), kSize);
    EXPECT_NEAR(model->projection.trace, trace, 1e-10 * trace);
    const auto d = model->singular_values();
    for (std::size_t k = 0; k < 4; ++k) {
      const double root = std::sqrt(expected.values[k]);
      EXPECT_NEAR(d[k], root, 1e-8 * root) << method << k;
      std::vector<double> v(kSize);
      for (std::size_t i = 0; i < kRows; ++i) {
        for (std::size_t c = 0; c < kSize; ++c)
          v[c] += rows[i][c] * expected.vectors[k * kRows + i] / root;
      }
      const auto largest =
          std::ranges::max_element(v, {}, [](double value) { return std::fabs(value); });
      const double sign = *largest < 0 ? -1 : 1;
      for (std::size_t c = 0; c < kSize; ++c)
        ASSERT_NEAR(model->projection.vector(k)[c], sign * v[c], 1e-8) << method << k << " " << c;
    }
  }
}

TEST(SvdOfManyColumns, IsTheSameOnOtherThreadsAndNodes) {
  const schema::Form form = form_of("Randomized", "STANDARDIZE");
  const auto expected = Session(1, 1).train(form)->encode_learnt();
  EXPECT_EQ(Session(1, 3).train(form)->encode_learnt(), expected);
  EXPECT_EQ(Session(3, 1).train(form)->encode_learnt(), expected);
}

}  // namespace

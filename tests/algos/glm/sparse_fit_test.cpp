// Models of columns that are mostly zeros, by gradients: read from chunks or kept, on any cluster.
#include <neve/base/rng.hpp>
#include <neve/model/metrics.hpp>

#include "algos/glm/session.hpp"

namespace neve::testing::glm {
namespace {

constexpr std::size_t kRows = 4000;
constexpr std::size_t kColumns = 40;

double cell(std::size_t row, std::size_t column) {
  const CounterRng random(5, column);
  if (random.uniform(row) > 0.03) return 0;
  if (column == 1 && row % 7 == 0) return std::nan("");
  return random.uniform(row + kRows) * 4 - 1;
}

double linear_predictor(std::size_t row) {
  double eta = row % 3 == 0 ? 0.7 : -0.2;
  for (std::size_t c = 2; c < kColumns; ++c) eta += cell(row, c) * (c % 2 == 0 ? 0.6 : -0.4);
  return eta;
}

/// "sparse": a categorical of three levels, 40 columns, a response of two classes and one of three.
frame::Frame sparse_frame(mr::Engine& engine) {
  frame::Frame frame;
  frame.key = "sparse";
  frame.layout = engine.new_layout({0, 900, 2000, 2600, kRows});
  const CounterRng random(6);
  const auto add = [&](const std::string& name, const auto& value,
                       std::vector<std::string> levels = {}) {
    const ColumnId id = engine.new_column_id();
    for (std::int32_t g = 0; g < frame.layout->groups(); ++g) {
      const auto first = static_cast<std::size_t>(frame.layout->first_row(GroupIndex(g)));
      const auto rows = static_cast<std::size_t>(frame.layout->rows_of(GroupIndex(g)));
      std::vector<double> numbers;
      std::vector<std::int32_t> codes;
      for (std::size_t row = first; row < first + rows; ++row) {
        numbers.push_back(value(row));
        codes.push_back(static_cast<std::int32_t>(numbers.back()));
      }
      engine.put_chunk(
          *frame.layout, id, GroupIndex(g),
          levels.empty() ? frame::encode_doubles(numbers) : frame::encode_codes(codes));
    }
    mr::OutputColumn kind;
    if (!levels.empty()) {
      kind.kind = mr::OutputKind::codes;
      kind.type = frame::ColumnType::categorical;
      kind.domain = std::make_shared<const std::vector<std::string>>(std::move(levels));
    }
    frame.add(name, engine.adopt({&id, 1}, {&kind, 1})[0]);
  };
  add("c", [](std::size_t row) { return static_cast<double>(row % 3); }, {"a", "b", "c"});
  for (std::size_t c = 0; c < kColumns; ++c) {
    add("x" + std::to_string(c), [c](std::size_t row) { return cell(row, c); });
  }
  const auto two = [&](std::size_t row) {
    return random.uniform(row) < 1 / (1 + std::exp(-linear_predictor(row))) ? 1.0 : 0.0;
  };
  const auto three = [&](std::size_t row) {
    return two(row) + (random.uniform(row + kRows) < 0.5 ? 1.0 : 0.0);
  };
  add("two", two, {"no", "yes"});
  add("three", three, {"low", "mid", "top"});
  return frame;
}

schema::Form form_of(const std::string& response, const std::string& solver) {
  const std::string other = response == "two" ? "three" : "two";
  return {{"training_frame", "sparse"},
          {"response_column", response},
          {"ignored_columns", "[\"" + other + "\"]"},
          {"solver", solver},
          {"lambda", "0.001"},
          {"alpha", "0"},
          {"model_id", "model"},
          {"seed", "1"}};
}

class Sparse : public TrainingNodes {
 public:
  Sparse(int nodes, int threads) : TrainingNodes(algos::glm::algorithm(), nodes, threads) {
    node().frames().publish(sparse_frame(engine()));
  }
  std::shared_ptr<const GlmModel> train(const schema::Form& form) {
    train_form(form);
    return model<GlmModel>();
  }
};

TEST(GlmOfSparseColumns, IsTheSameByGradientsAndByGram) {
  Sparse nodes(1, 2);
  for (const char* response : {"two", "three"}) {
    const auto gradients = nodes.train(form_of(response, "L_BFGS"));
    const auto gram = nodes.train(form_of(response, "IRLSM"));
    ASSERT_EQ(gradients->coefficients.size(), gram->coefficients.size());
    for (std::size_t j = 0; j < gram->coefficients.size(); ++j) {
      EXPECT_NEAR(gradients->coefficients[j], gram->coefficients[j], 1e-5) << j;
    }
  }
}

TEST(GlmOfSparseColumns, IsMeasuredAsItsCoefficientsSay) {
  Sparse nodes(1, 2);
  const auto model = nodes.train(form_of("two", "L_BFGS"));
  const frame::Frame frame = nodes.frame("sparse");
  const auto at = [&](const std::string& name, std::size_t row) {
    const GroupIndex group = frame.layout->group_of(static_cast<std::int64_t>(row));
    return nodes.engine()
        .chunk(*frame.layout, frame.column(frame.require(name)).id, group)
        .at(static_cast<std::int64_t>(row) - frame.layout->first_row(group));
  };
  const auto names = model->coefficient_names();
  double loss = 0;
  for (std::size_t row = 0; row < kRows; ++row) {
    double eta = model->coefficients.back();
    for (std::size_t j = 0; j + 1 < names.size(); ++j) {
      if (names[j].starts_with("c.")) {
        eta += names[j].back() - 'a' == static_cast<int>(row % 3) ? model->coefficients[j] : 0;
        continue;
      }
      const auto column = static_cast<std::size_t>(std::stoi(names[j].substr(1)));
      double x = cell(row, column);
      if (std::isnan(x)) x = model->design.numerics[column].fill;
      eta += model->coefficients[j] * x;
    }
    const double sign = at("two", row) == 1 ? 1 : -1;
    loss += std::log1p(std::exp(-sign * eta));
  }
  const auto* metrics = model->header.training_metrics.binomial();
  ASSERT_NE(metrics, nullptr);
  EXPECT_NEAR(metrics->logloss, loss / kRows, 1e-12);
}

TEST(GlmOfSparseColumns, HasTheSameBitsHoweverItIsRead) {
  for (const char* response : {"two", "three"}) {
    const schema::Form form = form_of(response, "L_BFGS");
    const auto expected = Sparse(1, 1).train(form)->encode_learnt();
    EXPECT_EQ(Sparse(1, 3).train(form)->encode_learnt(), expected);
    EXPECT_EQ(Sparse(3, 1).train(form)->encode_learnt(), expected);
    Sparse crowded(1, 2);
    Budget& budget = crowded.engine().budget();
    const Reservation taken = budget.reserve(budget.free() - 200'000, "The others' data");
    EXPECT_EQ(crowded.train(form)->encode_learnt(), expected);
  }
}

TEST(GlmOfSparseColumns, GoesOnAfterALossToTheSameBits) {
  const schema::Form form = form_of("two", "L_BFGS");
  const auto expected = Sparse(1, 2).train(form)->encode_learnt();
  const auto got = neve::testing::learnt_after_loss(
      algos::glm::algorithm(), form, 4,
      [](mr::ComputeNode& node) { node.frames().publish(sparse_frame(node.engine())); });
  EXPECT_EQ(got, expected);
}

}  // namespace
}  // namespace neve::testing::glm

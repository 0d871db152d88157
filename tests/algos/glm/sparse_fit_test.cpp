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

double response_of(std::size_t row) {
  return CounterRng(6).uniform(row) < 1 / (1 + std::exp(-linear_predictor(row))) ? 1 : 0;
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
        if (!levels.empty()) codes.push_back(static_cast<std::int32_t>(numbers.back()));
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
  const auto three = [&](std::size_t row) {
    return response_of(row) + (random.uniform(row + kRows) < 0.5 ? 1.0 : 0.0);
  };
  add("two", response_of, {"no", "yes"});
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

/// A row as the scaled terms of the model's design, intercept last.
std::vector<double> terms_of(const algos::linear::Design& design, std::size_t row) {
  std::vector<double> terms;
  const auto& c = design.categoricals[0];
  for (std::int32_t level = c.first_level; level < c.level_count(); ++level) {
    terms.push_back(static_cast<std::int32_t>(row % 3) == level ? 1 : 0);
  }
  for (std::size_t j = 0; j < kColumns; ++j) {
    const auto& term = design.numerics[j];
    const double x = cell(row, j);
    terms.push_back(((std::isnan(x) ? term.fill : x) - term.center) / term.scale);
  }
  terms.push_back(1);
  return terms;
}

/// Negative log likelihood of "two", a row's share, and its slopes.
struct Loss {
  double value = 0;
  std::vector<double> gradient;
};

Loss loss_of(const GlmModel& model) {
  Loss loss{.gradient = std::vector<double>(model.beta.size(), 0.0)};
  for (std::size_t row = 0; row < kRows; ++row) {
    const auto x = terms_of(model.design, row);
    double eta = 0;
    for (std::size_t j = 0; j < x.size(); ++j) eta += x[j] * model.beta[j];
    const double sign = response_of(row) == 1 ? 1 : -1;
    loss.value += std::log1p(std::exp(-sign * eta)) / kRows;
    const double off = -sign / (1 + std::exp(sign * eta));
    for (std::size_t j = 0; j < x.size(); ++j) loss.gradient[j] += off * x[j] / kRows;
  }
  return loss;
}

TEST(GlmOfSparseColumns, IsMeasuredAsItsCoefficientsSay) {
  Sparse nodes(1, 2);
  const auto model = nodes.train(form_of("two", "L_BFGS"));
  const auto* metrics = model->header.training_metrics.binomial();
  ASSERT_NE(metrics, nullptr);
  EXPECT_NEAR(metrics->logloss, loss_of(*model).value, 1e-12);
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

/// A lasso path over more columns than are always all looked at.
schema::Form path_of(const std::string& solver) {
  schema::Form form = form_of("two", solver);
  std::erase_if(form,
                [](const auto& item) { return item.first == "lambda" || item.first == "alpha"; });
  return neve::testing::with(form, {{"lambda_search", "true"}, {"alpha", "1"}, {"nlambdas", "12"}});
}

TEST(GlmPathOfManyColumns, EndsWhereNothingWantsToMove) {
  Sparse nodes(1, 2);
  for (const char* solver : {"IRLSM", "L_BFGS"}) {
    const auto model = nodes.train(path_of(solver));
    const Loss loss = loss_of(*model);
    const std::size_t slopes = model->beta.size() - 1;
    std::size_t zeros = 0;
    for (std::size_t j = 0; j < slopes; ++j) {
      const double beta = model->beta[j];
      zeros += beta == 0 ? 1 : 0;
      if (beta == 0) {
        EXPECT_LE(std::fabs(loss.gradient[j]), model->lambda * (1 + 1e-6)) << solver << j;
      } else {
        EXPECT_NEAR(loss.gradient[j], -std::copysign(model->lambda, beta), 1e-7) << solver << j;
      }
    }
    EXPECT_GT(zeros, 0) << solver;
    EXPECT_LT(zeros, slopes) << solver;
    EXPECT_NEAR(loss.gradient[slopes], 0, 1e-7) << solver;
  }
}

TEST(GlmPathOfManyColumns, HasTheSameBitsEverywhere) {
  for (const char* solver : {"IRLSM", "L_BFGS"}) {
    const schema::Form form = path_of(solver);
    const auto expected = Sparse(1, 1).train(form)->encode_learnt();
    EXPECT_EQ(Sparse(1, 3).train(form)->encode_learnt(), expected) << solver;
    EXPECT_EQ(Sparse(3, 1).train(form)->encode_learnt(), expected) << solver;
    const auto got = neve::testing::learnt_after_loss(
        algos::glm::algorithm(), form, 9,
        [](mr::ComputeNode& node) { node.frames().publish(sparse_frame(node.engine())); });
    EXPECT_EQ(got, expected) << solver;
  }
}

}  // namespace
}  // namespace neve::testing::glm

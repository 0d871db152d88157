#include <neve/base/rng.hpp>

#include "algos/glm/columns.hpp"

namespace {

using namespace neve;
using namespace neve::testing::glm;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// What came of a training: a model whose numbers are all finite, or an error.
struct Outcome {
  std::shared_ptr<const GlmModel> model;
  std::string error;
};

Outcome outcome(Session& session, const std::vector<Column>& columns, schema::Form form) {
  publish(session.node(), "odd", columns);
  form.emplace_back("response_column", "y");
  form.emplace_back("training_frame", "odd");
  form.emplace_back("model_id", "model");
  form.emplace_back("seed", "1");
  const auto build = session.models().check(algos::glm::algorithm(), form, "python");
  for (const auto& message : build.messages) {
    if (message.kind == model::Message::Kind::error) return {nullptr, message.text};
  }
  const auto job = session.models().train(build);
  job->wait();
  const auto seen = job->snapshot();
  EXPECT_EQ(seen.exception.find("AssertionError"), std::string::npos) << seen.exception;
  if (!seen.exception.empty()) return {nullptr, seen.exception};
  auto model = std::dynamic_pointer_cast<const GlmModel>(session.models().find("model"));
  for (const double value : model->coefficients) EXPECT_TRUE(std::isfinite(value));
  EXPECT_TRUE(std::isfinite(*model->header.training_metrics.find("residual_deviance")));
  std::vector<std::string> warnings;
  const auto predictions = session.models().predict(model, session.node().frames().require("odd"),
                                                    "predictions", nullptr, warnings);
  EXPECT_EQ(predictions.rows(), session.node().frames().require("odd").rows());
  return {std::move(model), ""};
}

void expect_error(const Outcome& got, const char* part) {
  EXPECT_EQ(got.model, nullptr) << part;
  EXPECT_NE(got.error.find(part), std::string::npos) << got.error;
}

std::vector<double> repeated(double value, std::size_t rows = 500) {
  return std::vector<double>(rows, value);
}

const std::vector<schema::Form> kPenalties = {
    {{"lambda", "0"}}, {}, {{"lambda_search", "true"}, {"nlambdas", "5"}}, {{"solver", "L_BFGS"}}};

TEST(GlmOddData, AConstantResponseGivesTheMean) {
  Session session(1, 2);
  const Base base;
  for (const schema::Form& form : kPenalties) {
    for (const char* family : {"gaussian", "poisson", "gamma", "tweedie"}) {
      const auto got =
          outcome(session, {base.g, base.x1, {"y", {}, repeated(3)}}, with(form, "family", family));
      ASSERT_NE(got.model, nullptr) << family << got.error;
      for (std::size_t j = 0; j + 1 < got.model->coefficients.size(); ++j) {
        EXPECT_NEAR(got.model->coefficients[j], 0, 1e-6) << family;
      }
    }
  }
}

TEST(GlmOddData, NoEventAtAll) {
  Session session(1, 2);
  const Base base;
  for (const schema::Form& form : kPenalties) {
    const std::vector<schema::Form> families = {
        {{"family", "poisson"}},
        {{"family", "negativebinomial"}, {"theta", "0.5"}},
        {{"family", "tweedie"}, {"tweedie_variance_power", "1.5"}, {"tweedie_link_power", "0"}}};
    for (schema::Form family : families) {
      family.insert(family.end(), form.begin(), form.end());
      const auto got = outcome(session, {base.g, base.x1, {"y", {}, repeated(0)}}, family);
      ASSERT_NE(got.model, nullptr) << got.error;
      EXPECT_LT(got.model->standardized.back(), -5);
    }
  }
}

TEST(GlmOddData, OneClass) {
  Session session(1, 2);
  const Base base;
  for (const schema::Form& form : kPenalties) {
    const auto numeric =
        outcome(session, {base.x1, {"y", {}, repeated(1)}}, with(form, "family", "binomial"));
    if (numeric.model != nullptr) {
      EXPECT_GT(numeric.model->coefficients.back(), 5);
    }
    const auto corrected = outcome(session, {base.x1, {"y", {}, repeated(1)}},
                                   with(with(form, "family", "binomial"), "prior", "0.5"));
    EXPECT_NE(corrected.model, nullptr) << corrected.error;
    expect_error(
        outcome(session, {base.x1, {"y", {"only"}, repeated(0)}}, with(form, "family", "binomial")),
        "2-class");
    // A second level that no row has.
    const auto empty = outcome(session, {base.x1, {"y", {"no", "yes"}, repeated(0)}}, form);
    if (empty.model != nullptr) {
      EXPECT_LT(empty.model->coefficients.back(), -5);
    }
    const auto classes = outcome(session, {base.x1, {"y", {"a", "b", "c"}, repeated(1)}}, form);
    EXPECT_TRUE(classes.model != nullptr || !classes.error.empty());
  }
}

TEST(GlmOddData, ColumnsWithoutValuesAreDroppedOrCountAsZero) {
  Session session(1, 2);
  const Base base;
  const std::vector<Column> columns = {
      base.x1, {"empty", {}, repeated(kNaN)}, {"y", {}, base.gaussian.values}};
  for (const schema::Form& form : kPenalties) {
    const auto dropped = outcome(session, columns, form);
    ASSERT_NE(dropped.model, nullptr) << dropped.error;
    EXPECT_EQ(dropped.model->coefficients.size(), 2U);
    const auto kept = outcome(session, columns, with(form, "ignore_const_cols", "false"));
    ASSERT_NE(kept.model, nullptr) << kept.error;
    EXPECT_EQ(kept.model->coefficients[1], 0);
    expect_error(
        outcome(session, columns,
                with(with(form, "ignore_const_cols", "false"), "missing_values_handling", "Skip")),
        "No row is left");
  }
  expect_error(
      outcome(session, {{"empty", {}, repeated(kNaN)}, {"y", {}, base.gaussian.values}}, {}),
      "No predictor is left");
  expect_error(outcome(session, {base.x1, {"y", {}, repeated(kNaN)}}, {{"lambda", "0"}}), "");
}

TEST(GlmOddData, OneRow) {
  Session session(1, 2);
  for (const schema::Form& form : kPenalties) {
    const auto got = outcome(session, {{"x", {}, {1}}, {"y", {}, {2}}},
                             with(form, "ignore_const_cols", "false"));
    ASSERT_NE(got.model, nullptr) << got.error;
    EXPECT_NEAR(got.model->coefficients[0] + got.model->coefficients[1], 2, 1e-6);
  }
}

TEST(GlmOddData, Weights) {
  Session session(1, 2);
  const Base base;
  const auto weighted = [&](std::vector<double> weights, const schema::Form& form) {
    return outcome(
        session,
        {base.g, base.x1, base.x2, {"y", {}, base.gaussian.values}, {"w", {}, std::move(weights)}},
        with(form, "weights_column", "w"));
  };
  expect_error(weighted(repeated(0), {}), "no positive value");
  expect_error(weighted(repeated(-1), {}), "negative");
  expect_error(weighted(repeated(kNaN), {}), "missing");
  expect_error(weighted(repeated(kInfinity), {}), "");
  auto wide = repeated(1);
  for (std::size_t i = 0; i < wide.size(); ++i) {
    wide[i] = std::pow(10.0, static_cast<double>(i % 13) - 6);
  }
  for (const schema::Form& form : kPenalties) {
    const auto got = weighted(wide, form);
    ASSERT_NE(got.model, nullptr) << got.error;
  }
  // Least squares by weighted residuals: those of each coefficient add up to 0.
  const auto got = weighted(wide, {{"lambda", "0"}});
  double sum = 0;
  double size = 0;
  for (std::size_t i = 0; i < wide.size(); ++i) {
    const auto level = static_cast<std::size_t>(base.g.values[i]);
    const double mean = got.model->coefficients.back() +
                        (level > 0 ? got.model->coefficients[level - 1] : 0) +
                        got.model->coefficients[3] * base.x1.values[i] +
                        got.model->coefficients[4] * base.x2.values[i];
    sum += wide[i] * (base.gaussian.values[i] - mean) * base.x1.values[i];
    size += wide[i] * std::fabs(base.gaussian.values[i] * base.x1.values[i]);
  }
  EXPECT_NEAR(sum / size, 0, 1e-12);
}

TEST(GlmOddData, InfiniteValuesAreRefused) {
  Session session(1, 2);
  const Base base;
  Column x = base.x1;
  x.values[7] = kInfinity;
  for (const schema::Form& form : kPenalties) {
    expect_error(outcome(session, {x, base.x2, {"y", {}, base.gaussian.values}}, form),
                 "infinite value");
    Column y{"y", {}, base.gaussian.values};
    y.values[3] = -kInfinity;
    expect_error(outcome(session, {base.x1, y}, form), "infinite value");
    Column offset{"o", {}, repeated(0)};
    offset.values[3] = kInfinity;
    expect_error(outcome(session, {base.x1, offset, {"y", {}, base.gaussian.values}},
                         with(form, "offset_column", "o")),
                 "infinite value");
    // A product of finite numbers that is none.
    Column big{"big", {}, base.x1.values};
    big.values[5] = 1e200;
    Column huge{"huge", {}, base.x2.values};
    huge.values[5] = 1e200;
    expect_error(outcome(session, {big, huge, {"y", {}, base.gaussian.values}},
                         with(form, "interactions", R"(["big","huge"])")),
                 "infinite value");
  }
}

TEST(GlmOddData, MoreColumnsThanRows) {
  Session session(1, 2);
  const CounterRng random(3, 1);
  std::vector<Column> columns;
  for (std::size_t j = 0; j < 40; ++j) {
    columns.push_back({"x" + std::to_string(j), {}, {}});
    for (std::size_t i = 0; i < 12; ++i) columns[j].values.push_back(random.uniform(40 * i + j));
  }
  columns.push_back({"y", {}, {}});
  for (std::size_t i = 0; i < 12; ++i) columns.back().values.push_back(random.uniform(1000 + i));
  for (const schema::Form& form : kPenalties) {
    const auto got = outcome(session, columns, form);
    ASSERT_NE(got.model, nullptr) << got.error;
  }
  const auto exact = outcome(session, columns, {{"lambda", "0"}, {"solver", "IRLSM"}});
  EXPECT_NEAR(*exact.model->header.training_metrics.find("residual_deviance"), 0, 1e-12);
  expect_error(outcome(session, columns, {{"lambda", "0"}, {"compute_p_values", "true"}}),
               "depend linearly");
}

TEST(GlmOddData, OutliersAndCollinearColumns) {
  Session session(1, 2);
  const Base base;
  Column far = base.x1;
  far.values[11] = 1e9;
  for (const schema::Form& form : kPenalties) {
    const auto got =
        outcome(session, {base.g, far, base.x2, {"y", {}, base.gaussian.values}}, form);
    ASSERT_NE(got.model, nullptr) << got.error;
    Column twice{"twice", {}, base.x2.values};
    for (double& value : twice.values) value = 2 * value + 1;
    const auto same =
        outcome(session, {base.g, base.x1, base.x2, twice, {"y", {}, base.gaussian.values}}, form);
    ASSERT_NE(same.model, nullptr) << same.error;
  }
  Column y{"y", {}, base.gaussian.values};
  y.values[11] = 1e9;
  const auto got = outcome(session, {base.g, base.x1, base.x2, y}, {{"lambda", "0"}});
  ASSERT_NE(got.model, nullptr) << got.error;
  double residual = 0;
  for (std::size_t i = 0; i < y.values.size(); ++i) {
    const auto level = static_cast<std::size_t>(base.g.values[i]);
    residual += y.values[i] - got.model->coefficients.back() -
                (level > 0 ? got.model->coefficients[level - 1] : 0) -
                got.model->coefficients[3] * base.x1.values[i] -
                got.model->coefficients[4] * base.x2.values[i];
  }
  EXPECT_NEAR(residual / 1e9, 0, 1e-12);
}

TEST(GlmOddData, AMillionLevels) {
  Session session(1, 2);
  constexpr std::size_t kLevels = 1000000;
  Column many{"many", {}, {}};
  many.levels.reserve(kLevels);
  for (std::size_t level = 0; level < kLevels; ++level) {
    many.levels.push_back("l" + std::to_string(level));
  }
  Column y{"y", {}, {}};
  for (std::size_t i = 0; i < 2000; ++i) {
    many.values.push_back(static_cast<double>(i % 2 == 0 ? i * 400 : kLevels - 1));
    y.values.push_back(static_cast<double>(i % 2));
  }
  // X'WX of a million columns is refused beforehand; gradients need none.
  expect_error(outcome(session, {many, y}, {{"lambda", "0"}, {"solver", "IRLSM"}}), "memory");
  const auto got = outcome(session, {many, y}, {{"max_iterations", "3"}});
  ASSERT_NE(got.model, nullptr) << got.error;
  EXPECT_EQ(got.model->coefficients.size(), kLevels + 1);
}

}  // namespace

#include <neve/base/rng.hpp>

#include "algos/families/linear/constrained.hpp"
#include "algos/glm/columns.hpp"

namespace {

using namespace neve;
using namespace neve::testing::glm;

struct Row {
  std::string name;
  double value;
  std::string type;
  double number;
};

const std::vector<Row> kRows = {{"g.b", 1, "Equal", 0},
                                {"g.c", 1, "Equal", 0},
                                {"constant", -0.5, "Equal", 0},
                                {"x1", 10, "LessThanEqual", 1},
                                {"x2", 1, "LessThanEqual", 1},
                                {"constant", -0.1, "LessThanEqual", 1},
                                {"g.b", 1, "lessthanequal", 7},
                                {"g.d", -1, "lessthanequal", 7},
                                {"constant", -5, "lessthanequal", 7},
                                {"x1", 1, "LessThanEqual", 3},
                                {"g.c", -1, "LessThanEqual", 3},
                                {"g.d", -1, "LessThanEqual", 3},
                                {"constant", 0.4, "LessThanEqual", 3}};

void constrain(mr::ComputeNode& node, const std::vector<Row>& rows) {
  Column names{"names", {}, {}};
  Column values{"values", {}, {}};
  Column types{"types", {}, {}};
  Column numbers{"constraint_numbers", {}, {}};
  const auto code = [](Column& column, const std::string& level) {
    const auto at = std::ranges::find(column.levels, level);
    column.values.push_back(static_cast<double>(at - column.levels.begin()));
    if (at == column.levels.end()) column.levels.push_back(level);
  };
  for (const Row& row : rows) {
    code(names, row.name);
    code(types, row.type);
    values.values.push_back(row.value);
    numbers.values.push_back(row.number);
  }
  publish(node, "constraints", {names, values, types, numbers});
}

const schema::Form kConstrained = {
    {"linear_constraints", "constraints"}, {"solver", "IRLSM"}, {"lambda", "0"}};

void expect_coefficients(const std::string& name, const GlmModel& model) {
  const auto figures = golden(name, "expected_columns_r.txt");
  const auto names = model.coefficient_names();
  for (std::size_t j = 0; j < names.size(); ++j) {
    const double expected = figures.at(names[j])[0];
    EXPECT_NEAR(model.coefficients[j], expected, 1e-7 * std::max(1.0, std::fabs(expected)))
        << name << " " << names[j];
  }
  EXPECT_NEAR(*model.header.training_metrics.find("residual_deviance") / figures.at("deviance")[0],
              1, 1e-10);
}

TEST(GlmLinearConstraints, FitsAgreeWithAllSetsOfActiveOnesTried) {
  Session session(1, 2);
  constrain(session.node(), kRows);
  const schema::Form twice[] = {kConstrained, with(kConstrained, "init_optimal_glm", "true")};
  for (const auto& form : twice) {
    expect_coefficients("constraints_gaussian", *session.train("gaussian", form));
    expect_coefficients("constraints_gaussian",
                        *session.train("gaussian", with(form, "standardize", "false")));
    expect_coefficients("constraints_binomial", *session.train("class", form));
  }
  const auto model = session.train("class", kConstrained);
  ASSERT_EQ(model->constraints.size(), 4U);
  EXPECT_EQ(model->constraints[0].text, "Linear equality constraint: 1.0*g.b+1.0*g.c-0.5");
  EXPECT_NEAR(model->constraints[0].value, 0, 1e-13);
  EXPECT_EQ(model->constraints[1].text, "Linear inequality constraint: 10.0*x1+1.0*x2-0.1");
  EXPECT_LT(model->constraints[2].value, -4);
  for (const auto& state : model->constraints) EXPECT_TRUE(state.satisfied) << state.text;
}

TEST(GlmLinearConstraints, GoTogetherWithBounds) {
  Session session(1, 2);
  constrain(session.node(), kRows);
  publish(session.node(), "bounds",
          {{"names", {"g.d", "x2"}, {0, 1}},
           {"lower_bounds", {}, {0.1, -0.02}},
           {"upper_bounds", {}, {0.1, std::numeric_limits<double>::infinity()}}});
  const auto form = with(kConstrained, "beta_constraints", "bounds");
  const auto model = session.train("gaussian", form);
  expect_coefficients("constraints_bounds", *model);
  EXPECT_EQ(model->constraints.size(), 6U);
  EXPECT_EQ(model->constraints[0].text, "Beta equality constraint: 1.0*g.d-0.1");
  EXPECT_EQ(model->constraints[1].text, "Beta inequality constraint: -1.0*x2-0.02");
  expect_coefficients("constraints_bounds",
                      *session.train("gaussian", with(form, "separate_linear_beta", "true")));
}

/// Constraints that a free fit meets change nothing.
TEST(GlmLinearConstraints, LooseOnesChangeNothing) {
  Session session(1, 2);
  constrain(session.node(), {{"x1", 1, "LessThanEqual", 0},
                             {"x2", 1, "LessThanEqual", 0},
                             {"constant", -100, "LessThanEqual", 0}});
  for (const auto& [response, family] : std::vector<std::pair<std::string, std::string>>{
           {"gaussian", "gaussian"}, {"class", "binomial"}, {"poisson", "poisson"}}) {
    const auto form = with(kConstrained, "family", family);
    const auto held = session.train(response, form);
    const auto free = session.train(response, {{"lambda", "0"}, {"family", family}});
    for (std::size_t j = 0; j < free->coefficients.size(); ++j) {
      EXPECT_NEAR(held->coefficients[j], free->coefficients[j], 1e-9) << family << " " << j;
    }
  }
}

std::string failure(Session& session, const schema::Form& form,
                    const std::string& response = "gaussian") {
  const auto build =
      session.models().check(algos::glm::algorithm(), Session::complete(response, form), "python");
  for (const auto& message : build.messages) {
    if (message.kind == model::Message::Kind::error) return message.text;
  }
  const auto job = session.models().train(build);
  job->wait();
  return job->snapshot().exception;
}

TEST(GlmLinearConstraints, WhatMakesNoSenseIsRefused) {
  Session session(1, 2);
  const auto refusal = [&](const std::vector<Row>& rows) {
    constrain(session.node(), rows);
    return failure(session, kConstrained);
  };
  const auto expect = [](const std::string& error, const char* part) {
    EXPECT_NE(error.find(part), std::string::npos) << error;
  };
  expect(refusal({{"x1", 1, "Equal", 0}, {"constant", 1, "Equal", 0}}), "at least two");
  expect(refusal({{"x1", 1, "Equal", 0}, {"x3", 1, "Equal", 0}}), "Coefficient name x3");
  expect(refusal({{"x1", 1, "Equal", 0}, {"g.a", 1, "Equal", 0}}), "Coefficient name g.a");
  expect(refusal({{"x1", 1, "Equal", 0}, {"Intercept", 1, "Equal", 0}}), "name Intercept");
  expect(refusal({{"x1", 1, "Equal", 0}, {"x2", 1, "LessThanEqual", 0}}), "same constraint");
  expect(refusal({{"x1", 1, "Above", 0}, {"x2", 1, "Above", 0}}), "only be Equal");
  expect(refusal({{"x1", 1, "Equal", 0}, {"x2", kNaN, "Equal", 0}}), "needs a number");
  expect(refusal({{"x1", 1, "Equal", 0},
                  {"x2", 1, "Equal", 0},
                  {"x1", 2, "LessThanEqual", 1},
                  {"x2", 2, "LessThanEqual", 1}}),
         "redundant");
  expect(refusal({{"x1", 1, "LessThanEqual", 0},
                  {"x2", 1, "LessThanEqual", 0},
                  {"constant", 1, "LessThanEqual", 0},
                  {"x1", -1, "LessThanEqual", 1},
                  {"x2", -1, "LessThanEqual", 1}}),
         "contradict");
  constrain(session.node(), kRows);
  const auto without = [&](const char* name, const char* value) {
    schema::Form form;
    for (const auto& given : kConstrained) {
      if (given.first != name) form.push_back(given);
    }
    return failure(session, with(form, name, value));
  };
  expect(without("solver", "AUTO"), "only available for IRLSM");
  expect(without("lambda", "0.1"), "Regularization is not allowed");
  expect(without("lambda_search", "true"), "Regularization is not allowed");
  expect(without("intercept", "false"), "intercept=true");
  expect(without("constraint_c0", "0"), "must be > 0");
  expect(failure(session, with(kConstrained, "family", "multinomial"), "three"),
         "not supported for multinomial");
  // Nothing said of lambda is no penalty.
  EXPECT_EQ(failure(session, {{"linear_constraints", "constraints"}, {"solver", "IRLSM"}}), "");
}

TEST(GlmLinearConstraints, SameChecksumOnAnyThreadsAndNodesAndAfterALoss) {
  std::int64_t expected = 0;
  for (const auto& [nodes, threads] : {std::pair{1, 1}, {1, 3}, {3, 2}}) {
    Session session(nodes, threads);
    constrain(session.node(), kRows);
    const auto model = session.train("class", kConstrained);
    if (expected == 0) expected = model->header.checksum;
    EXPECT_EQ(model->header.checksum, expected) << nodes << " nodes, " << threads << " threads";
  }
  const auto learnt = learnt_after_loss("class", kConstrained, 2,
                                        [&](mr::ComputeNode& node) { constrain(node, kRows); });
  EXPECT_EQ(static_cast<std::int64_t>(hash_bytes(learnt)), expected);
}

/// Random problems: the conditions of Karush, Kuhn and Tucker, with multipliers by least squares.
TEST(MinimiseConstrained, MeetsTheConditionsOfKarushKuhnAndTucker) {
  using algos::linear::LinearConstraints;
  const CounterRng random(5, 1);
  std::uint64_t draw = 0;
  const auto number = [&] { return 2 * random.uniform(draw++) - 1; };
  for (int problem = 0; problem < 60; ++problem) {
    const std::size_t n = 2 + static_cast<std::size_t>(problem) % 9;
    const std::size_t m = 1 + static_cast<std::size_t>(problem) % (n + 3);
    linalg::Symmetric h(n);
    std::vector<double> rows(3 * n * n);
    for (double& value : rows) value = number();
    linalg::add_gram(rows, 3 * n, h);
    std::vector<double> c(n);
    std::vector<double> inside(n);
    for (double& value : c) value = 3 * static_cast<double>(n) * number();
    for (double& value : inside) value = number();
    LinearConstraints constraints;
    constraints.equalities = std::min<std::size_t>(static_cast<std::size_t>(problem) % 3, n / 2);
    constraints.equalities = std::min(constraints.equalities, m);
    for (std::size_t i = 0; i < m; ++i) {
      constraints.rows.emplace_back(n);
      double limit = 0;
      for (std::size_t j = 0; j < n; ++j) {
        constraints.rows[i][j] = number();
        limit += constraints.rows[i][j] * inside[j];
      }
      constraints.limits.push_back(limit + (i < constraints.equalities ? 0 : 0.1 * (1 + number())));
    }
    const auto b = algos::linear::minimise_constrained(h, c, constraints, {});
    EXPECT_LE(constraints.violation(b), 1e-10) << problem;
    // What is left of the slope after the active constraints have had their say.
    std::vector<std::size_t> active;
    for (std::size_t i = 0; i < m; ++i) {
      if (i < constraints.equalities || constraints.excess(i, b) > -1e-9) active.push_back(i);
    }
    auto slope = linalg::multiply(h, b);
    for (std::size_t j = 0; j < n; ++j) slope[j] = c[j] - slope[j];
    linalg::Symmetric products(active.size());
    std::vector<double> right(active.size());
    for (std::size_t k = 0; k < active.size(); ++k) {
      for (std::size_t j = 0; j < n; ++j) right[k] += constraints.rows[active[k]][j] * slope[j];
      for (std::size_t l = k; l < active.size(); ++l) {
        for (std::size_t j = 0; j < n; ++j) {
          products.at(l, k) += constraints.rows[active[k]][j] * constraints.rows[active[l]][j];
        }
      }
    }
    const auto multipliers = linalg::Cholesky(products).solve(right);
    for (std::size_t k = 0; k < active.size(); ++k) {
      if (active[k] >= constraints.equalities) {
        EXPECT_GE(multipliers[k], -1e-7) << problem;
      }
      for (std::size_t j = 0; j < n; ++j) {
        slope[j] -= multipliers[k] * constraints.rows[active[k]][j];
      }
    }
    for (const double value : slope) EXPECT_NEAR(value, 0, 1e-7) << problem;
  }
}

}  // namespace

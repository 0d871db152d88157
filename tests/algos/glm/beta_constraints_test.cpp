#include "algos/glm/session.hpp"
#include "support/described_frame.hpp"

namespace {

using namespace neve;
using namespace neve::testing::glm;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

using Columnwise = std::vector<std::pair<std::string, std::vector<double>>>;

/// Publishes a frame of constraints on these names.
void constrain(mr::ComputeNode& node, const std::vector<std::string>& names,
               const Columnwise& columns, const std::string& key = "constraints") {
  std::vector<std::pair<std::string, neve::testing::Levels>> described = {{"names", names}};
  std::vector<std::vector<double>> values(1);
  for (std::size_t i = 0; i < names.size(); ++i) values[0].push_back(static_cast<double>(i));
  for (const auto& [name, numbers] : columns) {
    described.push_back({name, {}});
    values.push_back(numbers);
  }
  node.frames().publish(neve::testing::described_frame(node.engine(), key, described, values));
}

schema::Form constrained(const schema::Form& form) {
  return with(form, "beta_constraints", "constraints");
}

void expect_coefficients(const std::string& name, const GlmModel& model, double slack = 1e-8) {
  const auto figures = golden(name, "expected_columns_r.txt");
  const auto names = model.coefficient_names();
  for (std::size_t j = 0; j < names.size(); ++j) {
    const double expected = figures.at(names[j])[0];
    EXPECT_NEAR(model.coefficients[j], expected, slack * std::max(1.0, std::fabs(expected)))
        << name << " " << names[j];
  }
}

const schema::Form kPlain = {{"lambda", "0"}};

TEST(GlmBetaConstraints, BoundsAgreeWithIndependentSoftware) {
  Session session(1, 2);
  constrain(session.node(), {"x2", "g.b", "g.c", "x1"},
            {{"lower_bounds", {-0.08, -kInfinity, -0.2, -kInfinity}},
             {"upper_bounds", {kInfinity, 0.3, kInfinity, 0.03}}});
  expect_coefficients("bounds_gaussian", *session.train("gaussian", constrained(kPlain)));
  for (const char* solver : {"L_BFGS", "COORDINATE_DESCENT", "IRLSM"}) {
    const auto form =
        with(with(constrained(kPlain), "solver", solver), "gradient_epsilon", "1e-11");
    expect_coefficients("bounds_gaussian", *session.train("gaussian", form), 1e-7);
  }
  constrain(session.node(), {"x2", "g.a", "g.b", "x1"},
            {{"lower_bounds", {-0.05, -0.1, -kInfinity, 0}},
             {"upper_bounds", {kInfinity, kInfinity, 0.1, 0.02}}});
  const schema::Form net = {{"lambda", "0.01"}, {"alpha", "0.5"}, {"family", "poisson"}};
  expect_coefficients("bounds_poisson_net", *session.train("poisson", constrained(net)));
}

TEST(GlmBetaConstraints, PullsAgreeWithNewtonsMethod) {
  Session session(1, 2);
  const std::vector<std::string> names = {"g.b", "g.d", "x1", "x2"};
  constrain(session.node(), names,
            {{"beta_given", {1, -1, 0.1, 0.3}}, {"rho", {0.5, 0.1, 0.2, 2}}});
  expect_coefficients("pulls_gaussian", *session.train("gaussian", constrained(kPlain)));
  const auto raw = with(with(kPlain, "family", "poisson"), "standardize", "false");
  expect_coefficients("pulls_poisson_raw", *session.train("poisson", constrained(raw)));
}

/// A level's name stands for one coefficient, the column's for all; what lies above 0 is a start
/// outside the bounds.
TEST(GlmBetaConstraints, AWholeCategoricalColumnIsBounded) {
  Session session(1, 2);
  constrain(session.node(), {"g", "x1"},
            {{"lower_bounds", {0.1, 0.05}}, {"upper_bounds", {0.5, 1}}});
  const auto model = session.train("class", constrained({{"alpha", "0.5"}}));
  for (std::size_t j = 0; j < 4; ++j) {
    EXPECT_GE(model->coefficients[j], 0.1) << j;
    EXPECT_LE(model->coefficients[j], 0.5) << j;
  }
  EXPECT_GE(model->coefficients[4], 0.05 - 1e-15);
}

/// The gradient of a bounded minimum points out of the bounds, or is 0.
TEST(GlmBetaConstraints, MinimaMeetTheConditionsOfKarushKuhnAndTucker) {
  Session session(1, 2);
  constrain(session.node(), {"x1", "x2", "g.c"},
            {{"lower_bounds", {0.06, -0.05, -0.2}}, {"upper_bounds", {0.5, 0.5, 0.5}}});
  const auto model = session.train("class", constrained(kPlain));
  const auto columns = read_columns("data.csv");
  const auto number = [&](std::size_t column, std::size_t row) {
    return std::stod(columns[column].second[row]);
  };
  std::vector<double> gradient(6, 0.0);
  const std::vector<std::string> levels = {"b", "c", "d"};
  for (std::size_t row = 0; row < 500; ++row) {
    std::vector<double> x(6, 0.0);
    for (std::size_t k = 0; k < 3; ++k) x[k] = columns[2].second[row] == levels[k] ? 1 : 0;
    x[3] = number(0, row);
    x[4] = number(1, row);
    x[5] = 1;
    double eta = 0;
    for (std::size_t j = 0; j < 6; ++j) eta += x[j] * model->coefficients[j];
    const double off = number(6, row) - 1 / (1 + std::exp(-eta));
    for (std::size_t j = 0; j < 6; ++j) gradient[j] += off * x[j];
  }
  for (const std::size_t free : {0U, 2U, 5U}) EXPECT_NEAR(gradient[free], 0, 1e-6) << free;
  EXPECT_NEAR(model->coefficients[3], 0.06, 1e-12);
  EXPECT_LT(gradient[3], -1);
  EXPECT_NEAR(model->coefficients[4], -0.05, 1e-12);
  EXPECT_LT(gradient[4], -1);
  EXPECT_NEAR(model->coefficients[1], -0.2, 1e-12);
  EXPECT_LT(gradient[1], -0.01);
}

TEST(GlmBetaConstraints, TheInterceptOfRawColumnsIsBoundedWithoutStandardisation) {
  Session session(1, 2);
  constrain(session.node(), {"Intercept"}, {{"lower_bounds", {-0.5}}, {"upper_bounds", {0.5}}});
  const auto raw = session.train("gaussian", constrained(with(kPlain, "standardize", "false")));
  EXPECT_NEAR(raw->coefficients.back(), 0.5, 1e-12);
  const auto scaled = session.train("gaussian", constrained(kPlain));
  EXPECT_NEAR(scaled->standardized.back(), 0.5, 1e-12);
}

TEST(GlmBetaConstraints, NonNegativeComesOnTop) {
  Session session(1, 2);
  constrain(session.node(), {"x1", "x2"},
            {{"lower_bounds", {-1, -1}}, {"upper_bounds", {0.02, 1}}});
  const auto model = session.train("gaussian", constrained(with(kPlain, "non_negative", "true")));
  EXPECT_NEAR(model->coefficients[3], 0.02, 1e-15);
  EXPECT_EQ(model->coefficients[4], 0);
  for (std::size_t j = 0; j < 3; ++j) EXPECT_GE(model->coefficients[j], 0);
}

/// Means and deviations of the frame say what a unit of the penalty is.
TEST(GlmBetaConstraints, GivenDeviationsScaleThePenalty) {
  Session session(1, 2);
  const schema::Form ridge = {{"lambda", "0.1"}, {"alpha", "0"}};
  constrain(session.node(), {"x1", "x2"}, {{"mean", {0, 0}}, {"std_dev", {1, 1}}});
  const auto given = session.train("gaussian", constrained(ridge));
  const auto raw = session.train("gaussian", with(ridge, "standardize", "false"));
  for (std::size_t j = 0; j < given->coefficients.size(); ++j) {
    EXPECT_NEAR(given->coefficients[j], raw->coefficients[j], 1e-9) << j;
  }
}

/// The error of a training that was started.
std::string failure(Session& session, const std::string& response, const schema::Form& form) {
  const auto job = session.models().train(
      session.models().check(algos::glm::algorithm(), Session::complete(response, form), "python"));
  job->wait();
  return job->snapshot().exception;
}

TEST(GlmBetaConstraints, WhatMakesNoSenseIsRefused) {
  Session session(1, 2);
  const auto refusal = [&](const std::vector<std::string>& names, const Columnwise& columns,
                           const schema::Form& form = kPlain) {
    constrain(session.node(), names, columns);
    return failure(session, "gaussian", constrained(form));
  };
  const auto expect = [](const std::string& error, const char* part) {
    EXPECT_NE(error.find(part), std::string::npos) << error;
  };
  expect(refusal({"fake"}, {{"lower_bounds", {0}}}), "unknown name 'fake'");
  expect(refusal({"g.a"}, {{"lower_bounds", {0}}}), "unknown name 'g.a'");
  expect(refusal({"gamma"}, {{"lower_bounds", {0}}}), "unknown name 'gamma'");
  expect(refusal({"intercept"}, {{"lower_bounds", {0}}}), "cannot be applied");
  expect(refusal({"g.b", "g"}, {{"lower_bounds", {0, 0}}}), "duplicate constraint");
  expect(refusal({"x1"}, {{"lowerbounds", {0}}}), "Unknown column name 'lowerbounds'");
  expect(refusal({"x1"}, {{"lower_bounds", {1}}, {"upper_bounds", {0}}}), "must be <=");
  expect(refusal({"x1"}, {{"lower_bounds", {kNaN}}, {"upper_bounds", {0}}}), "must be <=");
  expect(refusal({"x1"}, {{"beta_given", {1}}, {"rho", {-1}}}), "rho");
  expect(refusal({"x1"}, {{"beta_given", {kNaN}}}), "beta_given");
  expect(refusal({"x1"}, {{"std_dev", {0}}}), "std_dev");
  expect(refusal({"x1"}, {{"beta_given", {1}}, {"rho", {1}}},
                 with(kPlain, "compute_p_values", "true")),
         "proximal penalty");
  expect(refusal({"x1"}, {{"upper_bounds", {-1}}}, with(kPlain, "non_negative", "true")),
         "leave no value");
  // A bound that is missing is none.
  EXPECT_EQ(refusal({"x1", "x2"}, {{"lower_bounds", {kNaN, -0.05}}}), "");
  const auto build = session.models().check(
      algos::glm::algorithm(), Session::complete("three", constrained({{"family", "multinomial"}})),
      "python");
  EXPECT_EQ(build.errors(), 1);
}

TEST(GlmBetaConstraints, SameChecksumOnAnyThreadsAndNodesAndAfterALoss) {
  std::int64_t expected = 0;
  const auto form = constrained({{"lambda_search", "true"}, {"nlambdas", "5"}});
  const std::vector<std::string> names = {"x1", "x2", "g.b"};
  const Columnwise columns = {{"lower_bounds", {0.01, -1, -1}},
                              {"upper_bounds", {1, -0.03, 0.05}},
                              {"beta_given", {0.02, -0.04, 0}},
                              {"rho", {0.1, 0.1, 0.1}}};
  for (const auto& [nodes, threads] : {std::pair{1, 1}, {1, 3}, {3, 2}}) {
    Session session(nodes, threads);
    constrain(session.node(), names, columns);
    const auto checksum = session.train("class", form)->header.checksum;
    if (expected == 0) expected = checksum;
    EXPECT_EQ(checksum, expected) << nodes << " nodes, " << threads << " threads";
  }
  const auto learnt = learnt_after_loss(
      "class", form, 3, [&](mr::ComputeNode& node) { constrain(node, names, columns); });
  EXPECT_EQ(static_cast<std::int64_t>(hash_bytes(learnt)), expected);
}

std::string text_of(const std::vector<double>& values) {
  std::ostringstream text;
  text.precision(17);
  for (const double value : values) text << (text.tellp() == 0 ? "[" : ",") << value;
  return text.str() + "]";
}

/// From any start to the same place; with no step, the start itself.
TEST(GlmStartValues, OfSeveralClasses) {
  Session session(1, 2);
  const auto check = [&](const char* response, schema::Form form) {
    const auto cold = session.train(response, form);
    auto start = cold->standardized;
    for (double& value : start) value *= 1.25;
    const auto warm = session.train(response, with(form, "startval", text_of(start)));
    for (std::size_t j = 0; j < cold->beta.size(); ++j) {
      EXPECT_NEAR(warm->beta[j], cold->beta[j], 1e-7) << response << " " << j;
    }
    const auto still =
        with(with(form, "startval", text_of(cold->coefficients)), "standardize", "false");
    const auto stayed = session.train(response, with(still, "max_iterations", "0"));
    for (std::size_t j = 0; j < cold->beta.size(); ++j) {
      EXPECT_NEAR(stayed->beta[j], cold->beta[j], 1e-9) << response << " " << j;
    }
    EXPECT_NE(failure(session, response, with(form, "startval", "[1,2,3]")).find("3 values"),
              std::string::npos);
  };
  check("three", {{"family", "multinomial"}, {"lambda", "0"}});
  check("grade", {{"family", "ordinal"}, {"lambda", "0"}});
  check("class", {{"lambda", "0"}});
}

}  // namespace

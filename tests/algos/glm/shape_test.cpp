#include "algos/glm/session.hpp"
#include "algos/glm/shape_search.hpp"
#include "algos/glm/tweedie_density.hpp"

namespace {

using namespace neve;
using namespace neve::testing::glm;

double off_by(double got, double expected) { return std::fabs(got / expected - 1); }

schema::Form likeliest(const std::string& family, schema::Form more = {}) {
  schema::Form form = {{"lambda", "0"},
                       {"family", family},
                       {"dispersion_parameter_method", "ml"},
                       {"compute_p_values", "true"},
                       {"calc_like", "true"}};
  form.insert(form.end(), more.begin(), more.end());
  return form;
}

schema::Form tweedie(const std::string& power, schema::Form more = {}) {
  more.emplace_back("tweedie_variance_power", power);
  more.emplace_back("tweedie_link_power", "0");
  return likeliest("tweedie", more);
}

void expect_golden(const std::string& name, const GlmModel& model) {
  const auto figures = golden(name, "expected_shape.txt");
  const auto names = model.coefficient_names();
  ASSERT_TRUE(model.inference.has_value());
  for (std::size_t j = 0; j < names.size(); ++j) {
    const auto& expected = figures.at(names[j]);
    EXPECT_NEAR(model.coefficients[j], expected[0], 1e-6 * expected[1]) << name << " " << names[j];
    EXPECT_LT(off_by(model.inference->standard_errors[j], expected[1]), 1e-6) << name << names[j];
  }
  const bool counts = figures.contains("theta");
  EXPECT_LT(off_by(model.dispersion, figures.at(counts ? "theta" : "dispersion")[0]), 1e-6) << name;
  EXPECT_LT(
      off_by(*model.header.training_metrics.find("loglikelihood"), figures.at("loglikelihood")[0]),
      1e-10)
      << name;
}

TEST(TweedieDensity, AgreesWithIndependentSoftware) {
  std::int32_t rows = 0;
  for (const auto& [number, row] : golden("density", "expected_shape.txt")) {
    algos::glm::TweedieDensity density(row[0]);
    // Talbot's contour, from which the general figures above power 2 are, has ten digits.
    const double tolerance = row[0] > 2 && row[0] != 3 ? 1e-8 : 1e-11 * std::max(1.0, -row[4]);
    EXPECT_NEAR(density.log_density(row[1], row[2], row[3]), row[4], tolerance)
        << "power " << row[0] << ", y " << row[1] << ", mean " << row[2] << ", " << row[3];
    ++rows;
  }
  EXPECT_EQ(rows, 52);
}

TEST(TweedieDensity, MeetsItselfWhereOneFormTakesOverFromAnother) {
  const auto at = [](double power, double y, double dispersion) {
    return algos::glm::TweedieDensity(power).log_density(y, 1.2, dispersion);
  };
  // Around depth 1 above power 2, and around power 2 itself.
  for (const double power : {2.05, 2.5, 3.0, 4.0, 7.0}) {
    const double dispersion = 1 / ((power - 1) * (power - 2));
    const double before = at(power, 1, dispersion * (1 - 1e-12));
    EXPECT_NEAR(before, at(power, 1, dispersion * (1 + 1e-12)), 1e-10) << power;
  }
  for (const double y : {0.01, 1.0, 20.0}) {
    EXPECT_NEAR(at(2 - 1e-7, y, 0.7), at(2, y, 0.7), 1e-5);
    EXPECT_NEAR(at(2 + 1e-7, y, 0.7), at(2, y, 0.7), 1e-5);
  }
  EXPECT_EQ(at(2.5, 0, 1), -std::numeric_limits<double>::infinity());
}

TEST(GlmShape, AgreesWithIndependentSoftware) {
  Session session(1, 2);
  expect_golden("negativebinomial",
                *session.train("negbinomial", likeliest("negativebinomial", {{"theta", "2"}})));
  expect_golden(
      "negativebinomial_weight",
      *session.train("negbinomial", likeliest("negativebinomial",
                                              {{"theta", "0.1"}, {"weights_column", "weight"}})));
  expect_golden("tweedie_1.5", *session.train("tweedie", tweedie("1.5")));
  expect_golden("tweedie_1.3_weight",
                *session.train("tweedie", tweedie("1.3", {{"weights_column", "weight"}})));
  expect_golden("tweedie_3", *session.train("gamma", tweedie("3")));
  for (const char* start : {"1.2", "1.8", "2.5"}) {
    const auto model =
        session.train("tweedie", tweedie(start, {{"fix_tweedie_variance_power", "false"}}));
    expect_golden("tweedie_power", *model);
    const auto figures = golden("tweedie_power", "expected_shape.txt");
    EXPECT_LT(off_by(model->response.variance_power, figures.at("power")[0]), 1e-6) << start;
    EXPECT_EQ(model->free_parameters, 8);
  }
}

TEST(GlmShape, OfAFixedDispersionOnlyThePowerIsLookedFor) {
  Session session(1, 2);
  const schema::Form fixed = {{"fix_tweedie_variance_power", "false"},
                              {"fix_dispersion_parameter", "true"},
                              {"init_dispersion_parameter", "1.2250043989581267"}};
  const auto model = session.train("tweedie", tweedie("1.7", fixed));
  const auto figures = golden("tweedie_power", "expected_shape.txt");
  EXPECT_LT(off_by(model->response.variance_power, figures.at("power")[0]), 1e-6);
  EXPECT_EQ(model->dispersion, 1.2250043989581267);
}

TEST(GlmShape, ALikelihoodOfTweedieRowsNeedsNoFurtherParameters) {
  Session session(1, 1);
  const auto model = session.train("tweedie", {{"family", "tweedie"},
                                               {"tweedie_variance_power", "1.5"},
                                               {"tweedie_link_power", "0"},
                                               {"calc_like", "true"}});
  const auto figures = golden("tweedie_1.5", "expected_shape.txt");
  const auto& metrics = model->header.training_metrics;
  EXPECT_LT(off_by(*metrics.find("loglikelihood"), figures.at("loglikelihood")[0]), 1e-10);
  EXPECT_LT(off_by(*metrics.find("AIC"), 2 * 7 - 2 * figures.at("loglikelihood")[0]), 1e-10);
}

TEST(GlmShape, StopsAtItsLimitAndSaysSo) {
  Session session(1, 1);
  const auto few = session.train("tweedie", tweedie("1.5", {{"max_iterations_dispersion", "1"}}));
  ASSERT_EQ(session.warnings.size(), 1U);
  EXPECT_NE(session.warnings[0].find("max_iterations_dispersion"), std::string::npos);
  const auto all = session.train("tweedie", tweedie("1.5"));
  EXPECT_EQ(session.warnings.size(), 0U);
  EXPECT_GT(off_by(few->dispersion, all->dispersion), 1e-9);
}

TEST(GlmShape, WhatDoesNotGoTogetherIsRefused) {
  Session session(1, 1);
  const std::vector<std::pair<std::string, schema::Form>> cases = {
      {"tweedie_variance_power", tweedie("0")},
      {"tweedie_variance_power", tweedie("2")},
      {"dispersion_learning_rate", tweedie("1.5", {{"dispersion_learning_rate", "0"}})},
      {"tweedie_epsilon", tweedie("1.5", {{"tweedie_epsilon", "0"}})},
      {"max_iterations_dispersion", tweedie("1.5", {{"max_iterations_dispersion", "0"}})},
      {"dispersion_epsilon", tweedie("1.5", {{"dispersion_epsilon", "-1"}})},
      {"dispersion_parameter_method", likeliest("poisson")},
      {"fix_tweedie_variance_power",
       {{"family", "tweedie"}, {"fix_tweedie_variance_power", "false"}}},
      {"fix_tweedie_variance_power",
       {{"family", "gaussian"}, {"fix_tweedie_variance_power", "false"}}},
      {"init_dispersion_parameter",
       likeliest("negativebinomial", {{"theta", "1"},
                                      {"fix_dispersion_parameter", "true"},
                                      {"init_dispersion_parameter", "2"}})}};
  for (const auto& [field, form] : cases) {
    const auto build = session.check(with(form, "response_column", "tweedie"));
    ASSERT_EQ(build.errors(), 1) << field;
    for (const auto& message : build.messages) {
      const bool other = message.kind != model::Message::Kind::error;
      EXPECT_TRUE(other || message.field == field) << message.field << " " << message.text;
    }
  }
}

const std::vector<std::pair<std::string, schema::Form>> kForms = {
    {"negbinomial", likeliest("negativebinomial", {{"theta", "1"}})},
    {"tweedie", tweedie("1.7", {{"fix_tweedie_variance_power", "false"}})},
    {"gamma", tweedie("2.5", {{"fix_tweedie_variance_power", "false"}})}};

TEST(GlmShape, SameChecksumOnAnyThreadsAndNodes) {
  std::vector<std::int64_t> expected;
  const std::vector<std::pair<int, int>> shapes = {{1, 1}, {1, 3}, {3, 2}};
  for (const auto& [nodes, threads] : shapes) {
    Session session(nodes, threads);
    std::vector<std::int64_t> checksums;
    for (const auto& [response, form] : kForms) {
      checksums.push_back(session.train(response, form)->header.checksum);
    }
    if (expected.empty()) expected = checksums;
    EXPECT_EQ(checksums, expected) << nodes << " nodes, " << threads << " threads";
  }
}

TEST(GlmShape, GoesOnAfterALossToTheSameBits) {
  for (const int states : {4, 9, 14}) {
    const auto& [response, form] = kForms[1];
    Session whole(1, 2);
    const auto expected = whole.train(response, form)->encode_learnt();
    const auto got = learnt_after_loss(response, form, states);
    EXPECT_EQ(got, expected) << states;
  }
}

}  // namespace

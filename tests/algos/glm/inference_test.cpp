#include "algos/glm/columns.hpp"

namespace {

using namespace neve;
using namespace neve::testing::glm;

double off_by(double got, double expected) { return std::fabs(got / expected - 1); }

schema::Form family(const std::string& name) { return {{"lambda", "0"}, {"family", name}}; }

TEST(GlmLikelihood, AgreesWithIndependentSoftware) {
  Session session(1, 2);
  const std::vector<std::pair<std::string, schema::Form>> cases = {
      {"gaussian", family("gaussian")},
      {"gamma", with(family("gamma"), "link", "log")},
      {"negativebinomial", with(family("negativebinomial"), "theta", "0.5")},
      {"poisson", family("poisson")},
      {"binomial", family("binomial")}};
  for (const auto& [name, form] : cases) {
    const std::string response = name == "negativebinomial" ? "negbinomial" : name;
    const auto model = session.train(response, with(form, "calc_like", "true"));
    const auto figures = golden("likelihood_" + name, "expected_r.txt");
    std::vector<std::string> warnings;
    const auto frame = session.node().frames().require("golden");
    const auto again = session.models().performance(model, frame, nullptr, warnings);
    for (const auto* metrics : {&model->header.training_metrics, &again}) {
      EXPECT_LT(off_by(*metrics->find("loglikelihood"), figures.at("loglikelihood")[0]), 1e-9)
          << name;
      EXPECT_LT(off_by(*metrics->find("AIC"), figures.at("AIC")[0]), 1e-9) << name;
    }
  }
}

/// Rows of the levels of g, x1, x2 and 1: the design of a model with a penalty.
std::vector<std::vector<double>> design_rows() {
  const Column g = golden_column("g");
  const Column x1 = golden_column("x1");
  const Column x2 = golden_column("x2");
  std::vector<std::vector<double>> rows;
  for (std::size_t i = 0; i < g.values.size(); ++i) {
    std::vector<double> row;
    for (std::size_t level = 0; level < g.levels.size(); ++level) {
      row.push_back(g.values[i] == static_cast<double>(level) ? 1 : 0);
    }
    row.insert(row.end(), {x1.values[i], x2.values[i], 1});
    rows.push_back(row);
  }
  return rows;
}

/// The diagonal of the inverse, by Gauss and Jordan.
std::vector<double> inverse_diagonal(std::vector<std::vector<double>> a) {
  const std::size_t n = a.size();
  for (std::size_t i = 0; i < n; ++i) {
    a[i].resize(2 * n);
    a[i][n + i] = 1;
  }
  for (std::size_t k = 0; k < n; ++k) {
    for (std::size_t j = 2 * n; j-- > k;) a[k][j] /= a[k][k];
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 2 * n; i != k && j-- > k;) a[i][j] -= a[i][k] * a[k][j];
    }
  }
  std::vector<double> diagonal;
  for (std::size_t k = 0; k < n; ++k) diagonal.push_back(a[k][n + k]);
  return diagonal;
}

/// Standard errors from X'WX of the columns in `places`, for the weights of a logistic model.
std::vector<double> logistic_errors(const std::vector<double>& coefficients,
                                    const std::vector<std::size_t>& places) {
  std::vector<std::vector<double>> gram(places.size(), std::vector<double>(places.size()));
  for (const auto& row : design_rows()) {
    double eta = 0;
    for (std::size_t j = 0; j < row.size(); ++j) eta += row[j] * coefficients[j];
    const double p = 1 / (1 + std::exp(-eta));
    for (std::size_t i = 0; i < places.size(); ++i) {
      for (std::size_t j = 0; j < places.size(); ++j) {
        gram[i][j] += p * (1 - p) * row[places[i]] * row[places[j]];
      }
    }
  }
  std::vector<double> errors = inverse_diagonal(gram);
  for (double& error : errors) error = std::sqrt(error);
  return errors;
}

TEST(GlmErrors, WithAPenaltyAreThoseOfTheCoefficientsInTheModel) {
  Session session(1, 2);
  for (const bool ridge : {true, false}) {
    const auto model = session.train(
        "class", {{"lambda", "0.05"}, {"alpha", ridge ? "0" : "1"}, {"compute_p_values", "true"}});
    ASSERT_TRUE(model->inference.has_value());
    std::vector<std::size_t> places;
    for (std::size_t j = 0; j < model->coefficients.size(); ++j) {
      // All levels and the intercept make up for each other, where none of them is 0.
      const bool is_number = j == 4 || j == 5;
      const bool counts = model->coefficients[j] != 0 && (!ridge || is_number);
      EXPECT_EQ(std::isnan(model->inference->standard_errors[j]), !counts) << j;
      if (counts) places.push_back(j);
    }
    if (ridge) places = {0, 1, 2, 3, 4, 5};  // whatever way they are told apart
    EXPECT_EQ(session.warnings.size(), ridge ? 1U : 0U);
    const auto expected = logistic_errors(model->coefficients, places);
    for (std::size_t i = ridge ? 4 : 0; i < places.size(); ++i) {
      const std::size_t j = places[i];
      const double error = model->inference->standard_errors[j];
      EXPECT_LT(off_by(error, expected[i]), 1e-8) << j;
      const double z = model->coefficients[j] / expected[i];
      EXPECT_LT(off_by(model->inference->p_values[j], std::erfc(std::fabs(z) / std::sqrt(2.0))),
                1e-6);
    }
  }
}

TEST(GlmErrors, OfEachSubmodelAreThoseOfAModelOfItsOwn) {
  Session session(1, 2);
  const schema::Form p_values = {{"compute_p_values", "true"}, {"alpha", "0.5"}};
  const auto several = session.train("gaussian", with(p_values, "lambda", "[0.5, 0.1, 0.01]"));
  ASSERT_EQ(several->path.fits.size(), 3U);
  for (const auto& fit : several->path.fits) {
    const auto one =
        session.train("gaussian", with(p_values, "lambda", std::to_string(fit.lambda)));
    ASSERT_TRUE(fit.errors.has_value());
    for (std::size_t j = 0; j < one->coefficients.size(); ++j) {
      const double expected = one->inference->p_values[j];
      const double got = fit.errors->p_values[j];
      EXPECT_TRUE(std::isnan(expected) ? std::isnan(got) : std::fabs(got - expected) < 1e-7) << j;
    }
  }
}

TEST(GlmErrors, OfADispersionByMaximumLikelihoodNeedNoPenalty) {
  Session session(1, 2);
  const schema::Form form = {{"family", "gamma"},
                             {"lambda", "0.1"},
                             {"compute_p_values", "true"},
                             {"dispersion_parameter_method", "ml"},
                             {"response_column", "gamma"}};
  EXPECT_EQ(session.check(form).errors(), 1);
}

TEST(GlmDispersion, OfGammaRowsIsTheMostLikelyOneWhereItIsAskedFor) {
  Session session(1, 2);
  const auto form = with(with(family("gamma"), "link", "log"), "compute_p_values", "true");
  const auto model = session.train("gamma", with(form, "dispersion_parameter_method", "ml"));
  EXPECT_LT(off_by(model->dispersion, golden("dispersion_ml", "expected_r.txt").at("exact")[0]),
            1e-9);
}

TEST(GlmDispersion, ThatIsFixedIsTakenAsItIs) {
  Session session(1, 2);
  const auto form = with(family("gamma"), "compute_p_values", "true");
  const auto free = session.train("gamma", form);
  const auto fixed = session.train("gamma", with(with(form, "fix_dispersion_parameter", "true"),
                                                 "init_dispersion_parameter", "0.09"));
  EXPECT_EQ(fixed->dispersion, 0.09);
  EXPECT_EQ(fixed->coefficients, free->coefficients);
  for (std::size_t j = 0; j < fixed->coefficients.size(); ++j) {
    const double expected =
        free->inference->standard_errors[j] * std::sqrt(0.09 / free->dispersion);
    EXPECT_LT(off_by(fixed->inference->standard_errors[j], expected), 1e-12);
    // A known dispersion leaves a normal distribution.
    const double z = fixed->inference->z_values[j];
    EXPECT_LT(off_by(fixed->inference->p_values[j], std::erfc(std::fabs(z) / std::sqrt(2.0))),
              1e-9);
  }
  for (const char* name : {"gaussian", "poisson"}) {
    const auto build = session.check(
        with(with(family(name), "fix_dispersion_parameter", "true"), "response_column", "gamma"));
    EXPECT_EQ(build.errors(), 1) << name;
  }
}

TEST(GlmInflation, AgreesWithIndependentSoftware) {
  Session session(1, 2);
  const auto figures = golden("inflation", "expected_r.txt");
  for (const char* lambda : {"0", "0.01"}) {
    const auto model = session.train(
        "gaussian", {{"lambda", lambda}, {"generate_variable_inflation_factors", "true"}});
    ASSERT_EQ(model->inflation_factors.size(), 2U);
    EXPECT_LT(off_by(model->inflation_factors[0], figures.at("x1")[0]), 1e-9);
    EXPECT_LT(off_by(model->inflation_factors[1], figures.at("x2")[0]), 1e-9);
  }
}

}  // namespace

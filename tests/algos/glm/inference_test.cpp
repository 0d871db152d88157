#include "algos/glm/session.hpp"

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

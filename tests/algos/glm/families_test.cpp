#include <neve/base/wire.hpp>

#include "algos/glm/session.hpp"

namespace {

using namespace neve;
using namespace neve::testing::glm;

const schema::Form kPlain = {{"lambda", "0"}, {"compute_p_values", "true"}};

schema::Form family(const std::string& name) { return with(kPlain, "family", name); }

schema::Form tweedie(const std::string& variance_power, const std::string& link_power) {
  return with(with(family("tweedie"), "tweedie_variance_power", variance_power),
              "tweedie_link_power", link_power);
}

double off_by(double got, double expected) { return std::fabs(got / expected - 1); }

/// Coefficients, standard errors, p-values, dispersion and deviances against R's.
void expect_golden(const std::string& name, const GlmModel& model) {
  const auto figures = golden(name, "expected_r.txt");
  ASSERT_TRUE(model.inference.has_value());
  const auto names = model.coefficient_names();
  for (std::size_t j = 0; j < names.size(); ++j) {
    const auto& expected = figures.at(names[j]);
    // A coefficient far below its standard error is known to the digits of that.
    EXPECT_NEAR(model.coefficients[j], expected[0],
                1e-8 * std::max(std::fabs(expected[0]), expected[1]))
        << name << " " << names[j];
    EXPECT_LT(off_by(model.inference->standard_errors[j], expected[1]), 1e-6) << name << names[j];
    EXPECT_LT(off_by(model.inference->p_values[j], expected[3]), 1e-6) << name << " " << names[j];
  }
  EXPECT_LT(off_by(model.dispersion, figures.at("dispersion")[0]), 1e-8) << name;
  const auto& metrics = model.header.training_metrics;
  EXPECT_LT(off_by(*metrics.find("residual_deviance"), figures.at("deviance")[0]), 1e-9) << name;
  EXPECT_LT(off_by(*metrics.find("null_deviance"), figures.at("null_deviance")[0]), 1e-9) << name;
}

TEST(GlmFamilies, AgreeWithIndependentSoftware) {
  Session session(1, 2);
  expect_golden("tweedie_1.5_0", *session.train("tweedie", tweedie("1.5", "0")));
  expect_golden("tweedie_1.5_-0.5", *session.train("tweedie", tweedie("1.5", "-0.5")));
  expect_golden("tweedie_1.7_0_weight",
                *session.train("tweedie", with(tweedie("1.7", "0"), "weights_column", "weight")));
  const auto counts = with(family("negativebinomial"), "theta", "0.5");
  expect_golden("negativebinomial", *session.train("negbinomial", counts));
  expect_golden("negativebinomial_offset",
                *session.train("negbinomial", with(counts, "offset_column", "offset")));
  expect_golden("fractionalbinomial", *session.train("fraction", family("fractionalbinomial")));
  expect_golden("gaussian_log", *session.train("gamma", with(family("gaussian"), "link", "log")));
  expect_golden("gaussian_inverse",
                *session.train("gamma", with(family("gaussian"), "link", "inverse")));
  expect_golden("gamma_identity",
                *session.train("gamma", with(family("gamma"), "link", "identity")));
}

TEST(GlmFamilies, ATweedieModelOfAKnownPowerIsTheKnownFamily) {
  Session session(1, 1);
  const auto same = [&](const std::string& response, const std::string& power,
                        const std::string& name) {
    const auto made = session.train(response, tweedie(power, "0"));
    const auto known = session.train(response, with(family(name), "link", "log"));
    for (std::size_t j = 0; j < made->beta.size(); ++j) {
      EXPECT_NEAR(made->beta[j], known->beta[j], 1e-9) << name;
    }
  };
  same("poisson", "1", "poisson");
  same("gamma", "2", "gamma");
}

TEST(GlmClasses, TheMultinomialModelAgreesWithIndependentSoftware) {
  Session session(1, 2);
  const auto model = session.train("three", {{"lambda", "0"}});
  const auto figures = golden("multinomial", "expected_r.txt");
  const auto names = model->coefficient_names();
  const std::vector<std::string> levels = {"ash", "beech", "cedar"};
  for (std::size_t k : {1U, 2U}) {
    for (std::size_t j = 0; j < names.size(); ++j) {
      const double expected = figures.at(levels[k] + ":" + names[j])[0];
      const double got = model->coefficients[k * names.size() + j] - model->coefficients[j];
      EXPECT_NEAR(got, expected, 1e-8 * std::max(1.0, std::fabs(expected))) << names[j];
    }
  }
  for (std::size_t j = 0; j < names.size(); ++j) {
    EXPECT_NEAR(model->beta[j] + model->beta[names.size() + j] + model->beta[2 * names.size() + j],
                0, 1e-12);
  }
  EXPECT_LT(
      off_by(*model->header.training_metrics.find("residual_deviance"), figures.at("deviance")[0]),
      1e-9);
  const auto penalised = session.train("three", {{"lambda", "[0.05, 0.01]"}, {"alpha", "0.5"}});
  const auto net = golden("multinomial_penalised", "expected_r.txt");
  const auto all = penalised->coefficient_names();
  for (std::size_t k = 0; k < levels.size(); ++k) {
    for (std::size_t j = 0; j < all.size(); ++j) {
      const double expected = net.at(levels[k] + ":" + all[j])[0];
      const double got = penalised->path.fits[1].beta[k * all.size() + j];
      EXPECT_NEAR(got, expected, 1e-7) << levels[k] << " " << all[j];
      EXPECT_EQ(got == 0, expected == 0) << levels[k] << " " << all[j];
    }
  }
}

TEST(GlmClasses, TheOrdinalModelAgreesWithIndependentSoftware) {
  Session session(1, 2);
  const auto model = session.train("grade", with({{"lambda", "0"}}, "family", "ordinal"));
  const auto figures = golden("ordinal", "expected_r.txt");
  const auto names = model->coefficient_names();
  const std::size_t each = names.size();
  for (std::size_t k = 0; k < 3; ++k) {
    for (std::size_t j = 0; j + 1 < each; ++j) {
      EXPECT_LT(off_by(model->coefficients[k * each + j], figures.at(names[j])[0]), 1e-8);
    }
    const double threshold = figures.at("threshold" + std::to_string(k + 1))[0];
    EXPECT_LT(off_by(model->coefficients[k * each + each - 1], threshold), 1e-8) << k;
  }
  for (std::size_t j = 0; j < each; ++j) EXPECT_EQ(model->coefficients[3 * each + j], 0);
  const auto& metrics = model->header.training_metrics;
  EXPECT_LT(off_by(*metrics.find("residual_deviance"), figures.at("deviance")[0]), 1e-9);
  EXPECT_EQ(*metrics.find("residual_degrees_of_freedom"), 500 - 8);
}

const std::vector<std::pair<std::string, schema::Form>> kForms = {
    {"three", {{"alpha", "0.3"}}},
    {"three", {{"lambda_search", "true"}, {"nlambdas", "6"}}},
    {"grade", {{"family", "ordinal"}}},
    {"negbinomial", {{"family", "negativebinomial"}, {"theta", "0.5"}}},
    {"tweedie",
     {{"family", "tweedie"}, {"tweedie_variance_power", "1.5"}, {"tweedie_link_power", "0"}}},
    {"fraction", {{"family", "fractionalbinomial"}}}};

TEST(GlmFamilies, SameChecksumOnAnyThreadsAndNodes) {
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

TEST(GlmFamilies, GoOnAfterALossToTheSameBits) {
  for (std::size_t i : {1U, 2U, 3U}) {
    const auto& [response, form] = kForms[i];
    Session whole(1, 2);
    const auto expected = whole.train(response, form)->encode_learnt();
    const auto got = learnt_after_loss(response, form, 2);
    EXPECT_EQ(got, expected) << response;
  }
}

TEST(GlmFamilies, PerformanceOnTheTrainingFrameIsTheTrainingMetrics) {
  Session session(1, 2);
  for (const auto& [response, form] : kForms) {
    const auto model = session.train(response, form);
    std::vector<std::string> warnings;
    const auto frame = session.node().frames().require("golden");
    const auto metrics = session.models().performance(model, frame, nullptr, warnings);
    for (const char* name : {"RMSE", "residual_deviance", "null_deviance", "logloss", "nobs"}) {
      const auto trained = model->header.training_metrics.find(name);
      const auto again = metrics.find(name);
      ASSERT_EQ(trained.has_value(), again.has_value()) << name;
      EXPECT_NEAR(again.value_or(0), trained.value_or(0), 1e-9 * std::fabs(trained.value_or(0)))
          << response << " " << name;
    }
  }
}

TEST(GlmFamilies, ProbabilitiesOfClassesAddUpToOne) {
  Session session(1, 2);
  for (const auto& [response, classes] : {std::pair("three", 3), std::pair("grade", 4)}) {
    const auto model = session.train(
        response, with({{"lambda", "0"}}, "family", classes == 4 ? "ordinal" : "multinomial"));
    std::vector<std::string> warnings;
    const auto frame = session.node().frames().require("golden");
    const auto scored = session.models().predict(model, frame, "scored", nullptr, warnings);
    ASSERT_EQ(scored.columns.size(), static_cast<std::size_t>(classes) + 1);
    std::vector<double> total(64, 0.0);
    for (std::size_t k = 1; k < scored.columns.size(); ++k) {
      std::vector<double> share(64);
      session.node()
          .engine()
          .chunk(*scored.layout, scored.columns[k].id, GroupIndex(0))
          .decode(0, share);
      for (std::size_t i = 0; i < share.size(); ++i) {
        EXPECT_GT(share[i], 0);
        total[i] += share[i];
      }
    }
    for (const double sum : total) EXPECT_NEAR(sum, 1, 1e-12);
  }
}

TEST(GlmFamilies, WhatDoesNotFitIsSaid) {
  Session session(1, 1);
  const std::vector<std::tuple<std::string, schema::Form, std::string>> cases = {
      {"tweedie", {{"family", "tweedie"}, {"link", "log"}}, "Only tweedie link allowed"},
      {"negbinomial", {{"family", "negativebinomial"}, {"theta", "0"}}, "Theta must be a positive"},
      {"gaussian", {{"family", "multinomial"}}, "at least 3 levels"},
      {"class", {{"family", "ordinal"}}, "at least 3 levels"},
      {"three", {{"family", "gaussian"}}, "Regression requires numeric response"},
      {"gaussian", {{"family", "fractionalbinomial"}}, "must be between 0 and 1"},
      {"three", {{"lambda", "0"}, {"compute_p_values", "true"}}, "P values are currently not"},
      {"grade", {{"family", "ordinal"}, {"lambda_search", "true"}}, "do not support lambda search"},
      {"class", {{"solver", "GRADIENT_DESCENT_LH"}}, "only supported for ordinal"},
      {"gamma", {{"family", "gamma"}, {"prior", "0.5"}}, "only allowed with family = binomial"}};
  for (const auto& [response, form, text] : cases) {
    const auto build = session.check(with(form, "response_column", response));
    ASSERT_EQ(build.errors(), 1) << text;
    const auto wrong =
        std::ranges::find(build.messages, model::Message::Kind::error, &model::Message::kind);
    EXPECT_NE(wrong->text.find(text), std::string::npos) << wrong->text;
  }
}

}  // namespace

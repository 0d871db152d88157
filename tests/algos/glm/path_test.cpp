#include "algos/glm/session.hpp"

namespace {

using namespace neve;
using namespace neve::testing::glm;

const schema::Form kSearch = {{"lambda_search", "true"}, {"nlambdas", "20"}, {"alpha", "0.5"}};

/// Coefficients of standardised columns against glmnet's, at four lambdas.
void expect_path(const std::string& name, const GlmModel& model) {
  const auto figures = golden("path_" + name, "expected_r.txt");
  const std::vector<std::string> lambdas = {"0.1", "0.03", "0.01", "0.001"};
  const auto names = model.coefficient_names();
  ASSERT_EQ(model.path.fits.size(), lambdas.size());
  for (std::size_t i = 0; i < lambdas.size(); ++i) {
    EXPECT_EQ(model.path.fits[i].lambda, std::stod(lambdas[i]));
    for (std::size_t j = 0; j < names.size(); ++j) {
      const double expected = figures.at(names[j] + "@" + lambdas[i])[0];
      const double got = model.path.fits[i].beta[j];
      // Levels shift against the intercept almost for free: a few digits less at small lambdas.
      EXPECT_NEAR(got, expected, 1e-7 * std::max(1.0, std::fabs(expected)))
          << name << " " << names[j] << " at " << lambdas[i];
      EXPECT_EQ(got == 0, expected == 0) << name << " " << names[j] << " at " << lambdas[i];
    }
  }
}

TEST(GlmPath, AgreesWithIndependentSoftwareAtEveryLambda) {
  Session session(1, 2);
  const schema::Form form = {{"lambda", "[0.1, 0.03, 0.01, 0.001]"}, {"alpha", "0.5"}};
  expect_path("gaussian", *session.train("gaussian", form));
  expect_path("binomial", *session.train("class", form));
  const schema::Form lasso = {
      {"lambda", "[0.001, 0.01, 0.1, 0.03]"}, {"alpha", "0.9"}, {"family", "poisson"}};
  expect_path("poisson", *session.train("poisson", lasso));
  expect_path("gaussian", *session.train("gaussian", with(form, "cold_start", "true")));
}

TEST(GlmPath, GoesFromNoPredictorDownwards) {
  Session session(1, 2);
  const auto model = session.train("gaussian", with(kSearch, "early_stopping", "false"));
  const auto& fits = model->path.fits;
  ASSERT_EQ(fits.size(), 20U);
  for (std::size_t j = 0; j + 1 < fits[0].beta.size(); ++j) EXPECT_EQ(fits[0].beta[j], 0) << j;
  EXPECT_GE(std::ranges::count(fits[1].beta, 0.0), 4) << "few predictors at first";
  for (std::size_t i = 1; i < fits.size(); ++i) {
    EXPECT_LT(fits[i].deviance, fits[i - 1].deviance);
    EXPECT_NEAR(fits[i].lambda / fits[i - 1].lambda, std::pow(1e-4, 1.0 / 19), 1e-12);
  }
  EXPECT_EQ(model->best_submodel, 19);
  EXPECT_EQ(model->lambda, fits[19].lambda);
  EXPECT_EQ(model->beta, fits[19].beta);
  // The same penalty by itself leads to the same place.
  std::ostringstream lambda;
  lambda.precision(17);
  lambda << fits[7].lambda;
  const auto alone = session.train("gaussian", {{"lambda", lambda.str()}, {"alpha", "0.5"}});
  for (std::size_t j = 0; j < alone->beta.size(); ++j) {
    EXPECT_NEAR(alone->beta[j], fits[7].beta[j], 1e-9);
  }
}

/// Deviance / 2n + penalty of a fit to the golden frame at alpha 0.5.
double objective_of(const algos::glm::SubmodelFit& fit) {
  constexpr double kRows = 500;
  double penalty = 0;
  for (std::size_t j = 0; j + 1 < fit.beta.size(); ++j) {
    penalty += (std::fabs(fit.beta[j]) + fit.beta[j] * fit.beta[j] / 2) / 2;
  }
  return fit.deviance / 2 / kRows + fit.lambda * penalty;
}

TEST(GlmPath, TheBestFitIsExactAndThoseOnTheWayNearlySo) {
  Session session(1, 2);
  for (const std::string response : {"class", "poisson"}) {
    const auto with_family = [&](schema::Form form) {
      return response == "poisson" ? with(std::move(form), "family", "poisson") : form;
    };
    const auto model = session.train(response, with_family(kSearch));
    const auto& fits = model->path.fits;
    for (std::size_t i = 1; i < fits.size(); ++i) {
      std::ostringstream lambda;
      lambda.precision(17);
      lambda << fits[i].lambda;
      const auto alone =
          session.train(response, with_family({{"lambda", lambda.str()}, {"alpha", "0.5"}}));
      const auto& exact = alone->path.fits[0];
      const double off = objective_of(fits[i]) - objective_of(exact);
      EXPECT_NEAR(off / (fits[0].deviance / 2 / 500), 0, 2e-8) << response << " " << i;
      const bool best = static_cast<std::int32_t>(i) == model->best_submodel;
      for (std::size_t j = 0; j < exact.beta.size() && best; ++j) {
        EXPECT_NEAR(fits[i].beta[j], exact.beta[j], 1e-9) << response << " " << j;
      }
    }
    EXPECT_EQ(model->beta, fits[static_cast<std::size_t>(model->best_submodel)].beta);
  }
}

TEST(GlmPath, EndsEarlyOnceTheFitIsAsGoodAsItGets) {
  Session session(1, 2);
  const auto model =
      session.train("gaussian", {{"lambda_search", "true"}, {"alpha", "[0.5, 0.1]"}});
  const auto& fits = model->path.fits;
  const auto second = std::ranges::find(fits, 0.1, &algos::glm::SubmodelFit::alpha);
  ASSERT_NE(second, fits.end());
  EXPECT_LT(second - fits.begin(), 100);
  EXPECT_EQ(second->lambda, fits[0].lambda);
  const auto last = second - 1;
  EXPECT_LT((last - 1)->deviance / last->deviance - 1, 1e-4);
}

TEST(GlmPath, TheValidationFrameDecides) {
  Session session(1, 2);
  auto frame = session.node().frames().require("golden");
  frame.key = "other";
  // Another response: what helps on the training frame does harm there.
  frame.columns[static_cast<std::size_t>(frame.require("gaussian").value())] =
      frame.column(frame.require("offset"));
  session.node().frames().publish(frame);
  const auto model = session.train(
      "gaussian", with(with(kSearch, "early_stopping", "false"), "validation_frame", "other"));
  const auto& fits = model->path.fits;
  EXPECT_LT(model->best_submodel, 19);
  const auto best = static_cast<std::size_t>(model->best_submodel);
  for (std::size_t i = 0; i < best; ++i) {
    EXPECT_GE(fits[i].validation_deviance, fits[best].validation_deviance);
  }
  EXPECT_NEAR(*model->header.validation_metrics.find("residual_deviance"),
              fits[best].validation_deviance, 1e-9 * fits[best].validation_deviance);
  EXPECT_NEAR(*model->header.training_metrics.find("residual_deviance"), fits[best].deviance,
              1e-9 * fits[best].deviance);
}

TEST(GlmPath, SameChecksumOnAnyThreadsAndNodes) {
  std::vector<std::int64_t> expected;
  const std::vector<std::pair<int, int>> shapes = {{1, 1}, {1, 3}, {3, 2}};
  for (const auto& [nodes, threads] : shapes) {
    Session session(nodes, threads);
    const std::vector<std::int64_t> checksums = {session.train("class", kSearch)->header.checksum,
                                                 session.train("gamma", kSearch)->header.checksum};
    if (expected.empty()) expected = checksums;
    EXPECT_EQ(checksums, expected) << nodes << " nodes, " << threads << " threads";
  }
}

TEST(GlmPath, GoesOnAfterALossToTheSameBits) {
  for (const int states : {3, 11, 20}) {
    Session whole(1, 2);
    const auto expected = whole.train("class", kSearch)->encode_learnt();
    const auto got = learnt_after_loss("class", kSearch, states);
    EXPECT_EQ(got, expected) << states;
  }
}

/// Runs one of the algorithm's own requests.
model::ActionAnswer ask(Session& session, std::string_view name, const schema::Form& form) {
  for (const model::Action& action : algos::glm::algorithm().actions) {
    if (action.name != name) continue;
    const auto input = action.input->make();
    schema::throw_problems("", schema::read_form(*action.input, input.get(), form));
    return action.run(session.models(), input.get());
  }
  return {};
}

TEST(GlmPath, AModelCanBeMadeOfAnySubmodel) {
  Session session(1, 2);
  const auto model = session.train("class", kSearch);
  const auto& fit = model->path.fits[5];
  std::string names;
  std::string values;
  const auto raw = algos::linear::to_raw(model->design, fit.beta);
  const auto all = model->coefficient_names();
  for (std::size_t j = 0; j < raw.size(); ++j) {
    std::ostringstream value;
    value.precision(17);
    value << raw[j];
    names += (j == 0 ? "\"" : ",\"") + all[j] + "\"";
    values += (j == 0 ? "" : ",") + value.str();
  }
  const auto made = ask(session, "make_glm_model",
                        {{"model", "model"},
                         {"dest", "copy"},
                         {"names", "[" + names + "]"},
                         {"beta", "[" + values + "]"}});
  ASSERT_NE(made.model, nullptr);
  std::vector<std::string> warnings;
  const auto frame = session.node().frames().require("golden");
  const auto metrics =
      session.models().performance(session.models().require("copy"), frame, nullptr, warnings);
  EXPECT_NEAR(*metrics.find("residual_deviance") / fit.deviance, 1, 1e-9);
  EXPECT_THROW(
      ask(session, "make_glm_model", {{"model", "model"}, {"names", "[\"x1\"]"}, {"beta", "[1]"}}),
      InputError);
  const auto path = ask(session, "glm_regularization_path", {{"model", "model"}});
  EXPECT_TRUE(path.object);
}

}  // namespace

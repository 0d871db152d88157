#include "algos/glm/session.hpp"

namespace {

using namespace neve;
using namespace neve::testing::glm;
using neve::testing::publish_as;

const schema::Form kIrlsm = {{"solver", "IRLSM"}, {"family", "binomial"}};

/// Trains "first" of a few iterations, and then "model", which goes on from it.
std::shared_ptr<const GlmModel> in_two_goes(Session& session, const std::string& response,
                                            const schema::Form& form, const std::string& few) {
  const auto first = session.train(response, with(form, "max_iterations", few));
  publish_as(session.models(), *first, "first");
  return session.train(response, with(form, "checkpoint", "first"));
}

void expect_near(const std::vector<double>& got, const std::vector<double>& expected, double by) {
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t j = 0; j < got.size(); ++j) EXPECT_NEAR(got[j], expected[j], by) << j;
}

std::vector<std::int64_t> iterations_of(const GlmModel& model) {
  std::vector<std::int64_t> made;
  for (const auto& cell : model.header.scoring_history.columns[3].cells) {
    made.push_back(std::get<std::int64_t>(cell));
  }
  return made;
}

TEST(GlmCheckpoint, GoesOnToTheSameModel) {
  Session session(1, 2);
  const std::vector<std::pair<std::string, schema::Form>> cases = {
      {"class", with(kIrlsm, "lambda", "0")},
      {"class", with(with(kIrlsm, "lambda", "0.01"), "alpha", "1")},
      {"three", {{"solver", "IRLSM"}, {"family", "multinomial"}, {"lambda", "0.01"}}},
      {"poisson", {{"solver", "IRLSM"}, {"family", "poisson"}, {"standardize", "false"}}}};
  for (const auto& [response, form] : cases) {
    const auto whole = session.train(response, form);
    const auto both = in_two_goes(session, response, form, "2");
    expect_near(both->coefficients, whole->coefficients, 1e-7);
    // The history goes on where the checkpoint's has ended.
    const auto iterations = iterations_of(*both);
    ASSERT_GT(iterations.size(), 3U) << response;
    for (std::size_t i = 0; i < iterations.size(); ++i) {
      EXPECT_EQ(iterations[i], static_cast<std::int64_t>(i)) << response;
    }
  }
}

TEST(GlmCheckpoint, APathOfLambdasComesToTheSameModel) {
  Session session(1, 2);
  const auto form = with(with(kIrlsm, "lambda_search", "true"), "nlambdas", "10");
  const auto whole = session.train("class", form);
  const auto both = in_two_goes(session, "class", form, "5");
  EXPECT_EQ(both->lambda, whole->lambda);
  expect_near(both->coefficients, whole->coefficients, 1e-6);
}

TEST(GlmCheckpoint, OfAnEndedModelChangesNothing) {
  Session session(1, 2);
  const auto form = with(kIrlsm, "lambda", "0.01");
  const auto both = in_two_goes(session, "class", form, "40");
  const auto whole = session.train("class", form);
  expect_near(both->coefficients, whole->coefficients, 1e-9);
  EXPECT_LE(both->path.fits[0].iterations, whole->path.fits[0].iterations + 2);
}

TEST(GlmCheckpoint, IsRefusedWhereTheModelIsAnother) {
  Session session(1, 2);
  publish_as(session.models(), *session.train("class", kIrlsm), "first");
  const auto errors = [&](const std::string& response, schema::Form form) {
    return session.check_form(Session::complete(response, with(form, "checkpoint", "first")))
        .errors();
  };
  EXPECT_EQ(errors("class", kIrlsm), 0);
  EXPECT_EQ(errors("binomial", kIrlsm), 1);
  EXPECT_EQ(errors("class", {{"solver", "IRLSM"}, {"family", "quasibinomial"}}), 1);
  EXPECT_EQ(errors("class", {{"solver", "L_BFGS"}, {"family", "binomial"}}), 2);
  EXPECT_EQ(errors("class", with(kIrlsm, "max_iterations", "1")), 1);
  EXPECT_EQ(errors("class", with(kIrlsm, "startval", "[0,0,0,0,0,0]")), 1);
  // All levels count with a penalty.
  const auto other = with(with(kIrlsm, "lambda", "0"), "checkpoint", "first");
  const auto job = session.models().train(session.check_form(Session::complete("class", other)));
  job->wait();
  EXPECT_NE(job->snapshot().exception.find("must be the same as for the checkpointed model first"),
            std::string::npos)
      << job->snapshot().exception;
}

}  // namespace

#include "algos/glm/folds.hpp"
#include "algos/glm/session.hpp"

namespace {

using namespace neve;
using namespace neve::testing::glm;

schema::Form folded(schema::Form form) {
  form.emplace_back("nfolds", "3");
  form.emplace_back("fold_assignment", "Modulo");
  return form;
}

const schema::Form kList = {{"lambda", "[0.1, 0.03, 0.01, 0.003, 0.001]"}, {"alpha", "0.5"}};
const schema::Form kSearch = {{"lambda_search", "true"}, {"nlambdas", "20"}, {"alpha", "0.5"}};

std::vector<std::shared_ptr<const model::Model>> folds_of(Session& session, const GlmModel& model) {
  std::vector<std::shared_ptr<const model::Model>> folds;
  for (const std::string& key : model.header.cross_validation.models) {
    folds.push_back(session.models().require(key));
  }
  return folds;
}

TEST(GlmFolds, DeviancesAgreeWithIndependentSoftware) {
  Session session(1, 2);
  for (const auto& [name, response] :
       {std::pair("binomial", "class"), std::pair("gaussian", "gaussian")}) {
    const auto model = session.train(response, folded(kList));
    const auto got = algos::glm::fold_deviances(folds_of(session, *model));
    const auto figures = golden(name, "expected_folds.txt");
    const auto& means = figures.at("mean");
    ASSERT_EQ(got.means.size(), means.size()) << name;
    for (std::size_t i = 0; i < means.size(); ++i) {
      EXPECT_NEAR(got.means[i] / means[i], 1, 1e-7) << name << " " << i;
      EXPECT_NEAR(got.errors[i] / figures.at("error")[i], 1, 1e-6) << name << " " << i;
    }
    const auto best = static_cast<std::size_t>(std::ranges::min_element(means) - means.begin());
    EXPECT_EQ(got.best, best);
    // The main model is of the best lambda only.
    EXPECT_EQ(model->lambda, got.submodels[best].lambda);
    EXPECT_EQ(model->path.fits.size(), 1U);
    EXPECT_EQ(model->path.near_best_lambda, got.largest_near_best());
    EXPECT_GE(got.largest_near_best(), model->lambda);
  }
}

TEST(GlmFolds, APathLeadsToTheLambdaThatIsBestForAll) {
  Session session(1, 2);
  const auto model = session.train("class", folded(kSearch));
  const auto folds = folds_of(session, *model);
  const auto deviances = algos::glm::fold_deviances(folds);
  ASSERT_EQ(folds.size(), 3U);
  EXPECT_EQ(model->lambda, deviances.submodels[deviances.best].lambda);
  EXPECT_EQ(model->path.fits.back().lambda, model->lambda);
  EXPECT_EQ(model->best_submodel, static_cast<std::int32_t>(model->path.fits.size()) - 1);
  for (const auto& fold : folds) {
    const auto& of_fold = dynamic_cast<const GlmModel&>(*fold);
    EXPECT_EQ(of_fold.lambda, model->lambda);
    EXPECT_EQ(of_fold.path.fits[0].lambda, model->path.fits[0].lambda);
    const auto& fit = of_fold.path.fits[static_cast<std::size_t>(of_fold.best_submodel)];
    const double held_out = *fold->header.validation_metrics.find("residual_deviance");
    EXPECT_NEAR(held_out / fit.validation_deviance, 1, 1e-9);
  }
  // The model is the same as one of that lambda alone.
  std::ostringstream lambda;
  lambda.precision(17);
  lambda << model->lambda;
  const auto alone = session.train("class", {{"lambda", lambda.str()}, {"alpha", "0.5"}});
  for (std::size_t j = 0; j < alone->beta.size(); ++j) {
    EXPECT_NEAR(model->beta[j], alone->beta[j], 1e-8);
  }
  const schema::Table& history = model->header.scoring_history;
  const auto column = [&](const std::string& name) {
    const auto found =
        std::ranges::find_if(history.columns, [&](const auto& each) { return each.name == name; });
    return std::get<double>(found->cells.back());
  };
  EXPECT_EQ(column("deviance_xval"), deviances.means[deviances.best]);
  EXPECT_EQ(column("deviance_se"), deviances.errors[deviances.best]);
}

TEST(GlmFolds, ChooseAmongAlphasToo) {
  Session session(1, 1);
  schema::Form form = folded({{"lambda", "[0.1, 0.01]"}, {"alpha", "[0, 0.5, 1]"}});
  const auto model = session.train("gaussian", form);
  const auto deviances = algos::glm::fold_deviances(folds_of(session, *model));
  ASSERT_EQ(deviances.means.size(), 6U);
  EXPECT_EQ(model->alpha, deviances.submodels[deviances.best].alpha);
  EXPECT_EQ(model->lambda, deviances.submodels[deviances.best].lambda);
}

TEST(GlmFolds, SameChecksumOnAnyThreadsAndNodes) {
  std::vector<std::int64_t> expected;
  for (const auto& [nodes, threads] : std::vector<std::pair<int, int>>{{1, 1}, {1, 3}, {3, 2}}) {
    Session session(nodes, threads);
    const auto model = session.train("class", folded(kSearch));
    std::vector<std::int64_t> checksums = {model->header.checksum};
    for (const auto& fold : folds_of(session, *model)) checksums.push_back(fold->header.checksum);
    if (expected.empty()) expected = checksums;
    EXPECT_EQ(checksums, expected) << nodes << " nodes, " << threads << " threads";
  }
}

TEST(GlmFolds, GoOnAfterALossToTheSameBits) {
  const schema::Form form = folded(kList);
  Session whole(1, 2);
  const auto expected = whole.train("class", form)->encode_learnt();
  for (const int states : {5, 40}) {
    const auto got = learnt_after_loss("class", form, states);
    EXPECT_EQ(got, expected) << states;
  }
}

}  // namespace

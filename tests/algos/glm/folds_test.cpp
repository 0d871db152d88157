#include "algos/glm/folds.hpp"

#include "algos/glm/columns.hpp"

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
  for (const char* response : {"class", "gaussian"}) {
    std::vector<std::int64_t> expected;
    for (const auto& [nodes, threads] : std::vector<std::pair<int, int>>{{1, 1}, {1, 3}, {3, 2}}) {
      Session session(nodes, threads);
      const auto model = session.train(response, folded(kSearch));
      std::vector<std::int64_t> checksums = {model->header.checksum};
      for (const auto& fold : folds_of(session, *model)) checksums.push_back(fold->header.checksum);
      if (expected.empty()) expected = checksums;
      EXPECT_EQ(checksums, expected) << response << nodes << " nodes, " << threads << " threads";
    }
  }
}

TEST(GlmFolds, GoOnAfterALossToTheSameBits) {
  struct Case {
    const char* response;
    const schema::Form& form;
    int states;
  };
  for (const auto& [response, given, states] :
       {Case{"class", kList, 5}, Case{"class", kList, 40}, Case{"gaussian", kSearch, 6}}) {
    const schema::Form form = folded(given);
    Session whole(1, 2);
    const auto expected = whole.train(response, form)->encode_learnt();
    EXPECT_EQ(learnt_after_loss(response, form, states), expected) << response << states;
  }
}

void expect_near(double got, double expected, const std::string& what) {
  EXPECT_NEAR(got, expected, 1e-9 * (1 + std::fabs(expected))) << what;
}

void expect_same_metrics(const model::metrics::Metrics& got,
                         const model::metrics::Metrics& expected, const std::string& what) {
  EXPECT_EQ(got.header()->nobs, expected.header()->nobs) << what;
  for (const char* name : {"MSE", "mae", "r2", "mean_residual_deviance", "residual_deviance",
                           "null_deviance", "AIC", "residual_degrees_of_freedom"}) {
    ASSERT_TRUE(expected.find(name)) << name;
    expect_near(*got.find(name), *expected.find(name), what + " " + name);
  }
  const double logs = *expected.find("rmsle");
  EXPECT_EQ(std::isnan(*got.find("rmsle")), std::isnan(logs)) << what;
  if (!std::isnan(logs)) expect_near(*got.find("rmsle"), logs, what + " rmsle");
}

/// The number of the last row of each column of a table, by name.
std::map<std::string, double> last_row(const schema::Table& table) {
  std::map<std::string, double> row;
  for (const auto& column : table.columns) {
    if (column.cells.empty()) continue;
    if (const auto* number = std::get_if<double>(&column.cells.back())) row[column.name] = *number;
  }
  return row;
}

/// What folds that were trained from sums know is what folds know that read their rows.
void expect_folds_of_sums_alike(Session& session, const schema::Form& form) {
  std::string what;
  for (const auto& [name, value] : form) what += name + "=" + value + " ";
  const auto quick = session.train("gaussian", form);
  const auto quick_folds = folds_of(session, *quick);
  // A history of deviances is not made of sums.
  const auto slow = session.train("gaussian", with(form, "generate_scoring_history", "true"));
  const auto slow_folds = folds_of(session, *slow);
  ASSERT_EQ(quick_folds.size(), slow_folds.size());
  for (std::size_t k = 0; k <= quick_folds.size(); ++k) {
    const bool main = k == quick_folds.size();
    const auto& got = main ? *quick : dynamic_cast<const GlmModel&>(*quick_folds[k]);
    const auto& expected = main ? *slow : dynamic_cast<const GlmModel&>(*slow_folds[k]);
    EXPECT_EQ(got.rank, expected.rank) << what;
    expect_near(got.lambda, expected.lambda, what);
    EXPECT_EQ(got.alpha, expected.alpha) << what;
    for (std::size_t j = 0; j < expected.coefficients.size(); ++j) {
      expect_near(got.coefficients[j], expected.coefficients[j], what);
    }
    expect_near(got.null_mean, expected.null_mean, what);
    expect_same_metrics(got.header.training_metrics, expected.header.training_metrics, what);
    if (main) continue;
    expect_same_metrics(got.header.validation_metrics, expected.header.validation_metrics, what);
    // Of folds that were read it is of the submodel that was best before they agreed.
    if (expected.path.fits.size() > 1) continue;
    const auto row = last_row(got.header.scoring_history);
    const auto wanted = last_row(expected.header.scoring_history);
    for (const auto& [name, value] : row) expect_near(value, wanted.at(name), what + name);
  }
  expect_same_metrics(quick->header.cross_validation.metrics, slow->header.cross_validation.metrics,
                      what);
}

TEST(GlmFolds, SumsOfFoldsGiveWhatPassesOverTheirRowsWould) {
  const schema::Form plain = {{"lambda", "0"}};
  const schema::Form net = {{"lambda", "0.02"}, {"alpha", "0.3"}};
  Session session(1, 2);
  const std::vector<schema::Form> forms = {plain,
                                           net,
                                           {},
                                           kList,
                                           kSearch,
                                           {{"lambda", "[0.1, 0.01]"}, {"alpha", "[0, 0.5, 1]"}},
                                           with(net, "standardize", "false"),
                                           with(net, "intercept", "false"),
                                           with(net, "non_negative", "true"),
                                           with(plain, "compute_p_values", "true"),
                                           with(plain, "weights_column", "weight"),
                                           with(plain, "missing_values_handling", "Skip"),
                                           with(net, "keep_cross_validation_predictions", "true")};
  for (const schema::Form& form : forms) expect_folds_of_sums_alike(session, folded(form));
}

/// What sums about the means of all rows would lose, passes over the rows of each fold keep; and
/// what stands in for missing values is of the fold.
TEST(GlmFolds, RowsThatSumsDoNotTellAllOfAreRead) {
  const auto columns_with = [](const char* name, double value) {
    std::vector<Column> columns;
    for (const char* each : {"x1", "x2", "g", "gaussian"}) columns.push_back(golden_column(each));
    for (Column& column : columns) {
      if (column.name == name) column.values[0] = value;
    }
    return columns;
  };
  Session session(1, 2);
  publish(session.node(), "stretched", columns_with("x2", 1e9));
  publish(session.node(), "outlier", columns_with("gaussian", 1e10));
  publish(session.node(), "lacking", columns_with("x1", kNaN));
  const schema::Form form = folded({{"response_column", "gaussian"}, {"lambda", "0"}});
  for (const char* frame : {"stretched", "outlier", "lacking"}) {
    const auto read =
        train(session.models(), frame, with(form, "generate_scoring_history", "true"));
    const auto read_folds = folds_of(session, *read);
    const auto model = train(session.models(), frame, form);
    const auto folds = folds_of(session, *model);
    for (std::size_t k = 0; k < folds.size(); ++k) {
      const auto& got = dynamic_cast<const GlmModel&>(*folds[k]);
      const auto& expected = dynamic_cast<const GlmModel&>(*read_folds[k]);
      for (std::size_t j = 0; j < expected.coefficients.size(); ++j) {
        expect_near(got.coefficients[j] / expected.coefficients[j], 1, frame);
      }
    }
  }
}

TEST(GlmFolds, KeptPredictionsAreMeasuredToTheSame) {
  Session session(1, 2);
  const schema::Form form = folded({{"lambda", "0"}});
  const auto quick = session.train("gaussian", form);
  const auto kept =
      session.train("gaussian", with(form, "keep_cross_validation_predictions", "true"));
  EXPECT_EQ(kept->header.cross_validation.predictions.size(), 3U);
  EXPECT_EQ(*kept->header.cross_validation.metrics.find("MSE"),
            *quick->header.cross_validation.metrics.find("MSE"));
}

}  // namespace

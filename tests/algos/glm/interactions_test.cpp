#include "algos/glm/columns.hpp"

namespace {

using namespace neve;
using namespace neve::testing::glm;
const schema::Form kInteractions = {
    {"interaction_pairs",
     R"([{"a":"x1","b":"x2"},{"a":"g","b":"x1"},{"a":"x2","b":"three"},{"a":"g","b":"three"}])"}};

/// Coefficients by name, whatever their order.
void expect_same(const GlmModel& got, const GlmModel& expected, double slack) {
  const auto names = got.coefficient_names();
  const auto others = expected.coefficient_names();
  ASSERT_EQ(std::set(names.begin(), names.end()), std::set(others.begin(), others.end()));
  for (std::size_t j = 0; j < names.size(); ++j) {
    const auto at = static_cast<std::size_t>(std::ranges::find(others, names[j]) - others.begin());
    EXPECT_NEAR(got.coefficients[j], expected.coefficients[at],
                slack * std::max(1.0, std::fabs(expected.coefficients[at])))
        << names[j];
    EXPECT_NEAR(got.standardized[j], expected.standardized[at],
                slack * std::max(1.0, std::fabs(expected.standardized[at])))
        << names[j];
  }
}

TEST(GlmInteractions, AreColumnsMadeByHand) {
  Session session(1, 2);
  const Base base;
  for (const bool penalised : {false, true}) {
    auto columns = base.with(base.poisson);
    columns.push_back(product(base.x1, base.x2));
    for (auto& column : slopes(base.g, base.x1, "g_x1", penalised ? 0 : 1)) {
      columns.push_back(column);
    }
    for (auto& column : slopes(base.three, base.x2, "x2_three", penalised ? 0 : 1)) {
      columns.push_back(column);
    }
    columns.push_back(pairs(base.g, base.three, !penalised));
    publish(session.node(), "by_hand", columns);
    publish(session.node(), "base", base.with(base.poisson));
    const schema::Form form = {{"family", "poisson"},
                               {"lambda", penalised ? "0.01" : "0"},
                               {"alpha", "0.5"},
                               {"standardize", penalised ? "true" : "false"}};
    const auto by_hand = train(session.models(), "by_hand", form_of("poisson", form));
    auto with_interactions = form;
    with_interactions.push_back(kInteractions[0]);
    const auto got = train(session.models(), "base", form_of("poisson", with_interactions));
    expect_same(*got, *by_hand, 1e-10);
    for (const char* name : {"residual_deviance", "null_deviance"}) {
      EXPECT_NEAR(*got->header.training_metrics.find(name),
                  *by_hand->header.training_metrics.find(name), 1e-8);
    }
  }
}

TEST(GlmInteractions, AgreeWithIndependentSoftware) {
  Session session(1, 2);
  const Base base;
  const std::vector<std::pair<std::string, const Column*>> cases = {
      {"gaussian", &base.gaussian}, {"poisson", &base.poisson}, {"binomial", &base.binomial}};
  for (const auto& [family, response] : cases) {
    publish(session.node(), "base", base.with(*response));
    const auto form = with(with(kInteractions, "family", family), "lambda", "0");
    const auto model = train(session.models(), "base", form_of(family, form));
    const auto figures = golden("interactions_" + family, "expected_columns_r.txt");
    const auto names = model->coefficient_names();
    ASSERT_EQ(names.size() + 1, figures.size());
    for (std::size_t j = 0; j < names.size(); ++j) {
      const double expected = figures.at(names[j])[0];
      EXPECT_NEAR(model->coefficients[j], expected, 1e-8 * std::max(1.0, std::fabs(expected)))
          << family << " " << names[j];
    }
    EXPECT_NEAR(*model->header.training_metrics.find("residual_deviance"),
                figures.at("deviance")[0], 1e-7);
  }
}

/// Products come before predictors, categoricals by falling number of levels before numerics.
TEST(GlmInteractions, CoefficientsAreInTheOrderOfH2o3) {
  Session session(1, 2);
  const Base base;
  publish(session.node(), "base", base.with(base.gaussian));
  const schema::Form list = {{"interactions", R"(["x1","g","three"])"}, {"lambda", "0"}};
  const auto names =
      train(session.models(), "base", form_of("gaussian", list))->coefficient_names();
  const std::vector<std::string> expected = {"g_three.b_beech",
                                             "g_three.b_cedar",
                                             "g_three.c_beech",
                                             "g_three.c_cedar",
                                             "g_three.d_beech",
                                             "g_three.d_cedar",
                                             "g.b",
                                             "g.c",
                                             "g.d",
                                             "three.beech",
                                             "three.cedar",
                                             "x1_g.b",
                                             "x1_g.c",
                                             "x1_g.d",
                                             "x1_three.beech",
                                             "x1_three.cedar",
                                             "x1",
                                             "x2",
                                             "Intercept"};
  EXPECT_EQ(names, expected);
  // Pairs that the list already has are not made again.
  const auto both = with(list, "interaction_pairs", R"([{"a":"g","b":"x1"},{"a":"x1","b":"x2"}])");
  const auto more = train(session.models(), "base", form_of("gaussian", both))->coefficient_names();
  EXPECT_EQ(more.size(), names.size() + 1);
  EXPECT_EQ(more[16], "x1_x2");
}

/// Scoring makes the same products as training does, also on frames with other levels and holes.
TEST(GlmInteractions, ScoringMakesTheSameProducts) {
  Session session(1, 2);
  const Base base;
  publish(session.node(), "base", base.with(base.gaussian));
  auto form = with(with(kInteractions, "lambda", "0"), "compute_p_values", "true");
  const auto model = train(session.models(), "base", form_of("gaussian", form));
  // As training measured it: R^2 of a least squares fit with an intercept says whether they agree.
  std::vector<std::string> warnings;
  const auto frame = session.node().frames().require("base");
  const auto metrics = session.models().performance(model, frame, nullptr, warnings);
  EXPECT_NEAR(*metrics.find("RMSE"), *model->header.training_metrics.find("RMSE"), 1e-12);
  // Levels in another order and a hole in each column.
  publish(session.node(), "new",
          {{"g", {"z", "d", "c", "b", "a"}, {1, 4, 0, -1, 3, 2}},
           {"three", {"cedar", "ash", "beech"}, {0, 1, 0, 0, -1, 2}},
           {"x1", {}, {50, 51, 52, 53, 54, kNaN}},
           {"x2", {}, {6, 7, 5, 4, 3, 8}}});
  const auto predictions = session.models().predict(model, session.node().frames().require("new"),
                                                    "predictions", nullptr, warnings);
  std::vector<double> got(6);
  std::vector<double> errors(6);
  session.node()
      .engine()
      .chunk(*predictions.layout, predictions.columns[0].id, GroupIndex(0))
      .decode(0, got);
  session.node()
      .engine()
      .chunk(*predictions.layout, predictions.columns[1].id, GroupIndex(0))
      .decode(0, errors);
  const auto names = model->coefficient_names();
  const auto b = [&](const std::string& name) {
    const auto at = std::ranges::find(names, name);
    return at == names.end() ? 0
                             : model->coefficients[static_cast<std::size_t>(at - names.begin())];
  };
  const auto predicted = [&](const std::string& g, const std::string& three,
                             const std::string& pair, double x1, double x2, double own) {
    return b("Intercept") + b("g." + g) + b("three." + three) + b("g_three." + pair) +
           (b("x1") + b("x1_x2") * x2 + b("g_x1." + g)) * x1 * own +
           (b("x2") + b("x2_three." + three)) * x2;
  };
  const auto fill_of = [&](const std::string& name) {
    for (const auto& term : model->design.categoricals) {
      if (term.name == name) return term.levels[static_cast<std::size_t>(term.fill)];
    }
    return std::string();
  };
  EXPECT_NEAR(got[0], predicted("d", "cedar", "d_cedar", 50, 6, 1), 1e-9);
  EXPECT_NEAR(got[1], predicted("a", "ash", "", 51, 7, 1), 1e-9);
  // A level that training did not see counts as the most frequent one, as does a missing one, and
  // so does a pair.
  const std::string g = fill_of("g");
  const std::string pair = fill_of("g_three");
  EXPECT_NEAR(got[2], predicted(g, "cedar", pair, 52, 5, 1), 1e-9);
  EXPECT_NEAR(got[3], predicted(g, "cedar", pair, 53, 4, 1), 1e-9);
  EXPECT_NEAR(got[4], predicted("b", fill_of("three"), pair, 54, 3, 1), 1e-9);
  for (const double error : errors) EXPECT_TRUE(error > 0 && error < 2) << error;
}

/// A product that is missing counts as the mean product, or the most frequent pair.
TEST(GlmInteractions, MissingValues) {
  Session session(1, 2);
  const Base base;
  Column x2 = base.x2;
  Column three = base.three;
  for (const std::size_t row : {3U, 77U, 200U}) x2.values[row] = kNaN;
  for (const std::size_t row : {5U, 78U}) three.values[row] = -1;
  publish(session.node(), "holes", {base.g, three, base.x1, x2, base.gaussian});
  const auto form = with(kInteractions, "lambda", "0");
  const auto got = train(session.models(), "holes", form_of("gaussian", form));
  // By hand: holes in the products, too, and a frequent level for slopes of a missing one.
  Column most = three;
  std::vector<int> counts(3, 0);
  for (const double code : three.values) {
    if (code >= 0) ++counts[static_cast<std::size_t>(code)];
  }
  for (double& code : most.values) {
    if (code < 0) code = static_cast<double>(std::ranges::max_element(counts) - counts.begin());
  }
  Column both = pairs(base.g, most, true);
  for (const std::size_t row : {5U, 78U}) both.values[row] = -1;
  std::vector<Column> columns = {base.g, three, base.x1, x2, base.gaussian, product(base.x1, x2),
                                 both};
  for (auto& column : slopes(base.g, base.x1, "g_x1", 1)) columns.push_back(column);
  for (auto& column : slopes(most, x2, "x2_three", 1)) columns.push_back(column);
  publish(session.node(), "by_hand", columns);
  const auto by_hand = train(session.models(), "by_hand", form_of("gaussian", {{"lambda", "0"}}));
  expect_same(*got, *by_hand, 1e-9);
  const auto skipping = with(form, "missing_values_handling", "Skip");
  const auto skipped = train(session.models(), "holes", form_of("gaussian", skipping));
  std::vector<Column> whole = {base.g,  base.three,    base.x1,
                               base.x2, base.gaussian, {"w", {}, std::vector<double>(500, 1.0)}};
  for (const std::size_t row : {3U, 77U, 200U, 5U, 78U}) whole[5].values[row] = 0;
  publish(session.node(), "weighted", whole);
  const auto weighted =
      train(session.models(), "weighted", form_of("gaussian", with(form, "weights_column", "w")));
  expect_same(*skipped, *weighted, 1e-9);
}

TEST(GlmInteractions, WhatMakesNoSenseIsRefused) {
  Session session(1, 2);
  const Base base;
  auto columns = base.with(base.gaussian);
  columns.push_back({"constant", {}, std::vector<double>(500, 2.0)});
  columns.push_back(product(base.x1, base.x2));
  publish(session.node(), "base", columns);
  const auto refusal = [&](const char* field, const char* value) {
    return failure(session.models(), "base", form_of("gaussian", {{field, value}}));
  };
  const auto expect = [](const std::string& error, const char* part) {
    EXPECT_NE(error.find(part), std::string::npos) << error;
  };
  expect(refusal("interactions", R"(["x1"])"), "2 or more");
  expect(refusal("interactions", R"(["x1","nowhere"])"), "'nowhere'");
  expect(refusal("interactions", R"(["x1","constant"])"), "'constant' is no predictor");
  expect(refusal("interactions", R"(["g","gaussian"])"), "'gaussian' is no predictor");
  expect(refusal("interactions", R"(["x1","x2"])"), "would be called 'x1_x2'");
  expect(refusal("interaction_pairs", R"([{"a":"x1","b":"nowhere"}])"), "'nowhere'");
}

TEST(GlmInteractions, SameChecksumOnAnyThreadsAndNodesAndAfterALoss) {
  const Base base;
  std::int64_t expected = 0;
  // A model of at most 16 KiB: a larger one is a blob, which the dead node would wait to be rid of.
  const schema::Form few = {{"interactions", R"(["x1","g"])"},
                            {"interaction_pairs", R"([{"a":"g","b":"three"}])"},
                            {"lambda_search", "true"},
                            {"nlambdas", "3"}};
  const auto form = form_of("binomial", few);
  for (const auto& [nodes, threads] : {std::pair{1, 1}, {1, 3}, {3, 2}}) {
    Session session(nodes, threads);
    publish(session.node(), "base", base.with(base.binomial));
    const auto model = train(session.models(), "base", form);
    if (expected == 0) expected = model->header.checksum;
    EXPECT_EQ(model->header.checksum, expected) << nodes << " nodes, " << threads << " threads";
    // A file brings the same model back.
    const auto again =
        session.models().from_file(session.models().to_file(*model), "file", "again");
    EXPECT_EQ(again->encode_learnt(), model->encode_learnt());
  }
  auto whole = form;
  for (const auto& [name, value] :
       schema::Form{{"training_frame", "base"}, {"model_id", "model"}, {"seed", "1"}}) {
    whole.emplace_back(name, value);
  }
  const auto publish_base = [&](mr::ComputeNode& node) {
    publish(node, "base", base.with(base.binomial));
  };
  const auto learnt =
      neve::testing::learnt_after_loss(algos::glm::algorithm(), whole, 1, publish_base);
  EXPECT_EQ(static_cast<std::int64_t>(hash_bytes(learnt)), expected);
}

TEST(GlmPlugValues, StandInForMissingValues) {
  Session session(1, 2);
  const Base base;
  Column x2 = base.x2;
  Column g = base.g;
  for (const std::size_t row : {3U, 77U, 200U}) x2.values[row] = kNaN;
  for (const std::size_t row : {5U, 78U}) g.values[row] = -1;
  publish(session.node(), "holes", {g, base.x1, x2, base.gaussian});
  publish(session.node(), "plugs", {{"x1", {}, {0}}, {"x2", {}, {2.5}}, {"g", {"q", "c"}, {1}}});
  const schema::Form form = {{"lambda", "0"}, {"standardize", "false"}};
  const auto plugged = train(
      session.models(), "holes",
      form_of("gaussian",
              with(with(form, "missing_values_handling", "PlugValues"), "plug_values", "plugs")));
  for (const std::size_t row : {3U, 77U, 200U}) x2.values[row] = 2.5;
  for (const std::size_t row : {5U, 78U}) g.values[row] = 2;
  publish(session.node(), "by_hand", {g, base.x1, x2, base.gaussian});
  const auto by_hand = train(session.models(), "by_hand", form_of("gaussian", form));
  const auto names = plugged->coefficient_names();
  ASSERT_EQ(names, by_hand->coefficient_names());
  for (std::size_t j = 0; j < names.size(); ++j) {
    EXPECT_NEAR(plugged->coefficients[j], by_hand->coefficients[j], 1e-10) << names[j];
  }
  // Rows to score are filled likewise.
  std::vector<std::string> warnings;
  const auto metrics = session.models().performance(
      plugged, session.node().frames().require("holes"), nullptr, warnings);
  EXPECT_NEAR(*metrics.find("RMSE"), *by_hand->header.training_metrics.find("RMSE"), 1e-10);
}

TEST(GlmPlugValues, WhatMakesNoSenseIsRefused) {
  Session session(1, 2);
  const Base base;
  publish(session.node(), "base", {base.g, base.x1, base.gaussian});
  const auto refusal = [&](const std::vector<Column>& plugs, const char* handling = "PlugValues") {
    publish(session.node(), "plugs", plugs);
    return failure(
        session.models(), "base",
        form_of("gaussian", {{"missing_values_handling", handling}, {"plug_values", "plugs"}}));
  };
  const auto expect = [](const std::string& error, const char* part) {
    EXPECT_NE(error.find(part), std::string::npos) << error;
  };
  expect(refusal({{"x1", {}, {0}}}), "`g` is not defined");
  expect(refusal({{"g", {"q"}, {0}}, {"x1", {}, {0}}}), "`q` of column `g`");
  expect(refusal({{"g", {}, {0}}, {"x1", {}, {0}}}), "must hold texts or levels");
  expect(refusal({{"g", {"a"}, {0}}, {"x1", {}, {kNaN}}}), "finite");
  expect(refusal({{"g", {"a"}, {0, 0}}, {"x1", {}, {1, 2}}}), "exactly 1 row");
  expect(refusal({{"g", {"a"}, {0}}, {"x1", {}, {1}}}, "Skip"), "explicitly set");
  expect(failure(session.models(), "base",
                 form_of("gaussian", {{"missing_values_handling", "PlugValues"}})),
         "No plug values frame");
}

/// A path leaves columns out for a while; rows that miss a value there stay out all the same.
TEST(GlmSkip, RowsStayOutAlongAPath) {
  Session session(1, 2);
  const Base base;
  Column x2 = base.x2;
  Column weights{"w", {}, std::vector<double>(500, 1.0)};
  for (std::size_t row = 0; row < 500; row += 4) {
    x2.values[row] = kNaN;
    weights.values[row] = 0;
  }
  publish(session.node(), "holes", {base.g, base.x1, x2, base.gaussian});
  publish(session.node(), "weighted", {base.g, base.x1, base.x2, base.gaussian, weights});
  const schema::Form form = {{"lambda_search", "true"}, {"nlambdas", "6"}, {"alpha", "0.9"}};
  const auto skipped = train(session.models(), "holes",
                             form_of("gaussian", with(form, "missing_values_handling", "Skip")));
  const auto weighted =
      train(session.models(), "weighted", form_of("gaussian", with(form, "weights_column", "w")));
  ASSERT_EQ(skipped->path.fits.size(), weighted->path.fits.size());
  for (std::size_t i = 0; i < skipped->path.fits.size(); ++i) {
    const auto& got = skipped->path.fits[i];
    EXPECT_NEAR(got.deviance, weighted->path.fits[i].deviance, 1e-9 * got.deviance) << i;
    for (std::size_t j = 0; j < got.beta.size(); ++j) {
      EXPECT_NEAR(got.beta[j], weighted->path.fits[i].beta[j], 1e-10) << i << " " << j;
    }
  }
}

}  // namespace

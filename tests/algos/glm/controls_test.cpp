#include "algos/glm/columns.hpp"

namespace {

using namespace neve;
using namespace neve::testing::glm;

model::ActionAnswer derive(Session& session, const std::string& path, const schema::Form& form) {
  for (const model::Action& action : algos::glm::algorithm().actions) {
    if (action.path != path) continue;
    const auto input = action.input->make();
    schema::throw_problems("", schema::read_form(*action.input, input.get(), form));
    return action.run(session.models(), input.get());
  }
  throw std::runtime_error(path);
}

const schema::Form kControlled = {{"lambda", "0"}, {"control_variables", R"(["g","x2"])"}};

TEST(GlmControls, TakePartInTrainingButNotInPredictions) {
  Session session(1, 2);
  const Base base;
  publish(session.node(), "base", base.with(base.gaussian));
  const auto plain = train(session.models(), "base", form_of("gaussian", {{"lambda", "0"}}));
  const auto model = train(session.models(), "base", form_of("gaussian", kControlled));
  EXPECT_EQ(model->coefficients, plain->coefficients);
  EXPECT_EQ(model->beta, plain->beta);
  const auto names = model->coefficient_names();
  const auto b = [&](const std::string& name) {
    const auto at = std::ranges::find(names, name);
    return model->coefficients[static_cast<std::size_t>(at - names.begin())];
  };
  double squares = 0;
  for (std::size_t row = 0; row < 500; ++row) {
    const double three = base.three.values[row];
    const double mean = b("Intercept") + b("x1") * base.x1.values[row] +
                        (three == 1   ? b("three.beech")
                         : three == 2 ? b("three.cedar")
                                      : 0);
    squares += std::pow(base.gaussian.values[row] - mean, 2);
  }
  EXPECT_NEAR(*model->header.training_metrics.find("residual_deviance") / squares, 1, 1e-12);
  std::vector<std::string> warnings;
  const auto metrics = session.models().performance(model, session.node().frames().require("base"),
                                                    nullptr, warnings);
  EXPECT_NEAR(*metrics.find("residual_deviance") / squares, 1, 1e-12);
  // What does not predict has no importance.
  const auto& table = model->header.variable_importances;
  for (std::size_t row = 0; row < table.columns[0].cells.size(); ++row) {
    const auto name = std::get<std::string>(table.columns[0].cells[row]);
    const double size = std::get<double>(table.columns[1].cells[row]);
    EXPECT_EQ(size == 0, name.starts_with("g.") || name == "x2") << name;
  }
}

TEST(GlmControls, AnUnrestrictedCopyPredictsWithThem) {
  Session session(1, 2);
  const Base base;
  publish(session.node(), "base", base.with(base.binomial));
  const schema::Form binomial = {
      {"lambda", "0"}, {"family", "binomial"}, {"validation_frame", "base"}};
  const auto plain = train(session.models(), "base", form_of("binomial", binomial));
  auto form = binomial;
  form.push_back(kControlled[1]);
  const auto model = train(session.models(), "base", form_of("binomial", form));
  const schema::Form given = {{"model", "model"}};
  const auto copy = std::dynamic_pointer_cast<const GlmModel>(
      derive(session, "/3/MakeUnrestrictedGLMModel", given).model);
  EXPECT_EQ(copy->header.key, "model_unrestricted_model");
  EXPECT_EQ(copy->coefficients, plain->coefficients);
  EXPECT_EQ(copy->header.default_threshold, plain->header.default_threshold);
  EXPECT_EQ(copy->header.checksum, plain->header.checksum);
  for (const char* name : {"AUC", "residual_deviance", "logloss"}) {
    EXPECT_EQ(copy->header.training_metrics.find(name), plain->header.training_metrics.find(name));
    EXPECT_EQ(copy->header.validation_metrics.find(name),
              plain->header.validation_metrics.find(name));
    EXPECT_NE(model->header.training_metrics.find(name), plain->header.training_metrics.find(name));
  }
  EXPECT_THROW(derive(session, "/3/MakeUnrestrictedGLMModel", given), InputError);
  EXPECT_EQ(
      derive(session, "/3/MakeDerivedGLMModel", with(given, "dest", "other")).model->header.key,
      "other");
  EXPECT_THROW(derive(session, "/3/MakeDerivedGLMModel",
                      with(with(given, "dest", "more"), "remove_offset_effects", "true")),
               InputError);
  EXPECT_THROW(derive(session, "/3/MakeUnrestrictedGLMModel", {{"model", "other"}}), InputError);
  // A file brings it all back.
  const auto again = std::dynamic_pointer_cast<const GlmModel>(
      session.models().from_file(session.models().to_file(*model), "file", "again"));
  EXPECT_EQ(again->encode(), [&] {
    auto same = std::make_shared<GlmModel>(*model);
    same->header = again->header;
    return same->encode();
  }());
}

std::vector<schema::Table::Cell> cells(const schema::Table& table, const std::string& name) {
  const auto found =
      std::ranges::find_if(table.columns, [&](const auto& column) { return column.name == name; });
  return found == table.columns.end() ? std::vector<schema::Table::Cell>() : found->cells;
}

/// The same predictions, metrics and course, though one was derived and the other trained so.
void expect_same(const GlmModel& derived, const GlmModel& trained) {
  EXPECT_EQ(derived.encode_learnt(), trained.encode_learnt());
  EXPECT_EQ(derived.header.checksum, trained.header.checksum);
  EXPECT_EQ(derived.header.default_threshold, trained.header.default_threshold);
  EXPECT_EQ(cells(derived.header.variable_importances, "relative_importance"),
            cells(trained.header.variable_importances, "relative_importance"));
  for (const char* name : {"logloss", "AUC", "residual_deviance", "null_deviance"}) {
    for (const auto metrics :
         {&model::Header::training_metrics, &model::Header::validation_metrics}) {
      EXPECT_EQ((derived.header.*metrics).find(name), (trained.header.*metrics).find(name)) << name;
    }
  }
  for (const char* name : {"negative_log_likelihood", "objective", "deviance_train",
                           "training_logloss", "validation_logloss"}) {
    const auto expected = cells(trained.header.scoring_history, name);
    EXPECT_FALSE(expected.empty()) << name;
    EXPECT_EQ(cells(derived.header.scoring_history, name), expected) << name;
  }
}

TEST(GlmControls, EitherOrBothCanBeHadBackWhereTheOffsetIsLeftOutToo) {
  Session session(1, 2);
  schema::Form form = {{"lambda", "0.01"},
                       {"alpha", "0.5"},
                       {"offset_column", "offset"},
                       {"validation_frame", "golden"},
                       {"score_each_iteration", "true"},
                       {"generate_scoring_history", "true"}};
  const auto plain = session.train("class", form);
  const auto removed = session.train("class", with(form, "remove_offset_effects", "true"));
  form.push_back(kControlled[1]);
  const auto controlled = session.train("class", form);
  const auto both = session.train("class", with(form, "remove_offset_effects", "true"));
  EXPECT_EQ(both->beta, plain->beta);
  const auto derived = [&](const schema::Form& more) {
    schema::Form given = more;
    given.emplace_back("model", "model");
    return std::dynamic_pointer_cast<const GlmModel>(
        derive(session, "/3/MakeDerivedGLMModel", given).model);
  };
  const schema::Form controls = {{"remove_control_variables_effects", "true"}};
  const schema::Form offset = {{"remove_offset_effects", "true"}};
  const auto with_offset = derived(controls);
  EXPECT_EQ(with_offset->header.key, "model_remove_control_variables_effects");
  expect_same(*with_offset, *controlled);
  const auto with_controls = derived(offset);
  EXPECT_EQ(with_controls->header.key, "model_remove_offset_effects");
  expect_same(*with_controls, *removed);
  const auto whole = derived({});
  EXPECT_EQ(whole->header.key, "model_unrestricted_model");
  expect_same(*whole, *plain);
  EXPECT_THROW(derived(with(with(offset, "dest", "same"), controls[0].first, "true")), InputError);
  // Each of the four scores in a way of its own.
  std::set<double> deviances;
  for (const auto& model : {plain, removed, controlled, both}) {
    deviances.insert(*model->header.training_metrics.find("residual_deviance"));
  }
  EXPECT_EQ(deviances.size(), 4U);
  EXPECT_EQ(cells(both->header.scoring_history, "unrestricted_objective"),
            cells(plain->header.scoring_history, "objective"));
  // Clients compare courses by the places of columns.
  constexpr std::size_t kUpToDeviances = 10;
  for (std::size_t c = 0; c < kUpToDeviances; ++c) {
    EXPECT_EQ(both->header.scoring_history.columns[c].name,
              plain->header.scoring_history.columns[c].name);
  }
}

TEST(GlmControls, OtherCoefficientsHaveNoMetricsYet) {
  Session session(1, 1);
  const Base base;
  publish(session.node(), "base", base.with(base.gaussian));
  const auto model = train(session.models(), "base", form_of("gaussian", kControlled));
  std::string names;
  std::string values;
  for (const std::string& name : model->coefficient_names()) {
    names += (names.empty() ? "[\"" : ",\"") + name + "\"";
    values += values.empty() ? "[1" : ",1";
  }
  (void)derive(
      session, "/3/MakeGLMModel",
      {{"model", "model"}, {"dest", "ones"}, {"names", names + "]"}, {"beta", values + "]"}});
  const auto copy = derive(session, "/3/MakeUnrestrictedGLMModel", {{"model", "ones"}}).model;
  EXPECT_FALSE(copy->header.training_metrics);
}

TEST(GlmControls, WhatMakesNoSenseIsRefused) {
  Session session(1, 2);
  const Base base;
  publish(session.node(), "base", base.with(base.gaussian));
  const auto expect = [&](const schema::Form& more, const char* part) {
    schema::Form form = more;
    if (more.size() < 2) form.emplace_back("control_variables", R"(["x1"])");
    const auto error = failure(session.models(), "base", form_of("gaussian", form));
    EXPECT_NE(error.find(part), std::string::npos) << error;
  };
  expect({{"lambda_search", "true"}}, "Lambda search");
  expect({{"nfolds", "3"}}, "cross-validation");
  expect({{"interactions", R"(["x1","x2"])"}}, "interactions");
  expect({{"offset_column", "x1"}}, "offset_column");
  expect({{"weights_column", "x1"}}, "weight_column");
  expect({{"ignored_columns", R"(["x1"])"}}, "ignored_columns");
  expect({{"lambda", "0"}, {"control_variables", R"(["nowhere"])"}}, "not in the frame");
  expect({{"lambda", "0"}, {"control_variables", R"(["gaussian"])"}}, "response_column");
  publish(session.node(), "base", {base.g, base.x1, base.three});
  const auto error =
      failure(session.models(), "base", form_of("three", {{"control_variables", R"(["x1"])"}}));
  EXPECT_NE(error.find("multinomial distribution is not supported"), std::string::npos) << error;
}

}  // namespace

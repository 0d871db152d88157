#include <gtest/gtest.h>

#include <functional>

#include <neve/base/error.hpp>

#include "stack_session.hpp"

namespace {

using namespace neve;
using namespace neve::algos;
using namespace neve::algos::stackedensemble::testing;
using stackedensemble::StackModel;

void train_two(Session& session) {
  session.train_base(glm::algorithm(), base_glm("one", "two", only("a"), kFolds));
  session.train_base(glm::algorithm(), base_glm("two_", "two", only("b"), kFolds));
}

/// What training would be refused for; empty where it would not.
std::string refusal(Session& session, const schema::Form& form) {
  const auto build = session.check_form(form);
  return build.errors() == 0 ? ""
                             : model::error_details(*build.algorithm->parameters, build.messages);
}

std::string error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

void expect_refused(Session& session, const schema::Form& form, const std::string& part) {
  EXPECT_NE(refusal(session, form).find(part), std::string::npos)
      << part << " is not in: " << refusal(session, form);
}

TEST(StackMembers, WhatDoesNotFitIsRefused) {
  Session session;
  train_two(session);
  const auto refused = [&](const std::string& bases, const schema::Form& more,
                           const std::string& part) {
    expect_refused(session, stack_form(bases, "two", more), part);
  };
  EXPECT_EQ(refusal(session, stack_form("[one,two_]", "two")), "");
  refused("[]", {}, "you must specify one or more models; found 0");
  refused("[one,nobody]", {}, "Specified id \"nobody\" does not exist");
  refused("[one,tr]", {}, "Unsupported type \"class water.fvec.Frame\" as a base model");
  session.train_base(glm::algorithm(), base_glm("whole", "two", only("a")));
  refused("[one,whole]", {}, "Base model does not use cross-validation: whole");
  session.train_base(glm::algorithm(), base_glm("forgot", "two", only("a"), {{"nfolds", "3"}}));
  refused("[one,forgot]", {}, "Base model does not keep cross-validation predictions: forgot");
  session.train_base(glm::algorithm(), base_glm("numbers", "y", only("a"), kFolds));
  refused("[one,numbers]", {}, "a mix of different categories of models among [one, numbers]");
  expect_refused(session, stack_form("[numbers]", "count"), "Found: count(StackedEnsemble) and: y");
  session.train_base(glm::algorithm(), base_glm("offset", "two", only("a"),
                                                with(kFolds, {{"offset_column", "noise"}})));
  refused("[one,offset]", {}, "All base models must have the same offset_column!");
  refused("[one,two_]", {{"metalearner_algorithm", "xgboost"}}, "xgboost");
  refused("[one,two_]", {{"metalearner_params", R"({"nothing":[1]})"}},
          "Unknown parameter: nothing");
  refused("[one,two_]", {{"metalearner_params", R"({"alpha":["x"]})"}}, "alpha");
  refused("[one,two_]", {{"metalearner_params", "[1"}}, "metalearner_params");
  refused("[one,two_]", {{"metalearner_nfolds", "1"}}, "metalearner_nfolds");
  refused("[one,two_]", {{"metalearner_nfolds", "2"}, {"metalearner_fold_column", "fold"}},
          "Cannot specify fold_column and nfolds at the same time");
  refused("[one,two_]", {{"metalearner_fold_column", "nowhere"}}, "'nowhere' not found");
  expect_refused(session, stack_form("[numbers]", "y", {{"metalearner_transform", "Logit"}}),
                 "Metalearner transform is supported only for classification!");
  session.node().frames().remove("cv_holdout_prediction_one");
  refused("[one,two_]", {}, "have been deleted: there is no frame cv_holdout_prediction_one");
}

TEST(StackMembers, OtherRowsAreRefused) {
  Session session;
  train_two(session);
  schema::Form form = base_glm("other", "two", only("a"), kFolds);
  std::erase_if(form, [](const auto& given) { return given.first == "training_frame"; });
  session.train_base(glm::algorithm(), with(form, {{"training_frame", "new"}}));
  expect_refused(session, stack_form("[one,other]", "two"),
                 "they use different size (number of rows) training frames. Found: 9000 "
                 "(StackedEnsemble) and 5000 (model other)");
  EXPECT_EQ(refusal(session, stack_form("[one,other]", "two", {{"blending_frame", "new"}})), "");
}

/// The warnings of a request that is otherwise fine.
std::string warnings_of(Session& session, const schema::Form& form) {
  std::string text;
  for (const model::Message& each : session.check_form(form).messages) {
    EXPECT_NE(each.kind, model::Message::Kind::error) << each.text;
    if (each.kind == model::Message::Kind::warning) text += each.text + "\n";
  }
  return text;
}

TEST(StackMembers, FoldsThatDifferAreWarnedOf) {
  Session session;
  train_two(session);
  const auto warned = [&](const std::string& name, const schema::Form& folds) {
    schema::Form all = with(folds, {{"keep_cross_validation_predictions", "true"}});
    schema::Form form = base_glm(name, "two", only("b"), all);
    session.train_base(glm::algorithm(), form);
    return warnings_of(session, stack_form("[one," + name + "]", "two"));
  };
  const auto has = [](const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
  };
  EXPECT_FALSE(has(warnings_of(session, stack_form("[one,two_]", "two")), "inconsistent"));
  EXPECT_TRUE(has(warned("four", {{"nfolds", "4"}, {"fold_assignment", "Modulo"}}),
                  "different values for nfolds (models one and four)"));
  EXPECT_TRUE(has(warned("random", {{"nfolds", "3"}}), "different fold_assignments"));
  EXPECT_TRUE(has(warned("column", {{"fold_column", "fold"}}), "different fold_columns"));
  schema::Form other = base_glm("seeded", "two", only("a"),
                                {{"nfolds", "3"}, {"keep_cross_validation_predictions", "true"}});
  std::erase_if(other, [](const auto& given) { return given.first == "seed"; });
  session.train_base(glm::algorithm(), with(other, {{"seed", "9"}}));
  EXPECT_TRUE(has(warnings_of(session, stack_form("[random,seeded]", "two")), "different seeds"));
  EXPECT_TRUE(has(warnings_of(session, stack_form("[one,one,two_]", "two")), "more than once"));
}

TEST(StackMembers, UnusedColumnsWeightsAndOffsetsAreSeen) {
  Session session;
  const schema::Form more = with(kFolds, {{"weights_column", "w"}, {"offset_column", "noise"}});
  session.train_base(glm::algorithm(), base_glm("one", "two", only("a"), more));
  const schema::Form form = stack_form("[one]", "two");
  const std::string warned = warnings_of(session, form);
  EXPECT_NE(warned.find("All base models use weights_column=\"w\""), std::string::npos);
  EXPECT_NE(warned.find("Dropping unused columns: [b, y, count, three, w, fold]"),
            std::string::npos)
      << warned;
  const auto stack = session.train(form);
  EXPECT_EQ(stack->header.roles.predictors, (std::vector<std::string>{"a"}));
  EXPECT_EQ(stack->header.roles.offset, "noise");
  EXPECT_EQ(session.models().find("metalearner_AUTO_stack")->header.roles.offset, "noise");
}

TEST(StackMembers, AMemberThatIsGoneOrAnotherOneIsNamed) {
  Session session;
  train_two(session);
  const auto stack = session.train(stack_form("[one,two_]", "two"));
  const auto predict = [&] { (void)session.predicted(stack, "new", "yes"); };
  session.models().remove("two_");
  EXPECT_NE(
      error_of(predict).find("Base model 'two_' of stacked ensemble 'stack' has been deleted"),
      std::string::npos);
  EXPECT_NE(error_of([&] { (void)session.models().to_file(*stack); }).find("two_"),
            std::string::npos);
  session.train_base(glm::algorithm(), base_glm("two_", "two", only("noise"), kFolds));
  EXPECT_NE(error_of(predict).find("'two_' of stacked ensemble 'stack' is another model by now"),
            std::string::npos);
  session.train_base(glm::algorithm(), base_glm("two_", "two", only("b"), kFolds));
  EXPECT_EQ(error_of(predict), "");
  session.models().remove("metalearner_AUTO_stack");
  EXPECT_NE(error_of(predict).find("Metalearner 'metalearner_AUTO_stack'"), std::string::npos);
}

TEST(StackMembers, WhatBelongsToItGoesWithIt) {
  Session session;
  train_two(session);
  session.train(stack_form("[one,two_]", "two",
                           {{"metalearner_nfolds", "2"}, {"keep_levelone_frame", "true"}}));
  EXPECT_TRUE(session.models().find("metalearner_AUTO_stack_cv_2"));
  EXPECT_TRUE(session.models().remove("stack"));
  EXPECT_FALSE(session.models().find("metalearner_AUTO_stack"));
  EXPECT_FALSE(session.models().find("metalearner_AUTO_stack_cv_2"));
  EXPECT_FALSE(session.node().frames().find("levelone_training_stack"));
  EXPECT_TRUE(session.models().find("one"));
}

TEST(StackMembers, ItsFileHoldsThemAll) {
  Session session;
  train_two(session);
  session.train_base(glm::algorithm(), base_glm("blended", "two", only("noise")));
  const auto inner = session.train(stack_form("[one,two_]", "two"));
  schema::Form form = stack_form("[stack,blended]", "two", {{"blending_frame", "new"}});
  std::erase_if(form, [](const auto& given) { return given.second == "stack"; });
  session.train_form(with(form, {{"model_id", "outer"}}));
  const auto outer = session.model<StackModel>("outer");
  ASSERT_TRUE(outer);
  const auto before = session.predicted(outer, "new", "yes");
  const wire::Bytes file = session.models().to_file(*outer);
  for (const model::ModelPtr& model : session.models().list())
    session.models().remove(model->header.key);
  EXPECT_TRUE(session.models().list().empty());
  const auto again = session.models().from_file(file, "file", "renamed");
  EXPECT_EQ(session.predicted(again, "new", "yes"), before);
  EXPECT_EQ(again->header.checksum, outer->header.checksum);
  EXPECT_EQ(session.models().list().size(), 7U);
  EXPECT_TRUE(inner);
}

TEST(StackMembers, AFileIsWrittenWhereTrainingIsToWriteOne) {
  Session session;
  train_two(session);
  const auto stack =
      session.train(stack_form("[one,two_]", "two", {{"export_checkpoints_dir", "folder"}}));
  ASSERT_TRUE(session.files.contains("folder/stack"));
  EXPECT_EQ(session.files.at("folder/stack"), session.models().to_file(*stack));
}

/// Of the metalearner's request.
std::string asked(Session& session, const std::string& metalearner, const std::string& parameter) {
  const auto model = session.models().find(metalearner);
  if (model == nullptr) return "no model";
  std::string found;
  for (const auto& [name, value] : model->header.parameters) {
    if (name == parameter) found = value;
  }
  return found;
}

TEST(StackMembers, TheMetalearnerInheritsWhatBaseModelsAgreeOn) {
  Session session;
  const auto gbm = [&](const std::string& name, const schema::Form& more) {
    session.train_base(gbm::algorithm(), with({{"model_id", name},
                                               {"training_frame", "tr"},
                                               {"response_column", "count"},
                                               {"ignored_columns", only("ab")},
                                               {"ntrees", "2"},
                                               {"seed", "1"}},
                                              with(kFolds, more)));
  };
  gbm("poisson", {{"distribution", "poisson"}});
  gbm("tweedie", {{"distribution", "tweedie"}, {"tweedie_power", "1.3"}});
  gbm("other", {{"distribution", "tweedie"}, {"tweedie_power", "1.5"}});
  session.train_base(glm::algorithm(),
                     base_glm("log", "count", only("a"), with(kFolds, {{"family", "poisson"}})));
  const auto of = [&](const std::string& bases, const std::string& algorithm,
                      const std::string& parameter, const std::string& params = "") {
    schema::Form more = {{"metalearner_algorithm", algorithm}};
    if (!params.empty()) more.emplace_back("metalearner_params", params);
    session.train(stack_form(bases, "count", more));
    return asked(session, "metalearner_" + algorithm + "_stack", parameter);
  };
  EXPECT_EQ(of("[poisson,log]", "gbm", "distribution"), "poisson");
  EXPECT_EQ(of("[poisson,log]", "glm", "family"), "poisson");
  EXPECT_EQ(of("[poisson,tweedie]", "gbm", "distribution"), "");
  EXPECT_EQ(of("[tweedie]", "gbm", "tweedie_power"), "1.3");
  EXPECT_EQ(of("[tweedie,other]", "gbm", "distribution"), "");
  EXPECT_EQ(of("[poisson]", "gbm", "distribution", R"({"distribution":["gaussian"]})"), "gaussian");
}

TEST(StackMembers, WithoutTimeThereIsNoMetalearner) {
  Session session;
  train_two(session);
  const auto stack = session.train(stack_form("[one,two_]", "two", {{"max_runtime_secs", "1e-6"}}));
  ASSERT_TRUE(stack);
  EXPECT_TRUE(stack->metalearner.empty());
  EXPECT_FALSE(stack->header.training_metrics);
  EXPECT_NE(stack->header.status, "");
  EXPECT_NE(
      error_of([&] { (void)session.predicted(stack, "new", "yes"); }).find("has no metalearner"),
      std::string::npos);
  EXPECT_NE(session.models().to_file(*stack).size(), 0U);
}

TEST(StackMembers, ACancelledTrainingLeavesNothing) {
  Session session;
  train_two(session);
  const auto build = session.check_form(
      stack_form("[one,two_]", "two",
                 {{"metalearner_algorithm", "gbm"},
                  {"metalearner_params", R"({"ntrees":[5000],"learn_rate":[0.01]})"}}));
  ASSERT_EQ(build.errors(), 0);
  const std::size_t before = session.models().list().size();
  const auto job = session.models().train(build);
  job->cancel();
  job->wait();
  EXPECT_EQ(job->snapshot().status, job::Status::cancelled);
  EXPECT_EQ(session.models().list().size(), before);
}

}  // namespace

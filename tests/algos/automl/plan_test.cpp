#include "automl/plan.hpp"

#include <gtest/gtest.h>

#include <neve/base/error.hpp>

namespace neve::automl {
namespace {

/// "GLM def_1 1/10" for each step.
std::vector<std::string> told(const std::vector<PlannedStep>& steps) {
  std::vector<std::string> texts;
  for (const PlannedStep& step : steps) {
    texts.push_back(step.provider + " " + step.id + " " + std::to_string(step.group) + "/" +
                    std::to_string(step.weight));
  }
  return texts;
}

std::vector<std::string> planned(const BuildModels& spec, bool limited = false) {
  std::vector<std::string> left_out;
  return told(planned_steps(spec, limited, left_out));
}

StepDefinition of(std::string name, std::optional<Alias> alias = {}) {
  return {std::move(name), alias, std::nullopt};
}

TEST(Plan, GroupsComeInOrderAndEnsemblesAfterTheirs) {
  BuildModels spec;
  spec.modeling_plan = {
      of("DRF"),
      {"GBM", std::nullopt, std::vector<Step>{{"def_3", 2, -1}, {"grid_1", -1, 77}}},
      of("GLM", Alias::defaults),
      of("StackedEnsemble", Alias::defaults)};
  const std::vector<std::string> expected = {"DRF def_1 1/10",
                                             "DRF XRT 1/10",
                                             "GLM def_1 1/10",
                                             "StackedEnsemble best_of_family_1 1/10",
                                             "StackedEnsemble all_1 1/10",
                                             "GBM def_3 2/10",
                                             "GBM grid_1 2/77",
                                             "StackedEnsemble best_of_family_2 2/10",
                                             "StackedEnsemble all_2 2/10"};
  EXPECT_EQ(planned(spec), expected);
}

TEST(Plan, SlowTreesComeEarlyWhereACategoryHasManyLevels) {
  for (const bool many : {false, true}) {
    BuildModels spec;
    spec.modeling_plan = default_plan({.limited_time = true, .many_levels = many});
    const auto steps = planned(spec, true);
    const auto place = [&](const std::string& step) {
      return std::ranges::find(steps, step) - steps.begin();
    };
    const auto slow = place(many ? "GBM def_6 1/10" : "GBM def_6 3/10");
    ASSERT_LT(slow, std::ssize(steps));
    EXPECT_EQ(slow < place("GBM def_5 1/10"), many);
  }
}

TEST(Plan, ADonePlanIsAPlanAgain) {
  std::vector<std::string> left_out;
  const auto steps = planned_steps({}, false, left_out);
  EXPECT_EQ(left_out, std::vector<std::string>{"XGBoost"});
  BuildModels again;
  again.modeling_plan = as_plan(steps);
  EXPECT_EQ(planned(again), told(steps));
}

TEST(Plan, AlgorithmsAreLeftOut) {
  BuildModels without;
  without.exclude_algos = {Algo::gbm, Algo::stackedensemble};
  for (const std::string& step : planned(without)) {
    EXPECT_EQ(step.find("GBM"), std::string::npos) << step;
    EXPECT_EQ(step.find("Stacked"), std::string::npos) << step;
  }
  BuildModels only;
  only.include_algos = {Algo::glm};
  const std::vector<std::string> expected = {"GLM def_1 1/10", "completion resume_best_grids 6/60"};
  EXPECT_EQ(planned(only), expected);
}

TEST(Plan, WhatBettersModelsIsDoneOnlyWithARatio) {
  BuildModels spec;
  const auto count = [&] {
    return std::ranges::count(planned(spec), std::string("GBM lr_annealing 7/10"));
  };
  EXPECT_EQ(count(), 0);
  spec.exploitation_ratio = 0.1;
  EXPECT_EQ(count(), 1);
}

TEST(Plan, UnknownNamesAreRefused) {
  const auto message = [](StepDefinition definition) -> std::string {
    BuildModels spec;
    spec.modeling_plan = {std::move(definition)};
    try {
      (void)planned(spec);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_NE(message(of("GBN")).find("'GBN'"), std::string::npos);
  EXPECT_NE(message({"GBM", std::nullopt, std::vector<Step>{{"def_9"}}}).find("'def_9'"),
            std::string::npos);
  EXPECT_NE(message({"StackedEnsemble", std::nullopt, std::vector<Step>{{"best"}}}).find("'best'"),
            std::string::npos);
}

TEST(Plan, EveryDefaultStepIsKnown) {
  for (const bool limited : {false, true}) {
    std::vector<std::string> left_out;
    for (const PlannedStep& step : planned_steps({}, limited, left_out)) {
      if (step.is_ensemble()) {
        EXPECT_NO_THROW((void)ensemble_choice(step.id));
      } else {
        EXPECT_NE(find_step(step.provider, step.id), nullptr) << step.provider << step.id;
      }
    }
  }
}

}  // namespace
}  // namespace neve::automl

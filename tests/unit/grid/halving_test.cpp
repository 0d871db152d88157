#include "grid/halving.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <neve/base/error.hpp>
#include <neve/schema/schema_of.hpp>

namespace {

using namespace neve;
using namespace neve::grid;
using Step = Halving::Step;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// Results that rise with the distance to point 17 in an order that is none, and fall with
/// training.
double valley(const Step& step) {
  const auto place = static_cast<double>(step.point * 37 % 256);
  return std::fabs(place - 17 * 37 % 256) + 1.0 / (step.rung + 1);
}

/// All steps of a search; each is chosen when only so many results are there as it needs, or all.
std::vector<Step> steps_of(const Halving& halving, const std::function<double(const Step&)>& result,
                           bool late = false) {
  std::vector<Step> steps;
  std::vector<double> results;
  while (true) {
    const std::uint64_t known = late ? Halving::needed(steps.size()) : steps.size();
    const auto next = halving.next(steps, std::span(results).first(known));
    if (!next) return steps;
    results.push_back(next->idle ? kNone : result(*next));
    steps.push_back(*next);
  }
}

std::map<std::uint32_t, std::set<std::uint64_t>> points_by_rung(const std::vector<Step>& steps) {
  std::map<std::uint32_t, std::set<std::uint64_t>> points;
  for (const Step& step : steps) {
    if (step.idle) continue;
    EXPECT_TRUE(points[step.rung].insert(step.point).second) << "twice on a rung";
    if (step.rung > 0) {
      EXPECT_TRUE(points[step.rung - 1].contains(step.point));
    }
  }
  return points;
}

TEST(Halving, StepsDoNotHangOnHowManyResultsAreThere) {
  const Halving halving(60, 4, 3);
  EXPECT_EQ(steps_of(halving, valley), steps_of(halving, valley, true));
}

TEST(Halving, FewerAndFewerPointsGoOnAndTheBestComesToTheEnd) {
  const auto points = points_by_rung(steps_of(Halving(81, 4, 3), valley));
  ASSERT_EQ(points.size(), 4U);
  EXPECT_EQ(points.at(0).size(), 81U);
  // Some go on early that would not later; never fewer than in rounds.
  for (const auto& [rung, least] : {std::pair{1U, 27U}, {2U, 9U}, {3U, 3U}}) {
    EXPECT_GE(points.at(rung).size(), least);
    EXPECT_LE(points.at(rung).size(), 2 * least);
  }
  EXPECT_TRUE(points.at(3).contains(17));
}

/// The rule once more, from its words.
TEST(Halving, WhoGoesOnIsAmongTheBestThirdOfItsRung) {
  const auto steps = steps_of(Halving(200, 3, 3), valley);
  for (std::size_t place = 0; place < steps.size(); ++place) {
    const Step& step = steps[place];
    if (step.idle || step.rung == 0) continue;
    std::size_t all = 0;
    std::size_t better = 0;
    for (std::size_t i = 0; i < Halving::needed(place); ++i) {
      if (steps[i].idle || steps[i].rung + 1 != step.rung) continue;
      ++all;
      better += valley(steps[i]) < valley({step.point, step.rung - 1}) ? 1 : 0;
    }
    EXPECT_LT(better, all / 3) << place;
  }
}

TEST(Halving, OfAFewPointsTheBestComesToTheEnd) {
  const auto points = points_by_rung(steps_of(Halving(2, 3, 3), valley));
  EXPECT_EQ(points.at(0), (std::set<std::uint64_t>{0, 1}));
  EXPECT_EQ(points.at(1), (std::set<std::uint64_t>{1}));
  EXPECT_EQ(points.at(2), (std::set<std::uint64_t>{1}));
  EXPECT_EQ(points_by_rung(steps_of(Halving(5, 1, 3), valley)).size(), 1U);
}

TEST(Halving, WhatHasNoResultGoesNoFurther) {
  const auto fails = [](const Step& step) { return step.point % 2 == 0 ? kNone : valley(step); };
  const auto points = points_by_rung(steps_of(Halving(30, 3, 3), fails));
  EXPECT_EQ(points.at(0).size(), 30U);
  for (const std::uint64_t point : points.at(1)) EXPECT_EQ(point % 2, 1U);
  const auto none = points_by_rung(steps_of(Halving(30, 3, 3), [](const Step&) { return kNone; }));
  EXPECT_EQ(none.size(), 1U);
}

struct Parameters : model::CommonParameters {
  std::int32_t ntrees = 50;
  double epochs = 10;
  std::int32_t depth = 5;
};

/// With this parameter for how far training goes; an empty one: with neither.
model::Algorithm trained_by(const std::string& resource) {
  static const schema::Schema kBare =
      schema::SchemaOf<Parameters>("BareV3").field<&Parameters::depth>("Depth.").input();
  static const schema::Schema kTrees =
      schema::SchemaOf<Parameters>("TreesV3").field<&Parameters::ntrees>("Trees.").input();
  static const schema::Schema kEpochs =
      schema::SchemaOf<Parameters>("EpochsV3").field<&Parameters::epochs>("Epochs.").input();
  model::Algorithm made;
  made.name = "test";
  made.title = "Test";
  made.parameters = resource.empty() ? &kBare : resource == "ntrees" ? &kTrees : &kEpochs;
  made.check_checkpoint = [](const void*, const model::Model&, model::Messages&) {};
  made.common = [](void* parameters) -> model::CommonParameters& {
    return *static_cast<Parameters*>(parameters);
  };
  return made;
}

std::vector<std::string> values(const std::string& resource, const schema::Form& form,
                                const Criteria& criteria) {
  return rungs_of(trained_by(resource), form, {}, criteria).values;
}

TEST(Rungs, AreEtaTimesAsHighEach) {
  using Values = std::vector<std::string>;
  EXPECT_EQ(values("ntrees", {}, {}), (Values{"6", "17", "50"}));
  EXPECT_EQ(values("ntrees", {{"ntrees", "81"}}, {.min_resource = 1}),
            (Values{"1", "3", "9", "27", "81"}));
  EXPECT_EQ(values("ntrees", {{"ntrees", "100"}}, {.eta = 4, .min_resource = 10}),
            (Values{"25", "100"}));
  EXPECT_EQ(values("ntrees", {{"ntrees", "2"}}, {}), (Values{"1", "2"}));
  EXPECT_EQ(values("ntrees", {}, {.min_resource = 50}), (Values{"50"}));
  EXPECT_EQ(values("epochs", {}, {.eta = 2}), (Values{"2.5", "5.0", "10.0"}));
  EXPECT_EQ(values("epochs", {{"epochs", "1"}}, {.eta = 4, .min_resource = 0.05}),
            (Values{"0.0625", "0.25", "1.0"}));
}

std::string refusal(const std::string& resource, const schema::Form& form, const Space& space,
                    const Criteria& criteria) {
  try {
    (void)rungs_of(trained_by(resource), form, space, criteria);
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

TEST(Rungs, WhatMakesNoneIsRefused) {
  const auto has = [](const std::string& text, const char* part) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  };
  has(refusal("", {}, {}, {}), "for Test use RandomDiscrete or TPE");
  model::Algorithm whole = trained_by("ntrees");
  whole.check_checkpoint = nullptr;
  EXPECT_THROW((void)rungs_of(whole, {}, {}, {}), InputError) << "it cannot go on";
  has(refusal("ntrees", {}, {}, {.eta = 1}), "eta must be 2 or more");
  has(refusal("ntrees", {}, {}, {.min_resource = -1}), "min_resource must be 0");
  has(refusal("ntrees", {}, {}, {.min_resource = 51}), "at most ntrees, which is 50.0, not 51.0");
  has(refusal("ntrees", {}, {.axes = {{"ntrees", {"1"}}}, .subspaces = {}}, {}),
      "chooses ntrees of each Test model itself");
}

}  // namespace

#include <neve/grid/grid.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include <neve/base/error.hpp>
#include <neve/schema/schema_of.hpp>

namespace {

using namespace neve;
using namespace neve::grid;

struct Parameters : model::CommonParameters {
  std::int32_t depth = 5;
  double rate = 0.1;
  std::optional<std::vector<double>> lambda_;
  std::vector<std::int32_t> hidden = {200, 200};
  std::string fixed = "always";
};

const model::Algorithm& algorithm() {
  static const schema::Schema kSchema = schema::SchemaOf<Parameters>("TestParametersV3")
                                            .field<&Parameters::depth>("Depth.")
                                            .input()
                                            .gridable()
                                            .field<&Parameters::rate>("Rate.")
                                            .input()
                                            .gridable()
                                            .field<&Parameters::lambda_>("Penalty.")
                                            .input()
                                            .gridable()
                                            .field<&Parameters::hidden>("Layers.")
                                            .input()
                                            .gridable()
                                            .field<&Parameters::fixed>("Not for searches.")
                                            .input();
  static const model::Algorithm kAlgorithm = [] {
    model::Algorithm made;
    made.name = "test";
    made.title = "Test";
    made.parameters = &kSchema;
    return made;
  }();
  return kAlgorithm;
}

Space checked_space(std::vector<Axis> axes, const schema::Form& fixed = {}) {
  return checked({.axes = std::move(axes), .subspaces = {}}, algorithm(), fixed);
}

std::string refusal(std::vector<Axis> axes, const schema::Form& fixed = {}) {
  try {
    (void)checked_space(std::move(axes), fixed);
  } catch (const InputError& error) {
    EXPECT_EQ(error.http_status(), 412);
    return error.what();
  }
  return {};
}

TEST(Space, ValuesThatComeTwiceCountOnce) {
  const Space space = checked_space(
      {{"rate", {"0.5", "0.50", "5e-1", "1"}}, {"hidden", {"[20,20]", "[20, 20]", "[20]"}}});
  EXPECT_EQ(space.axes[0].values, (std::vector<std::string>{"0.5", "1"}));
  EXPECT_EQ(space.axes[1].values, (std::vector<std::string>{"[20,20]", "[20]"}));
}

TEST(Space, ValuesOfASequentialWalkStayInStep) {
  const Space space{.axes = {{"depth", {"1", "2", "2"}}, {"rate", {"0.5", "0.5", "0.50"}}},
                    .subspaces = {}};
  EXPECT_EQ(checked(space, algorithm(), {}, Strategy::sequential).axes[1].values.size(), 3U);
}

TEST(Space, ValuesThatCannotBeReadAreLeftToFailWhereTheyAreTried) {
  EXPECT_EQ(checked_space({{"depth", {"deep", "5", "deep"}}}).axes[0].values,
            (std::vector<std::string>{"deep", "5"}));
}

TEST(Space, NamesOfClientsWithAnUnderscoreAreFields) {
  EXPECT_EQ(checked_space({{"lambda_", {"0.5"}}}).axes[0].name, "lambda");
}

TEST(Space, DefaultsMayBeGivenBesideTheValues) {
  EXPECT_EQ(refusal({{"depth", {"3"}}}, {{"depth", "5"}, {"rate", "0.3"}}), "");
}

TEST(Space, WhatMakesNoSenseIsRefusedByName) {
  EXPECT_NE(refusal({{"dept", {"3"}}}).find("Unknown hyper-parameter for grid search: 'dept'"),
            std::string::npos);
  EXPECT_NE(refusal({{"fixed", {"3"}}})
                .find("Illegal hyper parameter for grid search! The parameter 'fixed is not "
                      "gridable!"),
            std::string::npos);
  EXPECT_NE(refusal({{"depth", {}}}).find("'depth' has no values"), std::string::npos);
  EXPECT_NE(refusal({{"depth", {"1"}}, {"depth", {"2"}}}).find("twice"), std::string::npos);
  EXPECT_NE(refusal({{"depth", {"3"}}}, {{"depth", "4"}})
                .find("'depth' is set in both the model parameters and in the hyperparameters"),
            std::string::npos);
}

TEST(Space, ASubspaceHasNoNameOfTheCommonAxes) {
  const Space twice{.axes = {{"depth", {"3"}}}, .subspaces = {{{"depth", {"4"}}}}};
  EXPECT_THROW((void)checked(twice, algorithm(), {}), InputError);
  const Space apart{.axes = {{"depth", {"3"}}},
                    .subspaces = {{{"rate", {"1"}}}, {{"rate", {"2", "2"}}}}};
  EXPECT_EQ(checked(apart, algorithm(), {}).subspaces[1][0].values.size(), 1U);
}

TEST(Criteria, LimitsAreNotNegativeAndSequentialListsAreInStep) {
  const Space space{.axes = {{"depth", {"1", "2"}}, {"rate", {"1", "2", "3"}}}, .subspaces = {}};
  EXPECT_NO_THROW(check({}, space));
  EXPECT_THROW(check({.strategy = Strategy::sequential}, space), InputError);
  EXPECT_THROW(check({.strategy = Strategy::unknown}, space), InputError);
  EXPECT_THROW(check({.max_models = -1}, space), InputError);
  EXPECT_THROW(check({.max_runtime_secs = -0.5}, space), InputError);
  EXPECT_THROW(check({.stopping_rounds = -1}, space), InputError);
  EXPECT_THROW(check({.stopping_tolerance = -1e-3}, space), InputError);
}

}  // namespace

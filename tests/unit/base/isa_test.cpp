#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include <neve/base/error.hpp>
#include <neve/base/isa.hpp>
#include <neve/base/math.hpp>
#include <neve/base/rng.hpp>

#include "base/lane_kernels.hpp"

namespace {

using namespace neve;

TEST(Isa, IsTheHighestUnlessNamed) {
  EXPECT_EQ(choose_isa("", Isa::v4), Isa::v4);
  EXPECT_EQ(choose_isa("", Isa::v3), Isa::v3);
  EXPECT_EQ(choose_isa("v3", Isa::v4), Isa::v3);
  EXPECT_EQ(choose_isa("v4", Isa::v4), Isa::v4);
}

TEST(Isa, RefusesWhatThereIsNot) {
  const std::pair<const char*, const char*> wrong[] = {
      {"v4", "no more than v3"}, {"v2", "'v2'"}, {"V3", "'V3'"}};
  for (const auto& [name, told] : wrong) {
    try {
      choose_isa(name, Isa::v3);
      ADD_FAILURE() << name;
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find(told), std::string::npos) << error.what();
    }
  }
}

/// Sizes that leave a rest, and values of all magnitudes with the special ones.
TEST(LaneKernels, GiveTheBitsOfTheScalarFunctionsAtEachLevel) {
  const double inf = std::numeric_limits<double>::infinity();
  std::vector<double> values = {0, -0.0, 1, inf, -inf, 1e-310, 709.7, 710, -745, -746};
  const CounterRng random(4);
  for (std::uint64_t i = 0; i < 20'001; ++i)
    values.push_back(std::ldexp(random.uniform(2 * i) - 0.5, static_cast<int>(i % 24) - 12));
  for (const Isa level : {Isa::v3, Isa::v4}) {
    if (level > highest_isa()) GTEST_SKIP() << "this CPU has no more than v3";
    const math::LaneKernels& kernels =
        level == Isa::v4 ? math::v4::kLaneKernels : math::v3::kLaneKernels;
    std::vector<double> exps = values;
    std::vector<double> logs = values;
    kernels.exp(exps.data(), exps.size());
    kernels.log(logs.data(), logs.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      EXPECT_EQ(exps[i], math::exp(values[i])) << values[i];
      const double log = math::log(values[i]);
      EXPECT_TRUE(logs[i] == log || (std::isnan(logs[i]) && std::isnan(log))) << values[i];
    }
  }
}

}  // namespace

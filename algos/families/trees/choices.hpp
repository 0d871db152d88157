#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <neve/schema/values.hpp>

namespace neve::algos::trees {

// Values of parameters that algorithms of trees share; the texts are below.

enum class DistributionChoice : std::uint8_t {
  automatic,
  bernoulli,
  quasibinomial,
  ordinal,
  multinomial,
  gaussian,
  poisson,
  gamma,
  tweedie,
  laplace,
  quantile,
  huber,
  custom
};
enum class HistogramType : std::uint8_t {
  automatic,
  uniform_adaptive,
  random,
  quantiles_global,
  round_robin,
  uniform_robust
};
enum class GrowPolicy : std::uint8_t { depthwise, lossguide };
enum class CalibrationMethod : std::uint8_t { automatic, platt_scaling, isotonic_regression };

}  // namespace neve::algos::trees

template <>
struct neve::schema::EnumText<neve::algos::trees::DistributionChoice> {
  static constexpr std::string_view name = "GenmodelutilsDistributionFamily";
  static constexpr std::array<std::string_view, 13> values = {
      "AUTO",  "bernoulli", "quasibinomial", "ordinal",  "multinomial", "gaussian", "poisson",
      "gamma", "tweedie",   "laplace",       "quantile", "huber",       "custom"};
};
template <>
struct neve::schema::EnumText<neve::algos::trees::HistogramType> {
  static constexpr std::string_view name = "TreeSharedTreeModelSharedTreeParametersHistogramType";
  static constexpr std::array<std::string_view, 6> values = {
      "AUTO", "UniformAdaptive", "Random", "QuantilesGlobal", "RoundRobin", "UniformRobust"};
};
template <>
struct neve::schema::EnumText<neve::algos::trees::CalibrationMethod> {
  static constexpr std::string_view name = "TreeCalibrationHelperCalibrationMethod";
  static constexpr std::array<std::string_view, 3> values = {"AUTO", "PlattScaling",
                                                             "IsotonicRegression"};
};
template <>
struct neve::schema::EnumText<neve::algos::trees::GrowPolicy> {
  static constexpr std::string_view name = "TreexgboostXGBoostModelXGBoostParametersGrowPolicy";
  static constexpr std::array<std::string_view, 2> values = {"depthwise", "lossguide"};
};

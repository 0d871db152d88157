#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <neve/schema/values.hpp>

#include "algos/families/trees/choices.hpp"

namespace neve::algos::deeplearning {

// Values of parameters; the texts are below.

using trees::DistributionChoice;

enum class ActivationChoice : std::uint8_t {
  tanh,
  tanh_with_dropout,
  rectifier,
  rectifier_with_dropout,
  maxout,
  maxout_with_dropout
};
enum class WeightDistribution : std::uint8_t { uniform_adaptive, uniform, normal };
enum class LossChoice : std::uint8_t {
  automatic,
  cross_entropy,
  quadratic,
  huber,
  absolute,
  quantile
};
enum class SamplingMethod : std::uint8_t { uniform, stratified };
enum class MissingValues : std::uint8_t { mean_imputation, skip };

}  // namespace neve::algos::deeplearning

template <>
struct neve::schema::EnumText<neve::algos::deeplearning::ActivationChoice> {
  static constexpr std::string_view name =
      "DeeplearningDeepLearningModelDeepLearningParametersActivation";
  static constexpr std::array<std::string_view, 6> values = {"Tanh",      "TanhWithDropout",
                                                             "Rectifier", "RectifierWithDropout",
                                                             "Maxout",    "MaxoutWithDropout"};
};
template <>
struct neve::schema::EnumText<neve::algos::deeplearning::WeightDistribution> {
  static constexpr std::string_view name =
      "DeeplearningDeepLearningModelDeepLearningParametersInitialWeightDistribution";
  static constexpr std::array<std::string_view, 3> values = {"UniformAdaptive", "Uniform",
                                                             "Normal"};
};
template <>
struct neve::schema::EnumText<neve::algos::deeplearning::LossChoice> {
  static constexpr std::string_view name =
      "DeeplearningDeepLearningModelDeepLearningParametersLoss";
  static constexpr std::array<std::string_view, 6> values = {
      "Automatic", "CrossEntropy", "Quadratic", "Huber", "Absolute", "Quantile"};
};
template <>
struct neve::schema::EnumText<neve::algos::deeplearning::SamplingMethod> {
  static constexpr std::string_view name =
      "DeeplearningDeepLearningModelDeepLearningParametersClassSamplingMethod";
  static constexpr std::array<std::string_view, 2> values = {"Uniform", "Stratified"};
};
template <>
struct neve::schema::EnumText<neve::algos::deeplearning::MissingValues> {
  static constexpr std::string_view name =
      "DeeplearningDeepLearningModelDeepLearningParametersMissingValuesHandling";
  static constexpr std::array<std::string_view, 2> values = {"MeanImputation", "Skip"};
};

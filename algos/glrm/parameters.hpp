#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <neve/model/common_parameters.hpp>
#include <neve/schema/schema.hpp>
#include <neve/schema/values.hpp>

#include "algos/glrm/losses.hpp"
#include "algos/glrm/regularizers.hpp"

namespace neve::algos::glrm {

/// What numbers are before they are fitted: their mean taken off, divided by their standard
/// deviation (or range), or both.
enum class Transform : std::uint8_t { none, standardize, normalize, demean, descale };
/// Where Y begins.
enum class Initialization : std::uint8_t { random, svd, plus_plus, user };
enum class SvdMethod : std::uint8_t { gram, power, randomized };

/// What a user may say about a generalized low rank model.
struct Parameters : model::CommonParameters {
  std::string representation_name;
  std::string loading_name;
  Transform transform = Transform::none;
  std::int32_t k = 1;
  Loss loss = Loss::quadratic;
  std::optional<std::vector<Loss>> loss_by_col;
  std::optional<std::vector<std::int32_t>> loss_by_col_idx;
  Loss multi_loss = Loss::categorical;
  std::int32_t period = 1;
  Regularizer regularization_x = Regularizer::none;
  Regularizer regularization_y = Regularizer::none;
  double gamma_x = 0;
  double gamma_y = 0;
  std::int32_t max_iterations = 1000;
  std::int32_t max_updates = 2000;
  double init_step_size = 1;
  double min_step_size = 1e-4;
  Initialization init = Initialization::plus_plus;
  SvdMethod svd_method = SvdMethod::randomized;
  schema::FrameRef user_y;
  schema::FrameRef user_x;
  bool expand_user_y = true;
  bool impute_original = false;
  bool recover_svd = false;
  static const schema::Schema& schema();
};

}  // namespace neve::algos::glrm

template <>
struct neve::schema::EnumText<neve::algos::glrm::Transform> {
  static constexpr std::string_view name = "DataInfoTransformType";
  static constexpr std::array<std::string_view, 5> values = {"NONE", "STANDARDIZE", "NORMALIZE",
                                                             "DEMEAN", "DESCALE"};
};
template <>
struct neve::schema::EnumText<neve::algos::glrm::Loss> {
  static constexpr std::string_view name = "GenmodelalgosglrmGlrmLoss";
  static constexpr std::array<std::string_view, 9> values = {"Quadratic", "Absolute",    "Huber",
                                                             "Poisson",   "Hinge",       "Logistic",
                                                             "Periodic",  "Categorical", "Ordinal"};
};
template <>
struct neve::schema::EnumText<neve::algos::glrm::Regularizer> {
  static constexpr std::string_view name = "GenmodelalgosglrmGlrmRegularizer";
  static constexpr std::array<std::string_view, 8> values = {
      "None", "Quadratic", "L2", "L1", "NonNegative", "OneSparse", "UnitOneSparse", "Simplex"};
};
template <>
struct neve::schema::EnumText<neve::algos::glrm::Initialization> {
  static constexpr std::string_view name = "GenmodelalgosglrmGlrmInitialization";
  static constexpr std::array<std::string_view, 4> values = {"Random", "SVD", "PlusPlus", "User"};
};
template <>
struct neve::schema::EnumText<neve::algos::glrm::SvdMethod> {
  static constexpr std::string_view name = "SvdSVDModelSVDParametersMethod";
  static constexpr std::array<std::string_view, 3> values = {"GramSVD", "Power", "Randomized"};
};

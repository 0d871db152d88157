#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <neve/model/common_parameters.hpp>
#include <neve/schema/schema.hpp>
#include <neve/schema/values.hpp>

#include "algos/families/components/transform.hpp"

namespace neve::algos::svd {

/// How singular values are found.
enum class SvdMethod : std::uint8_t { gram_svd, power, randomized };

/// What a user may say about a singular value decomposition.
struct Parameters : model::CommonParameters {
  components::Transform transform = components::Transform::none;
  SvdMethod svd_method = SvdMethod::gram_svd;
  std::int32_t nv = 1;
  std::int32_t max_iterations = 1000;
  bool keep_u = true;
  std::optional<std::string> u_name;
  bool use_all_factor_levels = true;
  static const schema::Schema& schema();
};

}  // namespace neve::algos::svd

template <>
struct neve::schema::EnumText<neve::algos::svd::SvdMethod> {
  static constexpr std::string_view name = "SvdSVDModelSVDParametersMethod";
  static constexpr std::array<std::string_view, 3> values = {"GramSVD", "Power", "Randomized"};
};

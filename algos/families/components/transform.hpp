#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <neve/schema/values.hpp>

namespace neve::algos::components {

/// What is done to numbers before components are sought.
enum class Transform : std::uint8_t {
  none,
  standardize,  ///< less the mean, by the standard deviation
  normalize,    ///< less the mean, by the range
  demean,       ///< less the mean
  descale       ///< by the standard deviation
};

}  // namespace neve::algos::components

template <>
struct neve::schema::EnumText<neve::algos::components::Transform> {
  static constexpr std::string_view name = "DataInfoTransformType";
  static constexpr std::array<std::string_view, 5> values = {"NONE", "STANDARDIZE", "NORMALIZE",
                                                             "DEMEAN", "DESCALE"};
};

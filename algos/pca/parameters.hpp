#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include <neve/model/common_parameters.hpp>
#include <neve/schema/schema.hpp>
#include <neve/schema/values.hpp>

#include "algos/families/components/transform.hpp"

namespace neve::algos::pca {

/// How components are found.
enum class PcaMethod : std::uint8_t { gram_svd, power, randomized, glrm };
/// Libraries that H2O-3 chooses from.
enum class PcaImplementation : std::uint8_t {
  mtj_evd_dense,
  mtj_evd_symmetric,
  mtj_svd_dense,
  jama
};

/// What a user may say about principal components.
struct Parameters : model::CommonParameters {
  components::Transform transform = components::Transform::none;
  PcaMethod pca_method = PcaMethod::gram_svd;
  std::optional<PcaImplementation> pca_impl;
  std::int32_t k = 1;
  std::int32_t max_iterations = 1000;
  bool use_all_factor_levels = false;
  bool compute_metrics = true;
  bool impute_missing = false;
  static const schema::Schema& schema();
};

}  // namespace neve::algos::pca

template <>
struct neve::schema::EnumText<neve::algos::pca::PcaMethod> {
  static constexpr std::string_view name = "PcaPCAModelPCAParametersMethod";
  static constexpr std::array<std::string_view, 4> values = {"GramSVD", "Power", "Randomized",
                                                             "GLRM"};
};

template <>
struct neve::schema::EnumText<neve::algos::pca::PcaImplementation> {
  static constexpr std::string_view name = "PcaPCAImplementation";
  static constexpr std::array<std::string_view, 4> values = {
      "MTJ_EVD_DENSEMATRIX", "MTJ_EVD_SYMMMATRIX", "MTJ_SVD_DENSEMATRIX", "JAMA"};
};

#pragma once

#include <cstdint>

#include <neve/model/common_parameters.hpp>
#include <neve/schema/schema.hpp>

#include "algos/families/components/transform.hpp"

namespace neve::algos::aggregator {

/// What categorical_encoding AUTO is.
constexpr auto kAutomaticEncoding = model::CategoricalEncoding::eigen;

/// What a user may say about the aggregation of a frame.
struct Parameters : model::CommonParameters {
  /// There is no parameter for it.
  Parameters() { seed = 0; }
  std::int32_t target_num_exemplars = 5000;
  double rel_tol_num_exemplars = 0.5;
  components::Transform transform = components::Transform::normalize;
  bool save_mapping_frame = false;
  std::int32_t num_iteration_without_new_exemplar = 500;
  static const schema::Schema& schema();
};

}  // namespace neve::algos::aggregator

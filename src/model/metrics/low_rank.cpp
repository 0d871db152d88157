#include <neve/model/metrics/dim_reduction.hpp>

#include "model/metrics/schema_parts.hpp"

namespace neve::model::metrics {

const schema::Schema& LowRank::schema() {
  using L = LowRank;
  static const schema::Schema kSchema =
      family_schema<L>("ModelMetricsGLRMV99", "ModelMetricsGLRM", "ModelMetricsBaseV3")
          .field<&L::numerr>("Squared distances of numbers to what they are reconstructed as.")
          .input()
          .field<&L::caterr>("Levels that are reconstructed as others.")
          .input()
          .field<&L::numcnt>("Numbers that are not missing.")
          .input()
          .field<&L::catcnt>("Levels that are not missing.")
          .input();
  return kSchema;
}

}  // namespace neve::model::metrics

#include <neve/model/metrics/dim_reduction.hpp>

#include "model/metrics/schema_parts.hpp"

namespace neve::model::metrics {

const schema::Schema& DimReduction::schema() {
  static const schema::Schema kSchema =
      family_schema<DimReduction>("ModelMetricsPCAV3", "ModelMetricsPCA", "ModelMetricsBaseV3");
  return kSchema;
}

}  // namespace neve::model::metrics

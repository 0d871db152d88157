#include <neve/model/metrics/dim_reduction.hpp>

#include "model/metrics/schema_parts.hpp"

namespace neve::model::metrics {

const schema::Schema& Anomaly::schema() {
  using A = Anomaly;
  static const schema::Schema kSchema =
      family_schema<A>("ModelMetricsAnomalyV3", "ModelMetricsAnomaly", "ModelMetricsBaseV3")
          .field<&A::mean_score>("Mean over rows of their mean path length in the trees.")
          .field<&A::mean_normalized_score>("Mean over rows of their anomaly score.");
  return kSchema;
}

}  // namespace neve::model::metrics

#pragma once

#include <neve/model/metrics/metrics_header.hpp>

namespace neve::model::metrics {

/// Metrics of principal components: nothing but what all metrics have, and no error among that.
struct DimReduction : MetricsHeader {
  static const schema::Schema& schema();
};

}  // namespace neve::model::metrics

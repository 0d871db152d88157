#include <neve/model/metrics/auto_encoder.hpp>

#include <cmath>

#include "model/metrics/schema_parts.hpp"

namespace neve::model::metrics {

AutoEncoder finish_auto_encoder(double error, double weight, std::int64_t rows) {
  AutoEncoder made;
  made.model_category = Category::auto_encoder;
  made.MSE = weight > 0 ? error / weight : kNotComputed;
  made.RMSE = std::sqrt(made.MSE);
  made.nobs = rows;
  made.weight = weight;
  made.custom_metric_value = kNotComputed;
  return made;
}

AutoEncoder join_auto_encoders(std::span<const AutoEncoder* const> parts) {
  double error = 0;
  double weight = 0;
  std::int64_t rows = 0;
  for (const AutoEncoder* part : parts) {
    if (!(part->weight > 0)) continue;
    error += part->MSE * part->weight;
    weight += part->weight;
    rows += part->nobs;
  }
  return finish_auto_encoder(error, weight, rows);
}

const schema::Schema& AutoEncoder::schema() {
  static const schema::Schema kSchema = family_schema<AutoEncoder>(
      "ModelMetricsAutoEncoderV3", "ModelMetricsAutoEncoder", "ModelMetricsBaseV3");
  return kSchema;
}

}  // namespace neve::model::metrics

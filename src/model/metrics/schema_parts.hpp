#pragma once

#include <string>
#include <utility>

#include <neve/model/metrics/metrics_header.hpp>
#include <neve/schema/schema_of.hpp>

namespace neve::model::metrics {

/// Begins the table of a family with the fields that all have.
template <class Family>
schema::SchemaOf<Family> family_schema(std::string name, std::string type, std::string superclass) {
  schema::SchemaOf<Family> made(std::move(name), std::move(type), std::move(superclass));
  using H = MetricsHeader;
  made.template inherit<&H::model, &H::model_checksum, &H::frame, &H::frame_checksum,
                        &H::description, &H::model_category, &H::scoring_time, &H::predictions,
                        &H::MSE, &H::RMSE, &H::nobs, &H::custom_metric_name,
                        &H::custom_metric_value>(H::schema());
  return made;
}

/// Adds what GLM metrics have beside their family's fields.
template <class Glm>
schema::Schema with_deviances(schema::SchemaOf<Glm> made) {
  made.template field<&Glm::residual_deviance>(
      "Twice the log-likelihood that the model lacks to the saturated one.");
  made.template field<&Glm::null_deviance>("The deviance of a model of nothing but an intercept.");
  made.template field<&Glm::null_degrees_of_freedom>("Rows less the intercept.");
  made.template field<&Glm::residual_degrees_of_freedom>(
      "Rows less the coefficients that are not zero.");
  return made;
}

}  // namespace neve::model::metrics

#include <neve/model/metrics/metrics_header.hpp>

#include <neve/schema/schema_of.hpp>

namespace neve::model::metrics {

const schema::Schema& MetricsHeader::schema() {
  using H = MetricsHeader;
  static const schema::Schema kSchema =
      schema::SchemaOf<H>("ModelMetricsBaseV3", "ModelMetrics")
          .field<&H::model>("The model that was scored.")
          .inout()
          .field<&H::model_checksum>("Checksum of what that model learnt.")
          .inout()
          .field<&H::frame>("The frame that it was scored on.")
          .inout()
          .field<&H::frame_checksum>("Checksum of that frame's values.")
          .inout()
          .field<&H::description>("How the metrics came about, where that needs words.")
          .field<&H::model_category>("What kind of answer the model gives.")
          .field<&H::scoring_time>("When they were computed, in milliseconds since 1970.")
          .field<&H::predictions>("Predictions, where a request asks for them.")
          .as_type("Frame", "FrameV3")
          .field<&H::MSE>(
              "Mean squared error; of classifiers, of the actual class's probability from 1.")
          .field<&H::RMSE>("Square root of the mean squared error.")
          .field<&H::nobs>("Number of rows that counted.")
          .input()
          .field<&H::custom_metric_name>("Name of the user's own metric.")
          .field<&H::custom_metric_value>("Value of the user's own metric.");
  return kSchema;
}

const schema::Schema& ConfusionMatrix::schema() {
  static const schema::Schema kSchema =
      schema::SchemaOf<ConfusionMatrix>("ConfusionMatrixV3", "ConfusionMatrix")
          .field<&ConfusionMatrix::table>(
              "Rows of each actual class by predicted class, with errors.");
  return kSchema;
}

}  // namespace neve::model::metrics

#pragma once

#include <span>

#include <neve/model/metrics/metrics_header.hpp>

namespace neve::model::metrics {

/// Metrics of a network that gives back its inputs: MSE is the mean over rows of each row's mean
/// squared error over all inputs, on the scale that they are trained on.
struct AutoEncoder : MetricsHeader {
  double weight = 0;  ///< of the rows; not part of the JSON form
  static const schema::Schema& schema();
  template <class Archive>
  void fields(Archive& archive) {
    MetricsHeader::fields(archive);
    archive(weight);
  }
};

/// From the weighted sum of rows' errors.
AutoEncoder finish_auto_encoder(double error, double weight, std::int64_t rows);
/// Metrics of all rows from those of parts.
AutoEncoder join_auto_encoders(std::span<const AutoEncoder* const> parts);

}  // namespace neve::model::metrics

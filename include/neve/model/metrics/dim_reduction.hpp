#pragma once

#include <cstdint>

#include <neve/model/metrics/metrics_header.hpp>

namespace neve::model::metrics {

/// Metrics of principal components: nothing but what all metrics have, and no error among that.
struct DimReduction : MetricsHeader {
  static const schema::Schema& schema();
};

/// Metrics of low rank models: how far cells are from what they are reconstructed as. A row has no
/// error of its own.
struct LowRank : MetricsHeader {
  double numerr = 0;        ///< squared distances of numbers
  double caterr = 0;        ///< levels that are reconstructed as others
  std::int64_t numcnt = 0;  ///< numbers that are not missing
  std::int64_t catcnt = 0;  ///< levels that are not missing
  static const schema::Schema& schema();
  template <class Archive>
  void fields(Archive& archive) {
    MetricsHeader::fields(archive);
    archive(numerr, caterr, numcnt, catcnt);
  }
};

/// Metrics of anomaly scores: their means over rows, of the raw kind (a mean path length) and
/// normalised. There is no error.
struct Anomaly : MetricsHeader {
  double mean_score = kNotComputed;
  double mean_normalized_score = kNotComputed;
  static const schema::Schema& schema();
  template <class Archive>
  void fields(Archive& archive) {
    MetricsHeader::fields(archive);
    archive(mean_score, mean_normalized_score);
  }
};

}  // namespace neve::model::metrics

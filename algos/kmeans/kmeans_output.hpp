#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include <neve/model/metrics/clustering.hpp>
#include <neve/model/model_output.hpp>

#include "algos/kmeans/kmeans_model.hpp"

namespace neve::algos::kmeans {

/// The object "output" of a k-means model, by H2O's names.
struct KMeansOutput : model::ModelOutput {
  schema::Table centers;
  std::optional<schema::Table> centers_std;
  static const schema::Schema& schema();
};

/// An iteration, as the history tells of it.
struct HistoryRow {
  std::int64_t time_ms = 0;
  std::int32_t clusters = 0;
  std::int64_t reassigned = 0;
  double within = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(time_ms, clusters, reassigned, within);
  }
};

/// The history: a row for what was before, and one for each iteration; where k is estimated, with
/// the number of clusters.
schema::Table scoring_history(std::span<const HistoryRow> rows, std::int64_t start_time_ms,
                              bool estimates_k);

/// Rows, clusters, categories, iterations and sums of squares.
schema::Table model_summary(const KMeansModel& model, const model::metrics::Clustering& metrics);

}  // namespace neve::algos::kmeans

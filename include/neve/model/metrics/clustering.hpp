#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <neve/model/metrics/metrics_header.hpp>
#include <neve/schema/table.hpp>

namespace neve::model::metrics {

/// What rows are to the clusters that they are in: a Partial, or a member of one, of an ordered
/// reduction. Distances are on the scale that the model measures them on.
struct ClusterSums {
  /// Mean of a numeric column and sum of squared deviations from it.
  struct Spread {
    double mean = 0;
    double squares = 0;
    template <class Archive>
    void fields(Archive& archive) {
      archive(mean, squares);
    }
  };
  double weight = 0;
  std::vector<double> sizes;    ///< weight by cluster
  std::vector<double> within;   ///< squared distances to the cluster's center, by cluster
  std::vector<Spread> columns;  ///< of numbers; all of the same weight
  double mismatches = 0;        ///< weight of cells that are not their column's mode

  ClusterSums() = default;
  ClusterSums(std::size_t clusters, std::size_t numbers)
      : sizes(clusters), within(clusters), columns(numbers) {}
  /// Adds sums of other rows about the same clusters.
  void merge(const ClusterSums& right);
  template <class Archive>
  void fields(Archive& archive) {
    archive(weight, sizes, within, columns, mismatches);
  }
};

/// Metrics of clusters: squared distances of rows to their centers (within), to the centre of all
/// (total) and the difference (between). The distance of a category is 0, or 1 from other levels,
/// and its centre the most frequent one.
struct Clustering : MetricsHeader {
  double tot_withinss = kNotComputed;
  double totss = kNotComputed;
  double betweenss = kNotComputed;
  std::optional<schema::Table> centroid_stats;

  // Not part of the JSON form.
  ClusterSums sums;

  static const schema::Schema& schema();
  template <class Archive>
  void fields(Archive& archive) {
    MetricsHeader::fields(archive);
    archive(tot_withinss, totss, betweenss, centroid_stats, sums);
  }
};

Clustering finish_clustering(ClusterSums sums);

/// Metrics of all rows from those of parts, each with clusters of its own: there is no table of
/// these.
Clustering join_clusterings(std::span<const Clustering* const> parts);

}  // namespace neve::model::metrics

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <neve/base/pool.hpp>
#include <neve/job/token.hpp>
#include <neve/model/metrics/clustering.hpp>

#include "algos/kmeans/lloyd.hpp"
#include "algos/kmeans/sample.hpp"

namespace neve::algos::kmeans {

/// Rows by cluster, so that the sum of costs is least of all assignments in which cluster c has
/// sizes[c] rows at least (a minimum cost flow, by successive shortest paths; Ahuja, Magnanti and
/// Orlin 1993, section 9.7). `costs` are finite, those of a row one after the other, `stride`
/// for each. The sizes add up to the number of rows at most.
std::vector<std::int32_t> assign_with_sizes(std::span<const double> costs, std::size_t stride,
                                            std::span<const std::int32_t> sizes,
                                            const job::TokenPtr& token);

/// Clusters of a least size each (Bradley, Bennett and Demiriz 2000), of rows that the driver
/// holds.
class SizedClusters {
 public:
  /// Cells of rows by clusters up to which assignments are computed.
  static constexpr std::int64_t kMostCells = 20'000'000;

  SizedClusters(points::Points rows, std::vector<std::int32_t> sizes)
      : rows_(std::move(rows)), sizes_(std::move(sizes)), clusters_(rows_.count, -1) {}
  /// Assigns the rows, as AssignTask does.
  AssignTask::Partial assign(const points::Space& space, const Units& units,
                             const points::Points& centers, const job::TokenPtr& token);
  /// Sizes of the clusters as assigned, and distances to these centers.
  [[nodiscard]] model::metrics::ClusterSums sums(const points::Space& space,
                                                 const points::Points& centers) const;

 private:
  points::Points rows_;
  std::vector<std::int32_t> sizes_;
  std::vector<std::int32_t> clusters_;  ///< -1 before they are assigned
};

}  // namespace neve::algos::kmeans

#include <neve/model/metrics/clustering.hpp>

#include <numeric>
#include <utility>

#include "model/metrics/schema_parts.hpp"

namespace neve::model::metrics {
namespace {

schema::Table centroid_table(const ClusterSums& sums) {
  schema::Table table{
      .name = "Centroid Statistics",
      .columns = {{.name = ""},
                  {.name = "centroid", .type = "long", .format = "%d"},
                  {.name = "size", .type = "double", .format = "%.5f"},
                  {.name = "within_cluster_sum_of_squares", .type = "double", .format = "%.5f"}}};
  for (std::size_t c = 0; c < sums.sizes.size(); ++c) {
    table.add_row({std::string(), static_cast<std::int64_t>(c) + 1, sums.sizes[c], sums.within[c]});
  }
  return table;
}

double total_of(const ClusterSums& sums) {
  double total = sums.mismatches;
  for (const ClusterSums::Spread& column : sums.columns) total += column.squares;
  return total;
}

Clustering figures_of(ClusterSums sums) {
  Clustering out;
  out.model_category = Category::clustering;
  out.tot_withinss = std::accumulate(sums.within.begin(), sums.within.end(), 0.0);
  out.totss = total_of(sums);
  out.betweenss = out.totss - out.tot_withinss;
  out.sums = std::move(sums);
  return out;
}

}  // namespace

/// Chan, Golub and LeVeque (1979).
void ClusterSums::merge(const ClusterSums& right) {
  if (right.weight == 0) return;
  const double both = weight + right.weight;
  for (std::size_t j = 0; j < columns.size() && j < right.columns.size(); ++j) {
    const double apart = right.columns[j].mean - columns[j].mean;
    columns[j].squares += right.columns[j].squares + apart * apart * (weight / both * right.weight);
    columns[j].mean += apart * (right.weight / both);
  }
  for (std::size_t c = 0; c < sizes.size() && c < right.sizes.size(); ++c) {
    sizes[c] += right.sizes[c];
    within[c] += right.within[c];
  }
  mismatches += right.mismatches;
  weight = both;
}

Clustering finish_clustering(ClusterSums sums) {
  Clustering out = figures_of(std::move(sums));
  out.centroid_stats = centroid_table(out.sums);
  return out;
}

Clustering join_clusterings(std::span<const Clustering* const> parts) {
  ClusterSums all(1, parts.empty() ? 0 : parts.front()->sums.columns.size());
  for (const Clustering* part : parts) {
    ClusterSums one = part->sums;
    one.sizes = {one.weight};
    one.within = {part->tot_withinss};
    all.merge(one);
  }
  return figures_of(std::move(all));
}

const schema::Schema& Clustering::schema() {
  using C = Clustering;
  static const schema::Schema kSchema =
      family_schema<C>("ModelMetricsClusteringV3", "ModelMetricsClustering", "ModelMetricsBaseV3")
          .field<&C::tot_withinss>(
              "Squared distances of all rows to the centers of their clusters.")
          .input()
          .field<&C::totss>("Squared distances of all rows to their mean.")
          .input()
          .field<&C::betweenss>("What the clusters explain of the latter.")
          .input()
          .field<&C::centroid_stats>("Rows and squared distances of each cluster.")
          .input();
  return kSchema;
}

}  // namespace neve::model::metrics

#include "algos/kmeans/sized_clusters.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <optional>
#include <queue>
#include <utility>

#include <neve/base/error.hpp>

#include "algos/families/points/distances.hpp"

namespace neve::algos::kmeans {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Rows move along paths of clusters until all have their least size. An edge a → b costs what the
/// cheapest row of a would cost more in b.
class Flow {
 public:
  Flow(std::span<const double> costs, std::size_t stride, std::span<const std::int32_t> sizes)
      : costs_(costs),
        stride_(stride),
        sizes_(sizes),
        count_(sizes.size()),
        counts_(count_),
        edges_(count_ * count_) {
    const std::size_t rows = costs.size() / stride;
    for (std::size_t row = 0; row < rows; ++row) {
      const auto nearest = points::nearest_of(costs.subspan(row * stride, count_));
      clusters_.push_back(static_cast<std::int32_t>(nearest.center));
      enter(row, nearest.center);
    }
  }
  [[nodiscard]] bool complete() const {
    for (std::size_t c = 0; c < count_; ++c) {
      if (lacks(c)) return false;
    }
    return true;
  }
  /// Moves rows along the cheapest path from a cluster that can spare one to one that lacks one.
  void augment() {
    std::vector<double> distance(count_, kInfinity);
    std::vector<std::size_t> from(count_, count_);
    for (std::size_t c = 0; c < count_; ++c) {
      if (counts_[c] > sizes_[c]) distance[c] = 0;
    }
    relax(distance, from);
    std::size_t to = count_;
    for (std::size_t c = 0; c < count_; ++c) {
      if (lacks(c) && (to == count_ || distance[c] < distance[to])) to = c;
    }
    NEVE_CHECK(to < count_ && distance[to] < kInfinity, "sizes that add up to too much");
    std::vector<std::pair<std::size_t, std::size_t>> moves;  // row, cluster
    for (; from[to] < count_; to = from[to]) moves.emplace_back(*cheapest(from[to], to), to);
    for (const auto& [row, cluster] : moves) {
      --counts_[static_cast<std::size_t>(clusters_[row])];
      clusters_[row] = static_cast<std::int32_t>(cluster);
    }
    for (const auto& [row, cluster] : moves) enter(row, cluster);
  }
  [[nodiscard]] std::vector<std::int32_t> take() { return std::move(clusters_); }

 private:
  using Edge = std::pair<double, std::size_t>;  // cost, row
  using Heap = std::priority_queue<Edge, std::vector<Edge>, std::greater<>>;
  [[nodiscard]] bool lacks(std::size_t c) const { return counts_[c] < sizes_[c]; }
  [[nodiscard]] double cost(std::size_t row, std::size_t cluster) const {
    return costs_[row * stride_ + cluster];
  }
  void enter(std::size_t row, std::size_t cluster) {
    ++counts_[cluster];
    for (std::size_t other = 0; other < count_; ++other) {
      if (other != cluster)
        edges_[cluster * count_ + other].emplace(cost(row, other) - cost(row, cluster), row);
    }
  }
  /// The row of cluster a that is cheapest to move to b; rows that have left a are dropped.
  std::optional<std::size_t> cheapest(std::size_t a, std::size_t b) {
    Heap& heap = edges_[a * count_ + b];
    while (!heap.empty() && clusters_[heap.top().second] != static_cast<std::int32_t>(a))
      heap.pop();
    if (heap.empty()) return std::nullopt;
    return heap.top().second;
  }
  /// Bellman and Ford; there are no negative cycles, as what is assigned is the cheapest for its
  /// sizes.
  void relax(std::vector<double>& distance, std::vector<std::size_t>& from) {
    std::vector<double> lengths(count_ * count_, kInfinity);
    for (std::size_t a = 0; a < count_; ++a) {
      for (std::size_t b = 0; b < count_; ++b) {
        if (a != b && cheapest(a, b)) lengths[a * count_ + b] = edges_[a * count_ + b].top().first;
      }
    }
    bool changed = true;
    for (std::size_t round = 0; changed && round < count_; ++round) {
      changed = false;
      for (std::size_t a = 0; a < count_; ++a) {
        for (std::size_t b = 0; distance[a] < kInfinity && b < count_; ++b) {
          const double through = distance[a] + lengths[a * count_ + b];
          if (!(through < distance[b]) || on_path(from, a, b)) continue;
          distance[b] = through;
          from[b] = a;
          changed = true;
        }
      }
    }
  }
  /// Whether the way to a leads through b, which only rounding can make look worth going again.
  [[nodiscard]] bool on_path(const std::vector<std::size_t>& from, std::size_t a,
                             std::size_t b) const {
    for (std::size_t c = a; c < count_; c = from[c]) {
      if (c == b) return true;
    }
    return false;
  }

  std::span<const double> costs_;
  std::size_t stride_;
  std::span<const std::int32_t> sizes_;
  std::size_t count_;
  std::vector<std::int32_t> clusters_;
  std::vector<std::int64_t> counts_;
  std::vector<Heap> edges_;
};

}  // namespace

std::vector<std::int32_t> assign_with_sizes(std::span<const double> costs, std::size_t stride,
                                            std::span<const std::int32_t> sizes,
                                            const job::TokenPtr& token) {
  Flow flow(costs, stride, sizes);
  while (!flow.complete()) {
    if (token) token->check();
    flow.augment();
  }
  return flow.take();
}

AssignTask::Partial SizedClusters::assign(const points::Space& space, const Units& units,
                                          const points::Points& centers,
                                          const job::TokenPtr& token) {
  const points::CenterTable table(centers);
  std::vector<double> distances(rows_.count * table.stride());
  table.measure(rows_, 0, rows_.count, distances);
  AssignTask::Partial made{.changes = Totals(space, centers.count), .reassigned = 0};
  const auto next = assign_with_sizes(distances, table.stride(), sizes_, token);
  for (std::size_t i = 0; i < next.size(); ++i) {
    const std::int32_t old = std::exchange(clusters_[i], next[i]);
    if (old == next[i]) continue;
    ++made.reassigned;
    if (old >= 0) made.changes.take(units, static_cast<std::size_t>(old), rows_, i);
    made.changes.add(units, static_cast<std::size_t>(next[i]), rows_, i);
  }
  return made;
}

model::metrics::ClusterSums SizedClusters::sums(const points::Space& space,
                                                const points::Points& centers) const {
  model::metrics::ClusterSums all(centers.count, space.axes.size());
  for (std::size_t i = 0; i < rows_.count; ++i) {
    model::metrics::ClusterSums row(centers.count, space.axes.size());
    const auto cluster = static_cast<std::size_t>(clusters_[i]);
    row.weight = 1;
    row.sizes[cluster] = 1;
    row.within[cluster] = points::squared_distance(rows_.number(i), rows_.code(i),
                                                   centers.number(cluster), centers.code(cluster));
    for (std::size_t j = 0; j < space.axes.size(); ++j) row.columns[j].mean = rows_.number(i)[j];
    for (std::size_t l = 0; l < space.categories.size(); ++l)
      row.mismatches += rows_.code(i)[l] != space.categories[l].mode ? 1.0 : 0.0;
    all.merge(row);
  }
  return all;
}

}  // namespace neve::algos::kmeans

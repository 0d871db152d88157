#include "algos/kmeans/rows.hpp"

#include <utility>

namespace neve::algos::kmeans {

std::int64_t AssignedRows::byte_size() const {
  return kept.byte_size() + static_cast<std::int64_t>(clusters.capacity() * sizeof(std::int32_t) +
                                                      upper.capacity() * sizeof(float) +
                                                      lower.capacity() * sizeof(float));
}

void AssignedRows::start(const mr::RowGroup& group, const RowsPlan& rows) {
  const auto count = static_cast<std::size_t>(group.rows);
  upper.assign(count, 0);
  lower.assign(count, 0);
  clusters.assign(count, kNone);
  const std::vector<std::uint8_t> takes_part = points::counting_rows(group, rows.weights);
  for (std::size_t i = 0; i < count; ++i) {
    if (takes_part[i] == 0) clusters[i] = kOut;
  }
  if (!rows.keeps_points) return;
  points::Points all(rows.space, count);
  model::BlockReader reader(group, rows.plan);
  for (std::size_t first = 0; first < count;) {
    const model::ScoreBlock& block = reader.read(static_cast<std::int64_t>(first));
    points::read_points(rows.space, block, all, first);
    first += block.rows;
  }
  kept = std::move(all);
}

}  // namespace neve::algos::kmeans

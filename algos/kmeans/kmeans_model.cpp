#include "algos/kmeans/kmeans_model.hpp"

#include <utility>
#include <vector>

#include "algos/kmeans/measure.hpp"

namespace neve::algos::kmeans {

void KMeansModel::score(const model::ScoreBlock& block,
                        std::span<const std::span<double>> out) const {
  std::call_once(laid_->once, [this] { laid_->table.emplace(centers); });
  const points::CenterTable& table = *laid_->table;
  points::Points rows(space, block.rows);
  points::read_points(space, block, rows, 0);
  std::vector<double> distances(block.rows * table.stride());
  table.measure(rows, 0, block.rows, distances);
  for (std::size_t i = 0; i < block.rows; ++i) {
    const points::Nearest nearest = points::nearest_of(
        std::span<const double>(distances).subspan(i * table.stride(), table.count()));
    out[0][i] = static_cast<double>(nearest.center);
  }
}

model::metrics::Metrics KMeansModel::measure_rows(mr::Engine& engine, const model::Dataset& data,
                                                  const job::TokenPtr& token) const {
  const MeasureTask::State state{
      .rows = {.space = space, .plan = model::plan_of(header.roles, data), .weights = data.weights},
      .centers = centers};
  mr::RunOptions options;
  options.token = token;
  return metrics_of(engine.run<MeasureTask>(data.inputs, state, options));
}

model::metrics::Clustering KMeansModel::metrics_of(model::metrics::ClusterSums sums) const {
  // Models of folds have spaces of their own, but for numbers that are taken as they are.
  for (std::size_t j = 0; !standardized && j < space.axes.size(); ++j)
    sums.columns[j].mean += space.axes[j].center;
  return model::metrics::finish_clustering(std::move(sums));
}

bool KMeansModel::is_sound() const {
  std::vector<std::size_t> levels;
  for (const frame::DomainPtr& domain : header.roles.domains)
    levels.push_back(domain ? domain->size() : 0);
  if (!space.is_sound(levels) || !centers.is_sound() || centers.count == 0) return false;
  if (centers.axes != space.axes.size() || centers.categories != space.categories.size())
    return false;
  for (std::size_t c = 0; c < centers.count; ++c) {
    for (std::size_t l = 0; l < centers.categories; ++l) {
      const std::int32_t code = centers.code(c)[l];
      if (code < 0 || code >= space.categories[l].levels) return false;
    }
  }
  return header.category == model::Category::clustering;
}

wire::Bytes KMeansModel::encode() const { return wire::encode(*this); }

wire::Bytes KMeansModel::encode_learnt() const {
  wire::Writer writer;
  // Only reads, as every Writer does.
  const_cast<KMeansModel*>(this)->learnt(writer);
  return writer.take();
}

}  // namespace neve::algos::kmeans

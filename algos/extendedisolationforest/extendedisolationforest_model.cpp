#include "algos/extendedisolationforest/extendedisolationforest_model.hpp"

#include <algorithm>
#include <memory>

#include "algos/extendedisolationforest/extendedisolationforest_output.hpp"
#include "algos/extendedisolationforest/lengths.hpp"
#include "algos/families/isolation/measure.hpp"
#include "algos/families/trees/view.hpp"

namespace neve::algos::extendedisolationforest {

void ExtendedIsolationForestModel::score(const model::ScoreBlock& block,
                                         std::span<const std::span<double>> out) const {
  const PlaneScorer& scorer = scorer_.get([this] { return PlaneScorer(trees, levels); });
  std::vector<double> points;
  scorer.read(block, points);
  const auto lengths = out[1].first(block.rows);
  std::ranges::fill(lengths, 0);
  for (std::size_t t = 0; t < scorer.trees(); ++t) scorer.add_lengths(t, points, lengths);
  for (double& length : lengths) length /= static_cast<double>(trees.size());
  std::ranges::copy(lengths, out[0].begin());
  to_scores(sample_size, out[0].first(block.rows));
}

model::metrics::Metrics ExtendedIsolationForestModel::measure_rows(
    mr::Engine& engine, const model::Dataset& data, const job::TokenPtr& token) const {
  auto made =
      isolation::mean_scores(engine, isolation::plain_scores(engine, *this, data, token), token);
  made.description = kMetricsDescription;
  return made;
}

bool ExtendedIsolationForestModel::is_sound() const {
  constexpr std::int64_t kLeastSample = 2;
  if (header.category != model::Category::anomaly_detection || trees.empty()) return false;
  if (levels != trees::levels_of(header.roles) || sample_size < kLeastSample) return false;
  return std::ranges::all_of(trees,
                             [&](const PlaneTree& tree) { return tree.is_sound(levels.size()); });
}

schema::AnyObject ExtendedIsolationForestModel::output() const {
  auto made = std::make_shared<ExtendedIsolationForestOutput>();
  model::fill_output(header, *made);
  return {&ExtendedIsolationForestOutput::schema(), std::move(made)};
}

wire::Bytes ExtendedIsolationForestModel::encode() const { return wire::encode(*this); }

wire::Bytes ExtendedIsolationForestModel::encode_learnt() const {
  wire::Writer writer;
  // learnt() only reads through a Writer; it is non-const so that one list serves both ways.
  const_cast<ExtendedIsolationForestModel*>(this)->learnt(writer);
  return writer.take();
}

}  // namespace neve::algos::extendedisolationforest

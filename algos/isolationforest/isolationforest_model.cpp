#include "algos/isolationforest/isolationforest_model.hpp"

#include <algorithm>
#include <array>

#include "algos/families/trees/view.hpp"
#include "algos/isolationforest/isolationforest_output.hpp"
#include "algos/isolationforest/paths.hpp"
#include "algos/isolationforest/scores.hpp"

namespace neve::algos::isolationforest {

double IsolationForestModel::normalised(double path) const {
  if (largest_path <= least_path) return 1;
  return (static_cast<double>(largest_path) - path) /
         static_cast<double>(largest_path - least_path);
}

std::vector<std::string> IsolationForestModel::output_names() const {
  return {flags_anomalies() ? "score" : "predict"};
}

void IsolationForestModel::score(const model::ScoreBlock& block,
                                 std::span<const std::span<double>> out) const {
  const trees::BlockScorer& scorer =
      scorer_.get([this] { return scorer_of(iterations, levels, std::array{iterations.size()}); });
  std::vector<double> paths(block.rows);
  const std::span<double> sums(paths);
  scorer.add(block, {&sums, 1});
  const auto count = static_cast<double>(iterations.size());
  for (std::size_t i = 0; i < block.rows; ++i) {
    out[0][i] = normalised(paths[i]);
    out[1][i] = paths[i] / count;
  }
}

std::unique_ptr<const model::RowExplainer> IsolationForestModel::explainer(
    model::RowQuestion question) const {
  // The trees are this model's own, which outlives its answers.
  const std::shared_ptr<const trees::TreeGrid> own(std::shared_ptr<void>(), &iterations);
  return trees::answers_of(question, {own, levels, false}, header.roles.predictors);
}

std::optional<model::TreeView> IsolationForestModel::tree(std::int32_t number,
                                                          const std::string& tree_class) const {
  const auto choice = trees::choose_tree(header, iterations.size(), 1, number, tree_class);
  return trees::view_of(iterations[choice.iteration][0].unpacked(levels), levels);
}

model::metrics::Metrics IsolationForestModel::measure_rows(mr::Engine& engine,
                                                           const model::Dataset& data,
                                                           const job::TokenPtr& token) const {
  return data.response >= 0 ? measure_flags(engine, *this, data, token)
                            : measure_scores(engine, *this, data, token);
}

bool IsolationForestModel::is_sound() const {
  if (header.category != model::Category::anomaly_detection || iterations.empty()) return false;
  if (levels != trees::levels_of(header.roles) || splits.size() != levels.size()) return false;
  if (header.roles.response_domain && header.roles.response_domain->size() != 2) return false;
  return std::ranges::all_of(iterations, [&](const auto& iteration) {
    return iteration.size() == 1 && iteration[0].is_sound(levels);
  });
}

schema::AnyObject IsolationForestModel::output() const {
  auto made = std::make_shared<IsolationForestOutput>();
  model::fill_output(header, *made);
  made->variable_splits = variable_splits(header.roles.predictors, splits);
  return {&IsolationForestOutput::schema(), std::move(made)};
}

wire::Bytes IsolationForestModel::encode() const { return wire::encode(*this); }

wire::Bytes IsolationForestModel::encode_learnt() const {
  wire::Writer writer;
  // learnt() only reads through a Writer; it is non-const so that one list serves both ways.
  const_cast<IsolationForestModel*>(this)->learnt(writer);
  return writer.take();
}

}  // namespace neve::algos::isolationforest

#include "algos/drf/drf_model.hpp"

#include <algorithm>

#include "algos/drf/drf_output.hpp"

namespace neve::algos::drf {

void DrfModel::score(const model::ScoreBlock& block, std::span<const std::span<double>> out) const {
  for (const std::span<double> values : out) std::ranges::fill(values.first(block.rows), 0.0);
  const bool tree_per_class = !iterations.empty() && iterations.front().size() > 1;
  // One tree for two classes is the second one's.
  add_votes(iterations, levels, block, tree_per_class ? out : out.last(1));
  const std::vector<double> voters(block.rows, static_cast<double>(iterations.size()));
  votes_to_outputs(tree_per_class, voters, out);
}

schema::AnyObject DrfModel::output() const {
  auto made = std::make_shared<DrfOutput>();
  model::fill_output(header, *made);
  if (!header.variable_importances.columns.empty())
    made->variable_importances = header.variable_importances;
  made->init_f = mean_response;
  return {&DrfOutput::schema(), std::move(made)};
}

wire::Bytes DrfModel::encode() const { return wire::encode(*this); }

wire::Bytes DrfModel::encode_learnt() const {
  wire::Writer writer;
  // learnt() only reads through a Writer; it is non-const so that one list serves both ways.
  const_cast<DrfModel*>(this)->learnt(writer);
  return writer.take();
}

}  // namespace neve::algos::drf

#include "algos/drf/drf_model.hpp"

#include <algorithm>

#include "algos/drf/drf_output.hpp"
#include "algos/families/trees/class_balance.hpp"
#include "algos/families/trees/row_answers.hpp"
#include "algos/families/trees/view.hpp"

namespace neve::algos::drf {

void DrfModel::score(const model::ScoreBlock& block, std::span<const std::span<double>> out) const {
  const auto values = out.first(outputs());
  for (const std::span<double> of_class : values)
    std::ranges::fill(of_class.first(block.rows), 0.0);
  const bool tree_per_class = !iterations.empty() && iterations.front().size() > 1;
  // One tree for two classes is the second one's.
  add_votes(iterations, levels, block, tree_per_class ? values : values.last(1));
  const std::vector<double> voters(block.rows, static_cast<double>(iterations.size()));
  votes_to_outputs(tree_per_class, voters, values);
  trees::correct_probabilities(class_weights, values);
  if (out.size() > values.size()) calibration.fill(values[1], out.subspan(values.size()));
}

std::unique_ptr<const model::RowExplainer> DrfModel::explainer(model::RowQuestion question) const {
  // The trees are this model's own, which outlives its answers.
  const std::shared_ptr<const trees::TreeGrid> own(std::shared_ptr<void>(), &iterations);
  return trees::answers_of(question, {own, levels, model::is_classifier(header.category)},
                           header.roles.predictors);
}

std::optional<model::TreeView> DrfModel::tree(std::int32_t number,
                                              const std::string& tree_class) const {
  const std::size_t classes = iterations.empty() ? 1 : iterations.front().size();
  const auto [iteration, of_class] =
      trees::choose_tree(header, iterations.size(), classes, number, tree_class);
  model::TreeView view = trees::view_of(iterations[iteration][of_class].unpacked(levels), levels);
  if (!header.roles.response_domain) return view;
  view.tree_class = (*header.roles.response_domain)[of_class];
  // One tree for two classes says how likely the second one is, and is shown as the first one's.
  if (classes == 1) {
    for (model::TreeView::Node& node : view.nodes) node.value = 1 - node.value;
  }
  return view;
}

bool DrfModel::is_sound() const {
  using model::Category;
  const Category category = header.category;
  if (category != Category::regression && category != Category::binomial &&
      category != Category::multinomial) {
    return false;
  }
  if (levels != trees::levels_of(header.roles) || !calibration.is_sound()) return false;
  if (!class_weights.empty() && class_weights.size() != outputs()) return false;
  // Two classes may have a tree each, or one for both.
  const std::size_t trees = iterations.empty() ? 1 : iterations.front().size();
  if (trees != 1 && trees != outputs()) return false;
  if (trees == 1 && category == Category::multinomial) return false;
  return std::ranges::all_of(iterations, [&](const Iteration& iteration) {
    return iteration.size() == trees &&
           std::ranges::all_of(iteration, [&](const auto& tree) { return tree.is_sound(levels); });
  });
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

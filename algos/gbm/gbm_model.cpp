#include "algos/gbm/gbm_model.hpp"

#include <algorithm>

#include <neve/model/score.hpp>

#include "algos/families/trees/class_balance.hpp"
#include "algos/families/trees/soundness.hpp"
#include "algos/families/trees/view.hpp"
#include "algos/gbm/gbm_output.hpp"
#include "algos/gbm/huber_errors.hpp"
#include "algos/gbm/staged_answers.hpp"

namespace neve::algos::gbm {

void GbmModel::score(const model::ScoreBlock& block, std::span<const std::span<double>> out) const {
  const trees::BlockScorer& scorer =
      scorer_.get([this] { return scorer_of(iterations, header.roles.predictors.size()); });
  // Of two classes only the second one has trees.
  const auto values = out.first(outputs());
  const auto scores = distribution.is_binomial() ? values.last(1) : values;
  for (const std::span<double> of_class : scores) {
    for (std::size_t i = 0; i < block.rows; ++i) {
      of_class[i] = block.offset.empty() ? first_score : block.offset[i] + first_score;
    }
  }
  scorer.add(block, scores);
  finish_scores(values);
  if (out.size() > values.size()) calibration.fill(values[1], out.subspan(values.size()));
}

void GbmModel::finish_scores(std::span<const std::span<double>> values) const {
  scores_to_outputs(distribution, values);
  trees::correct_probabilities(class_weights, values);
}

std::unique_ptr<const model::RowExplainer> GbmModel::explainer(model::RowQuestion question) const {
  if (question == model::RowQuestion::sampled_for_trees)
    return std::make_unique<const SampleAnswers>(samplings, iterations.size());
  const auto& grid = asked_.get([this] {
    auto made = std::make_shared<trees::TreeGrid>();
    for (const Iteration& iteration : iterations)
      made->emplace_back(iteration.begin(), iteration.end());
    return made;
  });
  trees::AskedForest forest{grid, trees::levels_of(header.roles),
                            model::is_classifier(header.category)};
  if (question == model::RowQuestion::staged_predictions)
    return std::make_unique<const StagedAnswers>(*this, std::move(forest));
  return trees::answers_of(question, std::move(forest), header.roles.predictors);
}

std::optional<model::TreeView> GbmModel::tree(std::int32_t number,
                                              const std::string& tree_class) const {
  const std::size_t classes = distribution.family == Family::multinomial ? outputs() : 1;
  const auto [iteration, of_class] =
      trees::choose_tree(header, iterations.size(), classes, number, tree_class);
  model::TreeView view =
      trees::view_of(iterations[iteration][of_class], trees::levels_of(header.roles));
  if (header.roles.response_domain) view.tree_class = (*header.roles.response_domain)[of_class];
  return view;
}

std::vector<std::string> GbmModel::extra_outputs() const {
  return calibration.outputs(header.roles);
}

model::metrics::Deviance deviance_of(const Distribution& distribution) {
  using model::metrics::DevianceFamily;
  model::metrics::Deviance made;
  made.tweedie_power = distribution.tweedie_power;
  made.quantile_alpha = distribution.quantile_alpha;
  if (distribution.family == Family::poisson) made.family = DevianceFamily::poisson;
  if (distribution.family == Family::gamma) made.family = DevianceFamily::gamma;
  if (distribution.family == Family::tweedie) made.family = DevianceFamily::tweedie;
  if (distribution.family == Family::laplace) made.family = DevianceFamily::laplace;
  if (distribution.family == Family::quantile) made.family = DevianceFamily::quantile;
  if (distribution.family == Family::huber) made.family = DevianceFamily::huber;
  return made;
}

model::metrics::Deviance GbmModel::deviance() const { return deviance_of(distribution); }

void GbmModel::complete_metrics(mr::Engine& engine, const model::Dataset& data,
                                const model::Scored& scored,
                                model::metrics::Metrics& metrics) const {
  if (distribution.family != Family::huber || metrics.regression() == nullptr) return;
  mr::Inputs inputs{data.inputs.layout, {scored.predictions.columns.back().id}};
  inputs.columns.push_back(data.inputs.columns[static_cast<std::size_t>(data.response)]);
  if (data.weights >= 0)
    inputs.columns.push_back(data.inputs.columns[static_cast<std::size_t>(data.weights)]);
  const auto errors = engine.run<HuberErrorTask>(inputs, {});
  model::metrics::Regression made = *metrics.regression();
  made.mean_residual_deviance = mean_huber_deviance(errors, distribution.huber_alpha);
  metrics = std::move(made);
}

bool GbmModel::is_sound() const {
  const model::ColumnRoles& roles = header.roles;
  const bool many = header.category == model::Category::multinomial;
  const bool two = header.category == model::Category::binomial;
  const bool of_two =
      distribution.family == Family::bernoulli || distribution.family == Family::quasibinomial;
  if (many != (distribution.family == Family::multinomial) || (two && !of_two)) return false;
  if (!class_weights.empty() && class_weights.size() != (many ? outputs() : 2)) return false;
  if (!calibration.is_sound() || !are_sound(samplings, many || two ? outputs() : 0)) return false;
  if (!many && !two && header.category != model::Category::regression) return false;
  const std::vector<std::int32_t> levels = trees::levels_of(roles);
  const std::size_t classes = many ? outputs() : 1;
  return std::ranges::all_of(iterations, [&](const Iteration& iteration) {
    return iteration.size() == classes && std::ranges::all_of(iteration, [&](const auto& tree) {
             return trees::is_sound(tree, levels);
           });
  });
}

schema::AnyObject GbmModel::output() const {
  auto made = std::make_shared<GbmOutput>();
  model::fill_output(header, *made);
  if (!header.variable_importances.columns.empty()) {
    made->variable_importances = header.variable_importances;
  }
  made->init_f = first_score;
  return {&GbmOutput::schema(), std::move(made)};
}

wire::Bytes GbmModel::encode() const { return wire::encode(*this); }

wire::Bytes GbmModel::encode_learnt() const {
  wire::Writer writer;
  // learnt() only reads through a Writer; it is non-const so that one list serves both ways.
  const_cast<GbmModel*>(this)->learnt(writer);
  return writer.take();
}

}  // namespace neve::algos::gbm

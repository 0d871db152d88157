#include "algos/gbm/gbm_model.hpp"

#include <algorithm>

#include "algos/families/trees/soundness.hpp"
#include "algos/gbm/gbm_output.hpp"

namespace neve::algos::gbm {

void GbmModel::score(const model::ScoreBlock& block, std::span<const std::span<double>> out) const {
  std::call_once(scorer_->once, [this] {
    scorer_->made = std::make_unique<const BlockScorer>(iterations, header.roles.predictors.size());
  });
  // Of two classes only the second one has trees.
  const bool binomial = distribution.family == Family::bernoulli;
  const auto scores = binomial ? out.last(1) : out;
  for (const std::span<double> of_class : scores) {
    for (std::size_t i = 0; i < block.rows; ++i) {
      of_class[i] = block.offset.empty() ? first_score : block.offset[i] + first_score;
    }
  }
  scorer_->made->add(block, scores);
  scores_to_outputs(distribution, out);
}

model::metrics::Deviance deviance_of(const Distribution& distribution) {
  using model::metrics::DevianceFamily;
  model::metrics::Deviance made;
  made.tweedie_power = distribution.tweedie_power;
  if (distribution.family == Family::poisson) made.family = DevianceFamily::poisson;
  if (distribution.family == Family::gamma) made.family = DevianceFamily::gamma;
  if (distribution.family == Family::tweedie) made.family = DevianceFamily::tweedie;
  return made;
}

model::metrics::Deviance GbmModel::deviance() const { return deviance_of(distribution); }

bool GbmModel::is_sound() const {
  const model::ColumnRoles& roles = header.roles;
  const bool many = header.category == model::Category::multinomial;
  const bool two = header.category == model::Category::binomial;
  if (many != (distribution.family == Family::multinomial) ||
      two != (distribution.family == Family::bernoulli)) {
    return false;
  }
  if (!many && !two && header.category != model::Category::regression) return false;
  std::vector<std::int32_t> levels;
  for (const frame::DomainPtr& domain : roles.domains) {
    levels.push_back(domain ? static_cast<std::int32_t>(domain->size()) : 0);
  }
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

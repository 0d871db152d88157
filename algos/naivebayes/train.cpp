#include "algos/naivebayes/train.hpp"

#include <cmath>
#include <limits>

#include <neve/base/budget.hpp>
#include <neve/base/error.hpp>
#include <neve/model/models.hpp>

#include "algos/naivebayes/naivebayes_output.hpp"

namespace neve::algos::naivebayes {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::vector<std::int32_t> levels_of(const model::ColumnRoles& roles) {
  std::vector<std::int32_t> levels;
  for (const frame::DomainPtr& domain : roles.domains) {
    levels.push_back(level_count(domain));
  }
  return levels;
}

CountTask::State count_state(const model::TrainContext& context) {
  const model::Dataset& data = context.training;
  CountTask::State state;
  state.plan.predictors = data.predictors;
  state.plan.levels = data.levels;
  state.plan.types = context.roles.types;
  state.levels = levels_of(context.roles);
  state.classes = context.roles.classes();
  state.response = data.response;
  state.weights = data.weights;
  return state;
}

Predictor predictor_of_levels(const std::vector<double>& counts, std::int32_t levels,
                              const NaiveBayesModel& model) {
  Predictor made;
  made.levels = levels;
  const auto width = static_cast<std::size_t>(levels);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double rows = model.class_weights[i / width] + levels * model.limits.laplace;
    made.probabilities.push_back((counts[i] + model.limits.laplace) / rows);
  }
  return made;
}

Predictor predictor_of_moments(const std::vector<Moments>& moments) {
  Predictor made;
  for (const Moments& of_class : moments) {
    made.means.push_back(of_class.weight > 0 ? of_class.mean : kNaN);
    made.deviations.push_back(
        of_class.weight > 1 ? std::sqrt(of_class.squares / (of_class.weight - 1)) : kNaN);
  }
  return made;
}

}  // namespace

void fill_model(const CountTask::Partial& counts, const std::vector<std::int32_t>& levels,
                NaiveBayesModel& model) {
  double rows = 0;
  for (const double weight : counts.classes) rows += weight;
  model.class_weights = counts.classes;
  const double laplace = model.limits.laplace;
  const auto classes = static_cast<double>(counts.classes.size());
  for (const double weight : counts.classes) {
    model.priors.push_back((weight + laplace) / (rows + classes * laplace));
  }
  for (std::size_t c = 0; c < levels.size(); ++c) {
    model.predictors.push_back(levels[c] > 0
                                   ? predictor_of_levels(counts.levels[c], levels[c], model)
                                   : predictor_of_moments(counts.moments[c]));
  }
}

bool NaiveBayesTrainer::step(model::TrainContext& context) {
  const CountTask::State state = count_state(context);
  const Reservation memory = context.engine.budget().reserve(
      CountTask::partial_bytes(state) * (context.engine.pool().threads() + 1),
      "Counts of naive Bayes");
  counts_ = context.engine.run<CountTask>(context.training.inputs, state, context.run_options());
  double rows = 0;
  for (const double weight : counts_.classes) rows += weight;
  if (rows == 0) {
    throw InputError::illegal_argument(
        "No row is left to learn from: each has weight 0 or a missing cell. Ignore the columns "
        "with missing values, or fill them.");
  }
  context.job.progress(0.5, "Counted");
  return false;
}

void NaiveBayesTrainer::measure(model::TrainContext& context,
                                const std::shared_ptr<NaiveBayesModel>& model) const {
  const job::TokenPtr& token = context.job.token();
  const auto on = [&](const model::Dataset& data) {
    const auto scored = model::score_with<NaiveBayesModel>(context.engine, model, data,
                                                           {.labels = false, .token = token});
    return model::measure(context.engine, *model, data, scored, token);
  };
  model::Header& header = context.header;
  if (parameters_->compute_metrics) header.training_metrics = on(context.training);
  if (context.validation != nullptr) header.validation_metrics = on(*context.validation);
  const auto& deciding =
      header.validation_metrics ? header.validation_metrics : header.training_metrics;
  if (const auto* binomial = deciding.binomial()) {
    header.default_threshold = binomial->default_threshold;
  }
}

std::shared_ptr<model::Model> NaiveBayesTrainer::finish(model::TrainContext& context) {
  const Parameters& p = *parameters_;
  auto made = std::make_shared<NaiveBayesModel>();
  made->header.category = context.category;
  made->header.roles = context.roles;
  made->header.parameters = context.header.parameters;
  made->limits = {p.laplace, p.min_sdev, p.eps_sdev, p.min_prob, p.eps_prob};
  made->gainslift_groups = p.gainslift_bins;
  fill_model(counts_, levels_of(context.roles), *made);
  measure(context, made);
  context.header.summary = model_summary(*made);
  return made;
}

}  // namespace neve::algos::naivebayes

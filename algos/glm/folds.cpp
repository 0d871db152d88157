#include "algos/glm/folds.hpp"

#include <algorithm>
#include <cmath>

#include "algos/glm/deviances.hpp"
#include "algos/glm/glm_output.hpp"
#include "algos/glm/train.hpp"

namespace neve::algos::glm {
namespace {

/// The place of a submodel among a model's fits; past the end where it was not fitted.
std::size_t place_of(const GlmModel& model, const Submodel& wanted) {
  const auto found = std::ranges::find_if(model.path.fits, [&](const SubmodelFit& fit) {
    return fit.alpha == wanted.alpha && fit.lambda == wanted.lambda;
  });
  return static_cast<std::size_t>(found - model.path.fits.begin());
}

/// Deviance a row of each fold; empty where one has not fitted it.
std::vector<double> deviances_of(std::span<const FoldRows> folds, const Submodel& submodel) {
  std::vector<double> deviances;
  for (const auto& [model, rows] : folds) {
    const std::size_t at = place_of(*model, submodel);
    if (at == model->path.fits.size()) return {};
    deviances.push_back(model->path.fits[at].validation_deviance / static_cast<double>(rows));
  }
  return deviances;
}

void add(const Submodel& submodel, const std::vector<double>& deviances, FoldDeviances& made) {
  const auto folds = static_cast<double>(deviances.size());
  double mean = 0;
  for (const double deviance : deviances) mean += deviance / folds;
  double squares = 0;
  for (const double deviance : deviances) squares += (deviance - mean) * (deviance - mean);
  made.submodels.push_back(submodel);
  made.means.push_back(mean);
  made.errors.push_back(std::sqrt(squares / ((folds - 1) * folds)));
  if (mean < made.means[made.best]) made.best = made.means.size() - 1;
}

}  // namespace

bool choose(GlmModel& model, const Submodel& submodel) {
  const std::size_t at = place_of(model, submodel);
  if (at == static_cast<std::size_t>(model.best_submodel)) return false;
  const SubmodelFit& fit = model.path.fits[at];
  const SubmodelFit& before = model.path.fits[static_cast<std::size_t>(model.best_submodel)];
  // What a prior has moved the intercept by stays.
  const double shift = model.beta.back() - before.beta.back();
  model.beta = fit.beta;
  if (model.sets() == 1) model.beta.back() += shift;
  model.lambda = fit.lambda;
  model.alpha = fit.alpha;
  model.best_submodel = static_cast<std::int32_t>(at);
  model.inference.reset();  // it was of the other one
  const std::int64_t rank = model.rank;
  model.settle_coefficients();
  if (model.calc_like) model.free_parameters += model.rank - rank;
  return true;
}

double FoldDeviances::largest_near_best() const {
  std::size_t at = best;
  const double most = means[best] + errors[best];
  while (at > 0 && submodels[at - 1].alpha == submodels[best].alpha && means[at - 1] <= most) --at;
  return submodels[at].lambda;
}

std::size_t FoldDeviances::place_of(const Submodel& submodel) const {
  const auto found = std::ranges::find_if(submodels, [&](const Submodel& each) {
    return each.alpha == submodel.alpha && each.lambda == submodel.lambda;
  });
  return static_cast<std::size_t>(found - submodels.begin());
}

FoldDeviances fold_deviances(std::span<const std::shared_ptr<const model::Model>> folds) {
  std::vector<FoldRows> models;
  for (const auto& fold : folds) {
    models.push_back({dynamic_cast<const GlmModel*>(fold.get()),
                      fold->header.validation_metrics.header()->nobs});
  }
  return fold_deviances(models);
}

FoldDeviances fold_deviances(std::span<const FoldRows> folds) {
  FoldDeviances made;
  if (folds.size() < 2 || folds[0].model->path.fits.size() < 2) return made;
  for (const SubmodelFit& fit : folds[0].model->path.fits) {
    const Submodel submodel{fit.alpha, fit.lambda};
    const auto deviances = deviances_of(folds, submodel);
    if (!deviances.empty()) add(submodel, deviances, made);
  }
  return made;
}

void agree(mr::Engine& engine, const job::TokenPtr& token,
           std::span<const std::shared_ptr<model::Model>> folds, const model::WithFold& with_fold) {
  const std::vector<std::shared_ptr<const model::Model>> known(folds.begin(), folds.end());
  const FoldDeviances deviances = fold_deviances(known);
  if (deviances.submodels.empty()) return;
  for (std::size_t k = 0; k < folds.size(); ++k) {
    const auto model = std::dynamic_pointer_cast<GlmModel>(folds[k]);
    if (!choose(*model, deviances.submodels[deviances.best])) continue;
    with_fold(k, [&](const model::Dataset& training, const model::Dataset& holdout) {
      model::Header& header = model->header;
      header.training_metrics = measure(engine, model, training, token);
      header.validation_metrics = measure(engine, model, holdout, token);
      if (const auto* binomial = header.validation_metrics.binomial()) {
        header.default_threshold = binomial->default_threshold;
      }
      header.variable_importances = variable_importances(*model);
      header.checksum = model::checksum_of(*model);
    });
  }
}

bool GlmTrainer::has_common_plan(const model::TrainContext& context) const {
  const bool given = parameters_->lambda_ && !parameters_->lambda_->empty();
  return context.is_fold && plans_several(*parameters_) && !given;
}

Plan GlmTrainer::plan_of_all_rows(const model::TrainContext& context) const {
  if (sums_ != nullptr && sums_->plan) return *sums_->plan;
  model::Header header = context.header;
  model::Dataset rows = context.training;
  rows.weights = -1;
  if (!header.roles.weights.empty()) {
    const ColumnId id = rows.frame.column(rows.frame.require(header.roles.weights)).id;
    rows.weights = static_cast<std::int32_t>(std::ranges::find(rows.inputs.columns, id) -
                                             rows.inputs.columns.begin());
  }
  model::TrainContext main{.engine = context.engine,
                           .job = context.job,
                           .roles = header.roles,
                           .training = rows,
                           .validation = nullptr,
                           .category = context.category,
                           .seed = context.seed,
                           .header = header,
                           .further = context.further};
  GlmTrainer trainer(parameters_);
  trainer.sums_ = sums_;
  trainer.prepare(main, nullptr, false);
  if (sums_ != nullptr) sums_->plan = trainer.plan_;
  return std::move(trainer.plan_);
}

void GlmTrainer::take_folds(const model::TrainContext& context) {
  if (plan_.submodels.size() < 2 || context.folds.empty()) return;
  fold_deviances_ = fold_deviances(context.folds);
  if (!has_folds_choice()) return;
  const Submodel& best = fold_deviances_.submodels[fold_deviances_.best];
  // A path leads to it; of a list only the one is left.
  const bool path = searches_lambda(*parameters_);
  std::erase_if(plan_.submodels, [&](const Submodel& each) {
    return each.alpha != best.alpha ||
           (path ? each.lambda < best.lambda : each.lambda != best.lambda);
  });
}

}  // namespace neve::algos::glm

#include "algos/glm/fold_sums.hpp"

#include <algorithm>

#include "algos/glm/deviances.hpp"
#include "algos/glm/fold_errors.hpp"
#include "algos/glm/implied.hpp"
#include "algos/glm/train.hpp"

namespace neve::algos::glm {
namespace {

/// More than this is not kept of folds: beyond it tables are far from any cache.
constexpr std::int64_t kMostBytes = std::int64_t{1} << 28;

/// Whether fits with these parameters ask for nothing but likelihoods and X'WX, which sums tell of
/// a gaussian response, and nothing has to be measured on the way.
bool ask_for_sums_only(const Parameters& p) {
  const bool other_rows = !p.beta_constraints.empty() || !p.linear_constraints.empty() ||
                          p.missing_values_handling == MissingValues::plug_values ||
                          p.interactions || p.interaction_pairs || !p.offset_column.empty();
  const bool other_passes = p.influence || p.generate_variable_inflation_factors || p.calc_like ||
                            has_controls(p) || p.remove_offset_effects;
  const bool on_the_way = p.score_each_iteration || p.score_iteration_interval > 0 ||
                          p.stopping_rounds > 0 || p.generate_scoring_history ||
                          p.max_runtime_secs > 0;
  return !other_rows && !other_passes && !on_the_way && !p.build_null_model;
}

/// What stands in for missing values would differ from fold to fold.
bool fills_values(const linear::Prepared& whole) {
  if (whole.design.missing == linear::Missing::skip) return false;
  const linear::MomentsTask::Partial& moments = whole.moments;
  const auto lacks = [&](const linear::Moments& column) { return column.weight < moments.weight; };
  return std::ranges::any_of(moments.numerics, lacks) ||
         std::ranges::any_of(moments.level_weights,
                             [](const auto& weights) { return weights.back() > 0; });
}

bool keep_digits(const linear::PartSums& parts, std::size_t count) {
  for (std::size_t k = 0; k < count; ++k) {
    const linear::RowSums& held_out = parts.part(k);
    if (!(parts.response_moments(held_out).weight > 0)) return false;
    if (!parts.keeps_digits(parts.all_but(k))) return false;
  }
  return true;
}

/// Errors of these rows, and what sums know of their responses.
model::metrics::RegressionPartial regression_of(const linear::PartSums& parts,
                                                const linear::RowSums& rows, const Errors& errors) {
  const linear::Moments response = parts.response_moments(rows);
  return {.rows = rows.rows,
          .weight = response.weight,
          .mean = response.mean,
          .squares = response.squares,
          .squared_error = errors.squared,
          .absolute_error = errors.absolute,
          .squared_log_error = errors.squared_log,
          .deviance = errors.squared};
}

model::metrics::Metrics metrics_of(const GlmModel& model,
                                   const model::metrics::RegressionPartial& seen) {
  const double off = seen.mean - model.null_mean;
  model::metrics::Metrics made = model::metrics::finish_regression(seen);
  add_deviances(model,
                {.rows = seen.rows,
                 .weight = seen.weight,
                 .residual = seen.deviance,
                 .null = seen.squares + seen.weight * off * off},
                made);
  return made;
}

/// A fold's trainer and what it goes on with.
struct Fold {
  model::Header header;
  std::unique_ptr<model::TrainContext> context;
  std::unique_ptr<GlmTrainer> trainer;
  std::shared_ptr<GlmModel> model;
};

class FoldsTogether final : public model::TrainedFolds {
 public:
  FoldsTogether(std::unique_ptr<FoldSums> sums, model::FoldsOrder& order)
      : sums_(std::move(sums)), order_(order), folds_(order.headers.size()) {}

  void train(const std::shared_ptr<const Parameters>& parameters) {
    for (std::size_t k = 0; k < folds_.size(); ++k) fit(parameters, k);
    choose_together();
    measure();
    for (Fold& fold : folds_) {
      fold.trainer->report(*fold.context, fold.model);
      fold.model->header = std::move(fold.header);
      models.push_back(std::move(fold.model));
    }
    folds_.clear();
  }
  [[nodiscard]] const FoldSums& sums() const { return *sums_; }
  [[nodiscard]] model::metrics::Metrics holdout_metrics(const model::Model& main) const override {
    return metrics_of(dynamic_cast<const GlmModel&>(main), holdout_);
  }

 private:
  void fit(const std::shared_ptr<const Parameters>& parameters, std::size_t k) {
    const auto all = static_cast<double>(folds_.size() + 1);
    const auto before = static_cast<double>(k);
    order_.job.begin_part(before / all, (before + 1) / all, "Fold " + std::to_string(k + 1));
    Fold& fold = folds_[k];
    fold.header = std::move(order_.headers[k]);
    fold.context =
        std::make_unique<model::TrainContext>(model::TrainContext{.engine = order_.engine,
                                                                  .job = order_.job,
                                                                  .roles = fold.header.roles,
                                                                  .training = order_.training,
                                                                  .validation = nullptr,
                                                                  .category = fold.header.category,
                                                                  .seed = order_.seed,
                                                                  .header = fold.header,
                                                                  .is_fold = true,
                                                                  .further = order_.further});
    fold.trainer = std::make_unique<GlmTrainer>(parameters, *sums_, k);
    if (k > 0) fold.trainer->start_near(folds_[k - 1].model->coefficients);
    fold.trainer->init(*fold.context);
    while (fold.trainer->step(*fold.context)) order_.job.token()->check();
    fold.model = fold.trainer->conclude(*fold.context);
  }
  /// Makes all models those of the submodel that is best over all folds.
  void choose_together() {
    std::vector<FoldRows> rows;
    for (std::size_t k = 0; k < folds_.size(); ++k) {
      rows.push_back({folds_[k].model.get(), sums_->parts->part(k).rows});
    }
    const FoldDeviances deviances = fold_deviances(rows);
    if (deviances.submodels.empty()) return;
    for (Fold& fold : folds_) (void)choose(*fold.model, deviances.submodels[deviances.best]);
  }
  void measure() {
    const linear::PartSums& parts = *sums_->parts;
    mr::Inputs inputs = sums_->columns.inputs;
    inputs.columns.push_back(order_.folds);
    FoldErrorsTask::State state{.parts = {parts.design(), static_cast<std::int32_t>(folds_.size())},
                                .betas = {}};
    for (const Fold& fold : folds_) {
      state.betas.push_back(linear::to_scaled(parts.design(), fold.model->coefficients));
    }
    mr::RunOptions options;
    options.token = order_.job.token();
    const auto errors = order_.engine.run<FoldErrorsTask>(inputs, state, options);
    for (std::size_t k = 0; k < folds_.size(); ++k) {
      Fold& fold = folds_[k];
      const auto held_out = regression_of(parts, parts.part(k), errors.holdout[k]);
      fold.header.training_metrics =
          metrics_of(*fold.model, regression_of(parts, parts.all_but(k), errors.training[k]));
      fold.header.validation_metrics = metrics_of(*fold.model, held_out);
      holdout_.merge(held_out);
    }
    sums_->tell_errors = std::ranges::all_of(folds_, [](const Fold& fold) {
      constexpr double kLeast = 1e-4;
      const auto& metrics = fold.header.training_metrics;
      return *metrics.find("residual_deviance") >= kLeast * *metrics.find("null_deviance");
    });
  }

  std::unique_ptr<FoldSums> sums_;
  model::FoldsOrder& order_;  ///< until train() is done
  std::vector<Fold> folds_;   ///< likewise
  model::metrics::RegressionPartial holdout_;
};

}  // namespace

std::unique_ptr<FoldSums> GlmTrainer::sum_folds(std::shared_ptr<const Parameters> parameters,
                                                model::FoldsOrder& order) {
  if (!ask_for_sums_only(*parameters)) return nullptr;
  model::Header header = order.headers[0];
  model::TrainContext context{.engine = order.engine,
                              .job = order.job,
                              .roles = header.roles,
                              .training = order.training,
                              .validation = nullptr,
                              .category = header.category,
                              .seed = order.seed,
                              .header = header,
                              .further = order.further};
  GlmTrainer trainer(std::move(parameters));
  trainer.take_roles(context);
  const linear::Response& response = trainer.response_;
  if (response.family != linear::Family::gaussian || !response.canonical()) return nullptr;
  trainer.prepare_columns(context);
  const linear::Prepared& whole = *trainer.prepared_;
  const auto folds = static_cast<std::int32_t>(order.headers.size());
  const std::int64_t bytes =
      linear::PartSums::bytes(whole.design, folds, order.engine.pool().threads());
  if (trainer.by_gradients() || fills_values(whole) ||
      linear::PartSums::bytes(whole.design, folds, 1) > kMostBytes) {
    return nullptr;
  }
  auto made = std::make_unique<FoldSums>();
  made->memory = order.engine.budget().reserve(bytes, "X'WX of each fold of the GLM");
  made->columns = std::move(trainer.columns_);
  made->whole = whole;
  mr::Inputs inputs = made->columns.inputs;
  inputs.columns.push_back(order.folds);
  made->parts.emplace(order.engine,
                      linear::PartSums::Order{.inputs = inputs, .whole = whole, .parts = folds},
                      context.run_options());
  if (!keep_digits(*made->parts, order.headers.size())) return nullptr;
  return made;
}

const FoldSums* sums_of(const model::TrainedFolds* together) {
  const auto* folds = dynamic_cast<const FoldsTogether*>(together);
  return folds == nullptr ? nullptr : &folds->sums();
}

std::shared_ptr<const model::TrainedFolds> train_folds(std::shared_ptr<const void> parameters,
                                                       model::FoldsOrder& order) {
  const Parameters& given = *std::static_pointer_cast<const Parameters>(parameters);
  const auto all = std::make_shared<const Parameters>(implied(given));
  auto sums = GlmTrainer::sum_folds(all, order);
  if (sums == nullptr) return nullptr;
  auto folds = std::make_shared<FoldsTogether>(std::move(sums), order);
  folds->train(all);
  return folds;
}

}  // namespace neve::algos::glm

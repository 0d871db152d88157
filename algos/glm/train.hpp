#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <neve/base/budget.hpp>
#include <neve/model/algorithm.hpp>

#include "algos/families/linear/irls.hpp"
#include "algos/glm/glm_model.hpp"
#include "algos/glm/history.hpp"
#include "algos/glm/parameters.hpp"
#include "algos/glm/plan.hpp"

namespace neve::algos::glm {

/// Trains a GLM: learn the columns' moments, fit the null model, then each alpha and lambda from
/// where the last one ended, keep the best, and look at it from all sides.
class GlmTrainer final : public model::Trainer {
 public:
  explicit GlmTrainer(std::shared_ptr<const Parameters> parameters)
      : parameters_(std::move(parameters)) {}
  void init(model::TrainContext& context) override;
  [[nodiscard]] wire::Bytes save() const override;
  void resume(model::TrainContext& context, const wire::Bytes& saved) override;
  bool step(model::TrainContext& context) override;
  std::shared_ptr<model::Model> finish(model::TrainContext& context) override;

 private:
  struct Saved;
  /// All of init but the first fit.
  void prepare(model::TrainContext& context);
  void make_optimiser();
  void take_roles(model::TrainContext& context);
  void fit_null_model(model::TrainContext& context);
  [[nodiscard]] double fit_null_intercept(model::TrainContext& context);
  void plan_submodels();
  void start_submodel();
  void end_submodel();
  void note(model::TrainContext& context);
  [[nodiscard]] std::int64_t most_iterations() const;
  [[nodiscard]] bool by_gradients() const;
  [[nodiscard]] std::vector<double> start_values() const;

  void warn(model::TrainContext& context, const std::string& text) const;
  void warn_of_fit(model::TrainContext& context) const;
  std::shared_ptr<GlmModel> make_model(model::TrainContext& context);
  void infer(GlmModel& model);
  void report(model::TrainContext& context, const std::shared_ptr<GlmModel>& model) const;

  std::shared_ptr<const Parameters> parameters_;
  linear::Response response_;
  std::optional<model::Dataset> training_;
  std::optional<model::Dataset> validation_;
  Reservation memory_;
  std::unique_ptr<mr::ScratchLease> scratch_;
  std::optional<linear::Prepared> prepared_;
  std::optional<linear::Surface> surface_;
  double null_mean_ = 0;
  double null_deviance_ = 0;
  double null_steepness_ = 0;

  std::vector<Submodel> submodels_;
  std::size_t current_ = 0;
  linear::Penalty penalty_;
  std::unique_ptr<linear::Optimiser> optimiser_;
  linear::FitState fit_;
  bool known_ = false;  ///< fit_.here is of fit_.beta, where the surface stands
  std::size_t best_ = 0;
  std::optional<linear::FitState> best_fit_;
  std::int32_t iterations_ = 0;  ///< of all submodels
  History history_;
};

}  // namespace neve::algos::glm

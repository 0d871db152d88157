#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <neve/base/budget.hpp>
#include <neve/model/algorithm.hpp>

#include "algos/families/linear/irls.hpp"
#include "algos/families/trees/stopping.hpp"
#include "algos/glm/beta_constraints.hpp"
#include "algos/glm/columns.hpp"
#include "algos/glm/fold_sums.hpp"
#include "algos/glm/folds.hpp"
#include "algos/glm/glm_model.hpp"
#include "algos/glm/history.hpp"
#include "algos/glm/linear_constraints.hpp"
#include "algos/glm/parameters.hpp"
#include "algos/glm/plan.hpp"
#include "algos/glm/shape_search.hpp"

namespace neve::algos::glm {

/// Trains a GLM: learn the columns' moments, fit the null model, then each alpha's lambdas, largest
/// first, each from where the last one ended and over the columns that it is likely to need, keep
/// the best, and look at it from all sides.
class GlmTrainer final : public model::Trainer {
 public:
  explicit GlmTrainer(std::shared_ptr<const Parameters> parameters)
      : parameters_(std::move(parameters)) {}
  void init(model::TrainContext& context) override;
  [[nodiscard]] wire::Bytes save() const override;
  void resume(model::TrainContext& context, const wire::Bytes& saved) override;
  bool step(model::TrainContext& context) override;
  std::shared_ptr<model::Model> finish(model::TrainContext& context) override;

  /// Of a fold that sums are known of, which outlive the trainer, instead of passes over its rows.
  GlmTrainer(std::shared_ptr<const Parameters> parameters, const FoldSums& sums, std::size_t fold)
      : parameters_(std::move(parameters)), sums_(&sums), fold_(fold) {}
  /// What sums are over; nothing where they would not say all that training asks for.
  static std::unique_ptr<FoldSums> sum_folds(std::shared_ptr<const Parameters> parameters,
                                             model::FoldsOrder& order);
  /// Raw coefficients to start from, where nothing but the time hangs on that.
  void start_near(std::vector<double> raw) { near_ = std::move(raw); }
  /// The model but for its header; part of finish().
  std::shared_ptr<GlmModel> conclude(model::TrainContext& context);
  /// Fills the header; part of finish(). Metrics of a fold that sums are known of are there before.
  void report(model::TrainContext& context, const std::shared_ptr<GlmModel>& model) const;

 private:
  struct Saved;
  /// All of init but the first fit, for a response whose numbers the search has found so far.
  void prepare(model::TrainContext& context, const linear::Response* found, bool goes_on);
  /// Learns what the fits have to know of the rows, and of their columns.
  void prepare_columns(model::TrainContext& context);
  static SharedResults* shared_with(const model::TrainContext& context);
  void learn_moments(model::TrainContext& context, const linear::Given& given);
  void make_surface(model::TrainContext& context);
  void make_optimiser();
  void take_roles(model::TrainContext& context);
  /// The first fit goes on from there, where it `goes_on` and starts there.
  void fit_null_model(model::TrainContext& context, bool goes_on);
  [[nodiscard]] linear::LikelihoodTask::Partial null_likelihood(const std::vector<double>& beta,
                                                                bool goes_on);
  [[nodiscard]] double fit_null_intercept(model::TrainContext& context);
  [[nodiscard]] std::vector<double> null_coefficients(model::TrainContext& context);
  [[nodiscard]] linear::Design fit_design() const;
  [[nodiscard]] std::vector<double> model_coefficients(const std::vector<double>& beta) const;
  void start_submodel(model::TrainContext& context);
  /// The first fit begins where the checkpoint has ended, and counts on from its iterations.
  void go_on_from(const GlmModel& checkpoint, model::TrainContext& context);
  void start_fit();
  [[nodiscard]] bool leaves_nothing_out() const;
  /// False where columns that were left out want in: the fit then goes on with them.
  bool settle();
  void end_submodel(model::TrainContext& context);
  void end_early(model::TrainContext& context);
  /// False where there are none left.
  bool next_submodel(model::TrainContext& context);
  [[nodiscard]] bool path_ends() const;
  [[nodiscard]] bool is_rough() const;
  [[nodiscard]] bool starts_with_gram() const;
  [[nodiscard]] bool needs_no_null_slopes() const;
  void polish();
  [[nodiscard]] linear::Penalty penalty_at(const Submodel& submodel) const;
  [[nodiscard]] double validation_deviance(model::TrainContext& context,
                                           const std::vector<double>& beta);
  [[nodiscard]] std::size_t lambdas() const;
  void note(model::TrainContext& context);
  [[nodiscard]] std::int64_t most_iterations() const;
  [[nodiscard]] bool by_gradients() const;
  [[nodiscard]] bool is_wide_and_sparse() const;
  [[nodiscard]] bool is_sparse() const;
  [[nodiscard]] std::optional<std::vector<double>> given_start() const;

  // In course.cpp: what is looked at on the way.
  /// Measures the model where the fit stands, where that is asked for now. False where the scores
  /// say that training is to stop.
  bool score(model::TrainContext& context);
  [[nodiscard]] bool is_scored_now() const;
  /// Adds an iteration to the histories.
  void remember(model::TrainContext& context);
  [[nodiscard]] History::Iteration present_iteration(model::TrainContext& context,
                                                     const Restrictions& kept) const;
  /// The model where the fit stands, as it scores under these restrictions.
  [[nodiscard]] std::shared_ptr<GlmModel> present_model(model::TrainContext& context,
                                                        const Restrictions& kept) const;
  /// Those that the user asks for.
  [[nodiscard]] Restrictions restrictions() const;
  /// All ways to have fewer of them, which models are derived with; the last: none.
  [[nodiscard]] std::vector<Restrictions> fewer_restrictions() const;
  /// Makes the model score under them.
  void restrict_scoring(GlmModel& model) const;
  void report_history(model::TrainContext& context, const std::shared_ptr<GlmModel>& model) const;
  [[nodiscard]] bool is_too_wide(const std::vector<double>& beta) const;

  // In folds.cpp: submodels in a cross-validation.
  /// Those of the model of all rows, for a fold.
  [[nodiscard]] Plan plan_of_all_rows(const model::TrainContext& context) const;
  /// Whether the plan is that of all rows, as it is not given whole.
  [[nodiscard]] bool has_common_plan(const model::TrainContext& context) const;
  /// Plans for the submodel that is best over the folds.
  void take_folds(const model::TrainContext& context);
  [[nodiscard]] bool has_folds_choice() const { return !fold_deviances_.submodels.empty(); }

  // In shape.cpp: theta, power and dispersion by maximum likelihood, in turns with the fit.
  [[nodiscard]] ShapeWanted shape_wanted() const;
  [[nodiscard]] Distribution distribution() const;
  /// False where there is nothing to look for.
  bool start_shape_search();
  /// A step of the search; false once it has ended and the fit is of what it found.
  bool search_shape(model::TrainContext& context);
  void change_response(model::TrainContext& context, const linear::Response& response);

  void warn(model::TrainContext& context, const std::string& text) const;
  void warn_of_fit(model::TrainContext& context) const;
  std::shared_ptr<GlmModel> bare_model(model::TrainContext& context,
                                       const std::vector<double>& beta) const;
  std::shared_ptr<GlmModel> make_model(model::TrainContext& context);
  /// What is known where the kept fit stands.
  struct AtFit {
    linear::LikelihoodTask::Partial here;
    std::optional<linalg::Cholesky> information;  ///< X'WX, where anything asks for errors
    std::vector<bool> unknown;  ///< coefficients whose errors the rows do not tell; empty: none
    double freedom = 0;         ///< rows less the coefficients that are free
  };
  [[nodiscard]] AtFit look_at_fit(const GlmModel& model);
  /// Of what counts in the fit: with kinks, the coefficients that are not 0.
  void learn_information(const SubmodelFit& fit, AtFit& at);
  [[nodiscard]] CoefficientErrors errors_at(const std::vector<double>& coefficients,
                                            const AtFit& at) const;
  void warn_of_unknown_errors(model::TrainContext& context, const GlmModel& model) const;
  /// Standard errors of each submodel.
  void infer_path(GlmModel& model);
  [[nodiscard]] bool needs_dispersion() const;
  void infer(GlmModel& model, const AtFit& at) const;
  [[nodiscard]] double dispersion_at(const AtFit& at) const;
  void prepare_likelihood(GlmModel& model);
  void tell_dispersion(GlmModel& model, const AtFit& at) const;
  [[nodiscard]] std::vector<double> inflation_factors(model::TrainContext& context) const;
  /// Makes the frame of influences.
  void diagnose(model::TrainContext& context, GlmModel& model, const AtFit& at) const;

  std::shared_ptr<const Parameters> parameters_;
  const FoldSums* sums_ = nullptr;  ///< null where rows are read for all
  std::optional<std::vector<double>> near_;
  std::optional<std::size_t> fold_;               ///< with sums: nothing for the model of all rows
  std::optional<linear::QuadraticSums> holdout_;  ///< of the fold's own rows, in the model's design
  linear::Response response_;
  std::optional<model::Dataset> training_;
  std::optional<model::Dataset> validation_;
  Reservation memory_;
  std::unique_ptr<mr::ScratchLease> scratch_;
  Expansion expansion_;
  TermColumns columns_;
  BetaConstraints constraints_;
  std::vector<Constraint> linear_constraints_;
  std::optional<linear::Prepared> prepared_;
  std::optional<linear::Surface> surface_;
  double null_mean_ = 0;
  std::vector<double> null_shares_;  ///< of the classes; empty unless there are several
  double null_deviance_ = 0;
  double null_steepness_ = 0;

  Plan plan_;
  FoldDeviances fold_deviances_;  ///< without submodels where no folds decide
  std::size_t current_ = 0;
  std::vector<double> start_;       ///< coefficients that the first fit of each alpha starts from
  std::vector<double> start_pull_;  ///< gradient there; empty where not known
  std::vector<double> last_pull_;   ///< gradient at the last fit; empty where not known
  std::vector<bool> wanted_;        ///< coefficients that the fit is over; empty: all
  std::vector<bool> terms_;         ///< those that the last started fit was over
  linear::Penalty penalty_;         ///< of those
  std::unique_ptr<linear::Optimiser> optimiser_;
  linear::FitState fit_;
  bool known_ = false;  ///< fit_.here is of fit_.beta, where the surface stands
  std::vector<SubmodelFit> fits_;
  std::size_t best_ = 0;     ///< of the plan
  std::size_t best_at_ = 0;  ///< of the fits
  bool polishing_ = false;   ///< the path has ended, its best fit goes on
  std::optional<linear::FitState> best_fit_;
  double null_validation_deviance_ = std::numeric_limits<double>::quiet_NaN();
  std::int32_t iterations_ = 0;                                             ///< of all submodels
  std::optional<ShapeSearch> search_;                                       ///< between two fits
  std::int32_t shape_steps_ = 0;                                            ///< of all searches
  double likeliest_dispersion_ = std::numeric_limits<double>::quiet_NaN();  ///< NaN: not known
  std::int32_t earlier_iterations_ = 0;                                     ///< of the checkpoint
  schema::Table earlier_history_;  ///< likewise; without columns where there is none
  History history_;
  std::vector<History> derived_histories_;  ///< under fewer_restrictions()
  trees::StoppingRule rule_;
  std::vector<double> scores_;  ///< of the stopping metric
  bool too_wide_ = false;       ///< the last fit has more predictors than are allowed
};

}  // namespace neve::algos::glm

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <neve/linalg/symmetric.hpp>
#include <neve/model/model.hpp>

#include "algos/families/linear/design.hpp"
#include "algos/families/linear/response.hpp"
#include "algos/glm/controls.hpp"
#include "algos/glm/expansion.hpp"
#include "algos/glm/linear_constraints.hpp"
#include "algos/glm/path.hpp"
#include "algos/glm/tweedie_density.hpp"

namespace neve::algos::glm {

/// What is known of a model's coefficients beside their values.
struct Inference : CoefficientErrors {
  linalg::Symmetric scaled_covariance;  ///< of the scaled coefficients; 0 where left out
  template <class Archive>
  void fields(Archive& archive) {
    CoefficientErrors::fields(archive);
    archive(scaled_covariance);
  }
};

/// All submodels of a training, in the order in which they were fitted.
struct Path {
  std::vector<SubmodelFit> fits;
  bool standardised = true;    ///< whether the penalty was on standardised columns
  std::int32_t planned = 0;    ///< lambdas that a search planned; 0: not searched
  double largest_lambda = -1;  ///< of a search; -1 without
  double smallest_lambda = -1;
  double near_best_lambda = -1;  ///< the largest about as good over folds; -1 without
  template <class Archive>
  void fields(Archive& archive) {
    archive(fits, standardised, planned, largest_lambda, smallest_lambda, near_best_lambda);
  }
};

/// What a model leaves out of its predictions, though it was trained with it.
struct Restrictions {
  bool controls = false;  ///< control variables
  bool offset = false;
  [[nodiscard]] bool any() const { return controls || offset; }
  friend bool operator==(const Restrictions&, const Restrictions&) = default;
  template <class Archive>
  void fields(Archive& archive) {
    archive(controls, offset);
  }
};

/// What is known of a model as it is under fewer restrictions.
struct Derived {
  Restrictions kept;
  model::metrics::Metrics training_metrics;
  model::metrics::Metrics validation_metrics;
  schema::Table scoring_history;
  template <class Archive>
  void fields(Archive& archive) {
    archive(kept, training_metrics, validation_metrics, scoring_history);
  }
};

/// A trained generalized linear model. Its roles list categorical predictors first (most levels
/// first), then numeric ones; `expansion` says which of the design's terms are of them.
class GlmModel final : public model::Model {
 public:
  static constexpr std::string_view score_task = "glm.score";

  Expansion expansion;
  linear::Design design;
  linear::Response response;
  // With several classes, coefficients of each follow on another; an ordinal model's last are 0.
  std::vector<double> beta;          ///< of scaled columns; what scoring uses
  std::vector<double> coefficients;  ///< of raw columns, intercept last
  std::vector<double> standardized;  ///< of standardised columns, intercept last
  std::optional<Inference> inference;
  std::vector<double> null_shares;  ///< of the classes; empty unless there are several
  double null_mean = 0;             ///< of the model without predictors, where the offset is 0
  double dispersion = 0;
  double density_accuracy = kDensityAccuracy;  ///< of sums in the tweedie density
  bool calc_like = false;                      ///< whether metrics have the full likelihood
  std::int64_t free_parameters = 0;            ///< for Akaike's criterion then
  double lambda = 0;
  double alpha = 0;
  std::int32_t best_submodel = 0;
  Path path;
  std::int64_t rank = 0;  ///< coefficients that are not 0
  std::int32_t gainslift_groups = -1;
  std::optional<Controls> controls;  ///< what predicts instead of `beta`, where there are any
  bool offset_removed = false;       ///< offsets count in training only
  std::vector<Derived> derived;  ///< ways to score under fewer restrictions; the last: under none
  std::string influence;         ///< frame of the influence of rows; empty unless asked for
  std::vector<ConstraintState> constraints;  ///< empty without linear constraints
  std::vector<double> inflation_factors;     ///< of the numeric predictors; empty unless asked for

  [[nodiscard]] std::vector<std::string> extra_outputs() const override;
  void score(const model::ScoreBlock& block, std::span<const std::span<double>> out) const override;
  [[nodiscard]] model::metrics::Deviance deviance() const override;
  [[nodiscard]] std::int32_t gainslift_bins() const override { return gainslift_groups; }
  void complete_metrics(mr::Engine& engine, const model::Dataset& data, const model::Scored& scored,
                        model::metrics::Metrics& metrics) const override;
  [[nodiscard]] bool is_sound() const override;
  [[nodiscard]] schema::AnyObject output() const override;
  [[nodiscard]] wire::Bytes encode() const override;
  [[nodiscard]] wire::Bytes encode_learnt() const override;

  /// The scaled coefficients of a set that predict.
  [[nodiscard]] std::span<const double> predicting(std::size_t set) const;
  /// Turns linear predictors of a block, those of a set after the other, into what score() gives,
  /// but for errors.
  void answer(std::span<double> eta, std::span<const std::span<double>> out) const;
  /// Makes raw and standardised coefficients, and the rank, those of `beta`.
  void settle_coefficients();
  /// Makes this a model of these raw coefficients, whose errors nobody knows.
  void take_coefficients(std::vector<double> raw);
  /// Lifts all restrictions but these.
  void keep_only(const Restrictions& kept);
  /// Names of `coefficients`, of one class where there are several: "Intercept" last.
  [[nodiscard]] std::vector<std::string> coefficient_names() const;
  /// The same with the class behind, as many as there are `coefficients`.
  [[nodiscard]] std::vector<std::string> full_coefficient_names() const;
  /// Sets of coefficients: classes, or 1.
  [[nodiscard]] std::size_t sets() const {
    return static_cast<std::size_t>(design.response_classes);
  }

  template <class Archive>
  void fields(Archive& archive) {
    archive(header, influence, derived);
    learnt(archive);
  }

 private:
  template <class Archive>
  void learnt(Archive& archive) {
    archive(expansion, design, response, beta, coefficients, standardized, inference, null_shares,
            null_mean, dispersion, density_accuracy, calc_like, free_parameters, lambda, alpha,
            best_submodel, path, rank, gainslift_groups, inflation_factors, constraints, controls,
            offset_removed);
  }
  void predict_block(const TermBlock& block, std::span<const double> slopes,
                     std::span<double> eta) const;
  void add_standard_errors(const TermBlock& block, std::span<double> out) const;
};

/// Scaled coefficients as those of standardised columns: with an intercept, 0 where there is none.
std::vector<double> with_intercept(const GlmModel& model, const std::vector<double>& beta);
/// Scaled coefficients as raw ones, set by set.
std::vector<double> raw_coefficients(const GlmModel& model, const std::vector<double>& beta);

}  // namespace neve::algos::glm

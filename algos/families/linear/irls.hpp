#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <neve/linalg/symmetric.hpp>

#include "algos/families/linear/surface.hpp"

namespace neve::algos::linear {

/// When a fit is good enough. Unless it may be rough, a fit goes on whatever is asked for until a
/// step is below a millionth of the standard errors, or the objective cannot get better.
struct Tolerance {
  int most_iterations = 50;
  double beta = 1e-4;        ///< the last step moved no coefficient further (scaled columns)
  double objective = -1;     ///< stop once an iteration gains less than this share; -1: not at all
  double gradient = -1;      ///< L-BFGS: no slope of the objective is larger; -1: 1e-8
  double null_deviance = 0;  ///< of the model without predictors, to tell a perfect fit
  /// Above 0: good enough is, as far as can be told, an objective that is above its minimum by no
  /// more than this share of the null model's. IRLS only.
  double rough = 0;
};

/// A past step and the change of the gradient along it.
struct PastStep {
  std::vector<double> step;
  std::vector<double> change;
  double product = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(step, change, product);
  }
};

/// A fit between two iterations: plain data, so that another node can take it over.
struct FitState {
  std::vector<double> beta;
  LikelihoodTask::Partial here;  ///< at beta, or a hair before it once converged
  double objective = 0;
  std::int32_t iterations = 0;
  bool done = false;
  bool converged = false;  ///< no further step would change anything that counts
  bool separated = false;  ///< stopped while fitted means went to the edge of their range
  double last_distance = 0;
  /// X'WX of an iteration, without the penalty, kept while it is good enough. It does not travel:
  /// resume() makes it again where it was made.
  std::optional<linalg::Symmetric> gram;
  std::vector<double> gram_beta;  ///< where that was; empty without
  /// The latest last. Of L-BFGS; of a rough IRLS those that corrected X'WX since it was made.
  std::vector<PastStep> past;
  template <class Archive>
  void fields(Archive& archive) {
    archive(beta, here, objective, iterations, done, converged, separated, last_distance, gram_beta,
            past);
  }
};

/// A fit ends when its next step, as far as can be told, would be below this, squared, in units of
/// the squared standard errors.
inline constexpr double kLastStep = 1e-16;

/// The objective from the likelihood at beta.
double objective_of(const Surface& surface, const Penalty& penalty,
                    const LikelihoodTask::Partial& here, const std::vector<double>& beta);

/// Goes to the coefficients or part of the way; false where nothing is gained.
bool move_towards(Surface& surface, const Penalty& penalty, FitState& state,
                  const std::vector<double>& to);

/// About the square of a standard error of distance 1; above 0 for a perfect fit too.
double dispersion_of(const Surface& surface, const Tolerance& tolerance,
                     const LikelihoodTask::Partial& here);

double largest_difference(const std::vector<double>& a, const std::vector<double>& b);

/// A method that minimises a Surface with a penalty, an iteration at a time.
class Optimiser {
 public:
  virtual ~Optimiser() = default;
  /// `known` is the likelihood at beta, where the surface was asked for it last. It may be the
  /// deviance alone, which IRLS does with where a sample leads on.
  virtual FitState start(std::vector<double> beta, const LikelihoodTask::Partial* known) = 0;
  /// Instead of start(): goes on with a fit that another node has begun.
  virtual void resume(FitState& state) = 0;
  /// Lets a fit that has just started use what another one over the same terms knew.
  virtual void take_over(FitState& /*state*/, FitState& /*from*/) {}
  /// One iteration; false once the fit is done.
  virtual bool step(FitState& state) = 0;
};

/// Iteratively reweighted least squares (McCullagh and Nelder 1989, section 2.5) as Fisher scoring
/// with step halving. The gradient comes from residuals at every step, so that late steps may use
/// an earlier X'WX and still converge to the last digits. Many rows are first gone to by a sample.
/// Rough fits use that of other fits, and correct it by what every step shows (Nocedal and Wright
/// 2006, section 6.1).
class Irls final : public Optimiser {
 public:
  Irls(Surface& surface, const Penalty& penalty, const Tolerance& tolerance)
      : surface_(surface), penalty_(penalty), tolerance_(tolerance) {}
  FitState start(std::vector<double> beta, const LikelihoodTask::Partial* known) override;
  void resume(FitState& state) override;
  bool step(FitState& state) override;
  void take_over(FitState& state, FitState& from) override;

 private:
  struct Proposal {
    std::vector<double> beta;
    double distance = 0;  ///< squared, in units of the standard errors at dispersion 1
  };
  [[nodiscard]] Proposal propose(const FitState& state) const;
  /// Whether the first step tries to go where a sample leads.
  [[nodiscard]] bool begins_with_sample() const;
  /// That step. False where that gains nothing.
  bool step_by_sample(FitState& state);
  void take_gram(FitState& state);
  void drop_gram(FitState& state);
  void factor(const FitState& state);
  [[nodiscard]] std::vector<double> curved(const FitState& state,
                                           const std::vector<double>& step) const;
  /// Whether X'WX is to be made anew before a step.
  [[nodiscard]] bool is_worn(const FitState& state, const Proposal& proposal) const;
  [[nodiscard]] bool is_last(const FitState& state, const Proposal& proposal) const;
  /// As Proposal::distance: about how far the minimum is, were X'WX diagonal.
  [[nodiscard]] double distance_left(const FitState& state) const;
  void judge_roughly(FitState& state, double distance);
  static void correct(linalg::Symmetric& h, const PastStep& past);
  /// Where a step began.
  struct Before {
    double objective;
    std::vector<double> beta;
    std::vector<double> gradient;
    double largest_eta;
  };
  void judge(FitState& state, double distance, const Before& before) const;
  void learn(FitState& state, const Before& before);

  Surface& surface_;
  const Penalty& penalty_;
  Tolerance tolerance_;
  std::optional<linalg::Cholesky> factor_;  ///< of the state's gram and the penalty
};

}  // namespace neve::algos::linear

#pragma once

#include <vector>

#include "algos/families/linear/constrained.hpp"
#include "algos/families/linear/irls.hpp"

namespace neve::algos::linear {

/// Iteratively reweighted least squares under linear constraints: each iteration minimises the
/// quadratic model over what the constraints allow (sequential quadratic programming, Nocedal and
/// Wright 2006, chapter 18), so that every iterate meets them.
class ConstrainedIrls final : public Optimiser {
 public:
  /// Bounds of the penalty become constraints; its absolute values must be 0.
  ConstrainedIrls(Surface& surface, const Penalty& penalty, const Tolerance& tolerance,
                  LinearConstraints constraints, const Augmentation& augmentation);
  /// Starts from the optimum without constraints instead of the given one.
  void start_from_optimum() { from_optimum_ = true; }
  /// Throws InputError where the constraints contradict each other.
  FitState start(std::vector<double> beta, const LikelihoodTask::Partial* known) override;
  void resume(FitState& state) override;
  bool step(FitState& state) override;

 private:
  Surface& surface_;
  Penalty penalty_;  ///< without bounds
  Tolerance tolerance_;
  LinearConstraints constraints_;
  Augmentation augmentation_;
  bool from_optimum_ = false;
};

}  // namespace neve::algos::linear

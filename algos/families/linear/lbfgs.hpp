#pragma once

#include <vector>

#include "algos/families/linear/irls.hpp"

namespace neve::algos::linear {

/// Limited-memory BFGS (Nocedal 1980) from gradients only, for models too wide for X'WX; with
/// absolute values in the penalty its orthant-wise form (Andrew and Gao 2007).
class Lbfgs final : public Optimiser {
 public:
  Lbfgs(Surface& surface, const Penalty& penalty, const Tolerance& tolerance)
      : surface_(surface), penalty_(penalty), tolerance_(tolerance) {}
  FitState start(std::vector<double> beta, const LikelihoodTask::Partial* known) override;
  void resume(FitState& state) override;
  bool step(FitState& state) override;

 private:
  [[nodiscard]] double objective(const LikelihoodTask::Partial& at,
                                 const std::vector<double>& beta) const;
  [[nodiscard]] std::vector<double> smooth_gradient(const FitState& state) const;
  [[nodiscard]] std::vector<double> pseudo_gradient(const FitState& state) const;
  [[nodiscard]] std::vector<double> direction(const FitState& state,
                                              const std::vector<double>& gradient) const;
  bool search(FitState& state, const std::vector<double>& slope, const std::vector<double>& along);
  static void remember(FitState& state, PastStep past);

  Surface& surface_;
  const Penalty& penalty_;
  Tolerance tolerance_;
};

}  // namespace neve::algos::linear

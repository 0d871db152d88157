#pragma once

#include <string_view>
#include <vector>

#include <neve/linalg/symmetric.hpp>
#include <neve/mr/task.hpp>

#include "algos/families/linear/likelihood.hpp"

namespace neve::algos::glm {

/// How far each row moves each coefficient, in standard errors (DFBETAS: Belsley, Kuh and Welsch
/// 1980; for binomial responses by one Newton step, Pregibon 1981). Writes a column per coefficient
/// that was fitted; missing where a row has no response, 0 where its weight is.
struct InfluenceTask {
  static constexpr std::string_view name = "glm.influence";
  static constexpr auto reduction = mr::Reduction::exact;
  struct State {
    linear::Point point;        ///< the fit
    linalg::Symmetric inverse;  ///< of X'WX over scaled columns; 0 for coefficients left out
    std::vector<double> moves;  ///< by coefficient written, of a unit of each scaled column's score
    double deviance = 0;        ///< of all rows
    double freedom = 0;         ///< degrees of it without a row; 0 where errors are of dispersion 1
    template <class Archive>
    void fields(Archive& archive) {
      archive(point, inverse, moves, deviance, freedom);
    }
  };
  using Partial = mr::Nothing;
  static void map(const mr::RowGroup& group, const State& state, Partial& partial,
                  mr::Outputs& outputs);
  static void merge(Partial& /*left*/, const Partial& /*right*/) {}
};

}  // namespace neve::algos::glm

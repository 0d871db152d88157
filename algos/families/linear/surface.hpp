#pragma once

#include <cstdint>
#include <vector>

#include <neve/linalg/symmetric.hpp>
#include <neve/mr/engine.hpp>

#include "algos/families/linear/gram.hpp"
#include "algos/families/linear/likelihood.hpp"
#include "algos/families/linear/penalty.hpp"

namespace neve::algos::linear {

/// The objective of a linear model as a function of its coefficients:
///     deviance / 2 · deviance_scale + penalty.
/// Lives on the driver; every call is one pass over the data, or two.
class Surface {
 public:
  struct Data {
    mr::Engine& engine;
    mr::Inputs inputs;
    job::TokenPtr token;
    mr::ScratchId scratch;
  };
  Surface(Data data, Design design, Response response, double deviance_scale)
      : data_(std::move(data)), scale_(deviance_scale) {
    point_.design = std::move(design);
    point_.response = response;
  }
  [[nodiscard]] const Design& design() const { return point_.design; }
  [[nodiscard]] const Response& response() const { return point_.response; }
  [[nodiscard]] double deviance_scale() const { return scale_; }

  LikelihoodTask::Partial likelihood(const std::vector<double>& beta);
  /// X'WX where likelihood() was asked for last; `largest_weight` is of its answer.
  linalg::Symmetric gram(double largest_weight);

 private:
  [[nodiscard]] mr::RunOptions options() const;
  Data data_;
  double scale_;
  Point point_;
};

}  // namespace neve::algos::linear

#pragma once

#include <memory>
#include <span>
#include <vector>

#include <neve/model/algorithm.hpp>

#include "algos/glm/path.hpp"

namespace neve::algos::glm {

class GlmModel;

/// How the submodels that all folds have fitted do on the rows that their fold was not trained on.
struct FoldDeviances {
  std::vector<Submodel> submodels;  ///< in the order of fitting
  std::vector<double> means;        ///< over the folds, of the deviance a row
  std::vector<double> errors;       ///< of those means
  std::size_t best = 0;             ///< of least mean
  /// The largest lambda of the best alpha from which on down to the best one no mean is more than
  /// an error above the least (Breiman and others 1984).
  [[nodiscard]] double largest_near_best() const;
  /// Past the end where it is not among them.
  [[nodiscard]] std::size_t place_of(const Submodel& submodel) const;
};

/// A fold's model, and the rows that it is measured on.
struct FoldRows {
  const GlmModel* model;
  std::int64_t rows;
};

/// Where there are several submodels to choose from; else without submodels.
FoldDeviances fold_deviances(std::span<const FoldRows> folds);
/// Of folds that have been measured.
FoldDeviances fold_deviances(std::span<const std::shared_ptr<const model::Model>> folds);

/// Makes a model that of another of its fits; false where it is that.
bool choose(GlmModel& model, const Submodel& submodel);

/// Makes the folds' models those of the submodel that is best over all folds, as measured anew.
void agree(mr::Engine& engine, const job::TokenPtr& token,
           std::span<const std::shared_ptr<model::Model>> folds, const model::WithFold& with_fold);

}  // namespace neve::algos::glm

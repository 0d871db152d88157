#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include <neve/model/category.hpp>
#include <neve/model/metrics.hpp>
#include <neve/schema/table.hpp>

#include "algos/glm/folds.hpp"
#include "algos/glm/path.hpp"

namespace neve::algos::glm {

/// What the last row of a history tells.
struct Measured {
  model::Category category;
  bool deviances;            ///< whether iterations tell alpha, lambda and deviance too
  double training_weight;    ///< of the rows used: deviances are shown per unit of it
  double validation_weight;  ///< 0 without a frame
  const model::metrics::Metrics& training;
  const model::metrics::Metrics& validation;
  const FoldDeviances& folds;  ///< of a path's submodels
};

/// The course of a fit, for people: the only part of a model that holds times.
class History {
 public:
  /// Where a fit stands.
  struct Iteration {
    std::int32_t number = 0;
    double deviance = 0;
    double objective = 0;
    Submodel submodel;
  };
  /// Notes it, as of now.
  void add(const Iteration& iteration);
  /// Notes a submodel of a lambda path that has ended; a history holds these or iterations.
  void add(const SubmodelFit& fit);
  /// Says how good the model was when the last note was made.
  void score(model::Category category, const model::metrics::Metrics& training,
             const model::metrics::Metrics& validation);
  /// The table; the final metrics stand in its last row.
  [[nodiscard]] schema::Table table(const Measured& measured) const;

  template <class Archive>
  void fields(Archive& archive) {
    archive(entries_);
  }

 private:
  struct Entry {
    std::int64_t time_ms = 0;
    std::int32_t iteration = 0;
    double negative_log_likelihood = 0;
    double objective = 0;
    bool submodel = false;  ///< then the rest counts, not the two above
    double lambda = 0;
    double alpha = 0;
    std::int64_t coefficients = 0;  ///< not 0
    double deviance = 0;
    double validation_deviance = std::numeric_limits<double>::quiet_NaN();
    std::vector<double> training = {};  ///< metrics; empty where not scored
    std::vector<double> validation = {};
    template <class Archive>
    void fields(Archive& archive) {
      archive(time_ms, iteration, negative_log_likelihood, objective, submodel, lambda, alpha,
              coefficients, deviance, validation_deviance, training, validation);
    }
  };
  void add_measures(schema::Table& table, const Measured& measured, bool of_training) const;
  [[nodiscard]] schema::Table iteration_table(const Measured& measured) const;
  [[nodiscard]] schema::Table path_table(const Measured& measured) const;
  std::vector<Entry> entries_;
};

}  // namespace neve::algos::glm

#pragma once

#include <cstdint>
#include <string_view>

#include <neve/model/metrics.hpp>
#include <neve/model/score.hpp>
#include <neve/mr/task.hpp>

#include "algos/glm/glm_model.hpp"
#include "algos/glm/row_likelihood.hpp"

namespace neve::algos::glm {

/// What a GLM's metrics have beside those of their category.
struct Deviances {
  std::int64_t rows = 0;
  double weight = 0;
  double residual = 0;
  double null = 0;
  double likelihood = 0;  ///< its logarithm; only of poisson models and where it is asked for
  void merge(const Deviances& right);
  template <class Archive>
  void fields(Archive& archive) {
    archive(rows, weight, residual, null, likelihood);
  }
};

/// The model's part in Deviances.
struct NullModel {
  Distribution distribution;
  double mean = 0;
  bool full_likelihood = false;
  template <class Archive>
  void fields(Archive& archive) {
    archive(distribution, mean, full_likelihood);
  }
  /// Adds a row, unless something in it is missing or its weight 0. `likelihood` is that of the
  /// distribution.
  void add(const ObservedRow& row, RowLikelihood& likelihood, Deviances& sum) const;
};

/// Deviances of a column of means.
struct DevianceTask {
  static constexpr std::string_view name = "glm.deviance";
  static constexpr auto reduction = mr::Reduction::ordered;
  struct State {
    NullModel model;
    model::LevelMap response_levels;
    bool has_weights = false;
    bool has_offset = false;
    template <class Archive>
    void fields(Archive& archive) {
      archive(model, response_levels, has_weights, has_offset);
    }
  };
  using Partial = Deviances;
  /// Columns: mean, response, then weights and offset as far as there are any.
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right) { left.merge(right); }
};

/// Everything that training reports about a frame, in one pass that writes no column.
struct MeasureTask {
  static constexpr std::string_view name = "glm.measure";
  static constexpr auto reduction = mr::Reduction::ordered;
  struct State {
    std::shared_ptr<const GlmModel> model;
    model::ScorePlan plan;
    std::int32_t response = -1;
    std::int32_t weights = -1;
    model::LevelMap response_levels;
    bool deviances_only = false;
    template <class Archive>
    void fields(Archive& archive) {
      archive(model, plan, response, weights, response_levels, deviances_only);
    }
  };
  struct Partial {
    model::metrics::BinomialPartial binomial;
    model::metrics::MultinomialPartial multinomial;
    model::metrics::RegressionPartial regression;
    Deviances deviances;
    template <class Archive>
    void fields(Archive& archive) {
      archive(binomial, multinomial, regression, deviances);
    }
  };
  static void map(const mr::RowGroup& group, const State& state, Partial& partial);
  static void merge(Partial& left, const Partial& right);
};

Deviances deviances_of(mr::Engine& engine, const GlmModel& model, const model::Dataset& data,
                       ColumnId mean);

/// The same for a model that has not scored.
Deviances deviances_of(mr::Engine& engine, const std::shared_ptr<const GlmModel>& model,
                       const model::Dataset& data, const job::TokenPtr& token);

/// Turns metrics into their GLM form.
void add_deviances(const GlmModel& model, const Deviances& deviances,
                   model::metrics::Metrics& metrics);

/// Metrics of a data set, in their GLM form. The model's header has category and roles.
model::metrics::Metrics measure(mr::Engine& engine, const std::shared_ptr<const GlmModel>& model,
                                const model::Dataset& data, const job::TokenPtr& token);

}  // namespace neve::algos::glm

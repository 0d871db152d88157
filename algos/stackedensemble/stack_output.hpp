#pragma once

#include <vector>

#include <neve/model/model_output.hpp>
#include <neve/model/models.hpp>

#include "algos/stackedensemble/parameters.hpp"
#include "algos/stackedensemble/stack_model.hpp"

namespace neve::algos::stackedensemble {

/// The object "output" of a stacked ensemble, by H2O's names; base_models is Neve's own.
struct StackOutput : model::ModelOutput {
  schema::ModelRef metalearner;
  schema::FrameRef levelone_frame_id;
  Strategy stacking_strategy = Strategy::cross_validation;
  std::optional<schema::Table> base_models;
  static const schema::Schema& schema();
};

/// The share of each base model in what the metalearner goes by, as its variable importances tell;
/// 0 where it does not look at one, NaN where it tells nothing.
std::vector<double> shares_of(const std::vector<model::ModelPtr>& bases,
                              const model::Model& metalearner);

/// Algorithm, training time and share of each base model.
schema::Table contributions_table(const model::Models& models,
                                  const std::vector<model::ModelPtr>& bases,
                                  const std::vector<double>& shares);

/// Strategy, numbers of base models, and the metalearner, as key and value.
schema::Table summary_table(const model::Models& models, const Parameters& p,
                            const StackModel& model, const model::Model& metalearner);

}  // namespace neve::algos::stackedensemble

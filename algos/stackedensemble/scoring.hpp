#pragma once

#include <vector>

#include <neve/model/models.hpp>

#include "algos/stackedensemble/stack_model.hpp"

namespace neve::algos::stackedensemble {

/// The models that an ensemble is made of.
struct Members {
  std::vector<model::ModelPtr> bases;  ///< in its order
  model::ModelPtr metalearner;
};

/// Throws InputError naming a member that was deleted or is another model by now.
Members members_of(const StackModel& stack, const model::Models& models);

/// What the metalearner says of what the base models say of the rows. `request.models` is there.
model::Scored score_members(mr::Engine& engine, const StackModel& stack, const Members& members,
                            const model::Dataset& data, const model::ScoreRequest& request);

/// The same as the descriptor has it.
model::Scored score_stack(mr::Engine& engine, const model::ModelPtr& model,
                          const model::Dataset& data, const model::ScoreRequest& request);

}  // namespace neve::algos::stackedensemble

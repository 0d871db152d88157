#include "algos/stackedensemble/scoring.hpp"

#include <utility>

#include <neve/base/error.hpp>

#include "algos/stackedensemble/level_one.hpp"

namespace neve::algos::stackedensemble {
namespace {

/// Ensembles of ensembles end somewhere, whatever files they were loaded from.
constexpr int kMostNested = 16;

model::ModelPtr find_member(const StackModel& stack, const Member& member,
                            const model::Models& models, std::string_view role) {
  model::ModelPtr found = models.find(member.key);
  if (found != nullptr && found->header.checksum == member.checksum) return found;
  const std::string what = found == nullptr ? "has been deleted." : "is another model by now.";
  throw InputError::illegal_argument(std::string(role) + " '" + member.key +
                                         "' of stacked ensemble '" + stack.header.key + "' " +
                                         what + " Load it, or train the ensemble again.",
                                     {{"model", member.key}, {"ensemble", stack.header.key}});
}

/// The metalearner, with the ensemble's threshold.
model::ModelPtr with_threshold(const model::Algorithm& algorithm, const model::ModelPtr& model,
                               double threshold) {
  if (model->header.default_threshold == threshold) return model;
  const auto copy = algorithm.decode(model->encode());
  copy->header.default_threshold = threshold;
  return copy;
}

}  // namespace

Members members_of(const StackModel& stack, const model::Models& models) {
  if (stack.metalearner.empty()) {
    throw InputError::illegal_argument(
        "Stacked ensemble '" + stack.header.key +
            "' has no metalearner: its max_runtime_secs were over before one was trained. Train it "
            "again with more time.",
        {{"ensemble", stack.header.key}});
  }
  Members members;
  members.metalearner = find_member(stack, stack.metalearner.front(), models, "Metalearner");
  for (const Member& base : stack.bases) {
    members.bases.push_back(find_member(stack, base, models, "Base model"));
  }
  return members;
}

model::Scored score_members(mr::Engine& engine, const StackModel& stack, const Members& members,
                            const model::Dataset& data, const model::ScoreRequest& request) {
  NEVE_CHECK(request.models != nullptr && request.folds < 0 && !request.question);
  if (request.nesting > kMostNested) {
    throw InputError::illegal_argument("Stacked ensemble '" + stack.header.key +
                                       "' is made of ensembles more than " +
                                       std::to_string(kMostNested) + " deep.");
  }
  LevelOne level_one(engine, data.frame, stack.transform, request.token);
  for (std::size_t i = 0; i < members.bases.size(); ++i) {
    if (stack.bases[i].used) {
      level_one.add_scored(*request.models, members.bases[i], request.nesting + 1);
    } else {
      level_one.add_unused(*members.bases[i]);
    }
  }
  const model::ColumnRoles& roles = members.metalearner->header.roles;
  const frame::Frame frame = level_one.frame({}, {roles.response, roles.weights, roles.offset, {}});
  const bool measures = data.response >= 0 && frame.find(roles.response).has_value();
  auto adapted = std::make_shared<const model::Dataset>(model::adapt(roles, frame, measures));
  const model::Algorithm& algorithm = request.models->algorithm_of(*members.metalearner);
  model::ScoreRequest last = request;
  last.nesting = request.nesting + 1;
  model::Scored scored = algorithm.score(
      engine,
      request.labels
          ? with_threshold(algorithm, members.metalearner, stack.header.default_threshold)
          : members.metalearner,
      *adapted, last);
  scored.last = members.metalearner;
  scored.last_data = std::move(adapted);
  return scored;
}

model::Scored score_stack(mr::Engine& engine, const model::ModelPtr& model,
                          const model::Dataset& data, const model::ScoreRequest& request) {
  const auto stack = std::dynamic_pointer_cast<const StackModel>(model);
  NEVE_CHECK(stack != nullptr && request.models != nullptr);
  return score_members(engine, *stack, members_of(*stack, *request.models), data, request);
}

}  // namespace neve::algos::stackedensemble

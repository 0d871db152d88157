#include "automl/plan.hpp"

#include <algorithm>
#include <set>

#include <neve/base/error.hpp>

namespace neve::automl {
namespace {

constexpr const char* kEnsemble = "StackedEnsemble";
constexpr const char* kCompletion = "completion";
/// Not built: its steps are left out of plans.
constexpr const char* kUnbuilt = "XGBoost";

StepDefinition definition(std::string name, std::vector<Step> steps) {
  return {std::move(name), std::nullopt, std::move(steps)};
}

std::vector<StepDefinition> repeatable_plan() {
  return {
      definition(kUnbuilt, {{"def_2", 1, 10},
                            {"def_1", 2, 10},
                            {"def_3", 3, 10},
                            {"grid_1", 4, 90},
                            {"lr_search", 7, 30}}),
      definition("GLM", {{"def_1", 1, 10}}),
      definition("DRF", {{"def_1", 2, 10}, {"XRT", 3, 10}}),
      definition("GBM", {{"def_6", 1, 10},
                         {"def_5", 1, 10},
                         {"def_2", 2, 10},
                         {"def_3", 2, 10},
                         {"def_4", 2, 10},
                         {"def_1", 3, 10},
                         {"grid_1", 4, 60},
                         {"lr_annealing", 7, 10}}),
      definition("DeepLearning", {{"def_2", 1, 10},
                                  {"def_1", 3, 10},
                                  {"grid_1", 4, 30},
                                  {"grid_2", 5, 30},
                                  {"grid_3", 5, 30}}),
      definition(kCompletion, {{"resume_best_grids", 6, 60}}),
      definition(kEnsemble,
                 {{"monotonic", 9, 10}, {"best_of_family_xglm", 10, 10}, {"all_xglm", 10, 10}}),
  };
}

/// The search for boosted trees has the share of the booster that is not built, too.
std::vector<StepDefinition> limited_plan() {
  std::vector<StepDefinition> plan = repeatable_plan();
  std::erase_if(plan, [](const StepDefinition& each) {
    return each.name == kUnbuilt || each.name == kEnsemble || each.name == kCompletion;
  });
  for (StepDefinition& each : plan) {
    for (Step& step : *each.steps) {
      if (step.id == "grid_1" && each.name == "GBM") step.weight = 150;
      if (step.id == "lr_annealing") step.group = 6;
    }
  }
  plan.push_back(definition(kCompletion, {{"resume_best_grids", 10, 60}}));
  plan.push_back(definition(kEnsemble, {{"best_of_family_1", 1, 5},
                                        {"best_of_family_2", 2, 5},
                                        {"best_of_family_3", 3, 5},
                                        {"best_of_family_4", 4, 5},
                                        {"best_of_family_5", 5, 5},
                                        {"all_2", 2, 10},
                                        {"all_3", 3, 10},
                                        {"all_4", 4, 10},
                                        {"all_5", 5, 10},
                                        {"monotonic", 6, 10},
                                        {"best_of_family_gbm", 6, 10},
                                        {"all_gbm", 7, 10},
                                        {"best_of_family_xglm", 8, 10},
                                        {"all_xglm", 8, 10},
                                        {"best_of_family", 10, 10},
                                        {"best_N", 10, 10}}));
  return plan;
}

bool is_in(Alias part, Alias alias) { return alias == Alias::all || part == alias; }

/// The groups that steps of algorithms are in, as far as ensembles come after each of them.
std::set<std::int32_t> groups_of(const std::vector<StepDefinition>& plan) {
  std::set<std::int32_t> groups;
  for (const StepDefinition& each : plan) {
    if (each.name == kEnsemble || each.name == kCompletion) continue;
    if (each.steps) {
      for (const Step& step : *each.steps) {
        if (step.group > 0) {
          groups.insert(step.group);
        } else if (const KnownStep* known = find_step(each.name, step.id)) {
          groups.insert(known->group());
        }
      }
      continue;
    }
    for (const KnownStep& known : known_steps()) {
      if (known.provider != each.name || known.kind == StepKind::exploitation) continue;
      if (is_in(known.part(), each.alias.value_or(Alias::all))) groups.insert(known.group());
    }
  }
  return groups;
}

/// All steps of a definition with their groups and weights.
std::vector<PlannedStep> ensembles_of(const StepDefinition& each,
                                      const std::set<std::int32_t>& groups) {
  const std::int32_t last = groups.empty() ? 1 : *groups.rbegin();
  std::vector<PlannedStep> made;
  const auto add = [&](std::string id, std::int32_t group, std::int32_t weight) {
    made.push_back({kEnsemble, std::move(id), group, weight});
  };
  if (each.steps) {
    for (const Step& step : *each.steps) {
      (void)ensemble_choice(step.id);
      std::int32_t group = last + 1;
      for (const std::int32_t g : groups) {
        if (step.id == "best_of_family_" + std::to_string(g) ||
            step.id == "all_" + std::to_string(g))
          group = g;
      }
      add(step.id, step.group < 0 ? group : step.group,
          step.weight < 0 ? kModelWeight : step.weight);
    }
    return made;
  }
  const Alias alias = each.alias.value_or(Alias::all);
  if (is_in(Alias::defaults, alias)) {
    for (const std::int32_t group : groups) {
      add("best_of_family_" + std::to_string(group), group, kModelWeight);
      add("all_" + std::to_string(group), group, kModelWeight);
    }
  }
  if (is_in(Alias::optionals, alias) && !groups.empty()) {
    for (const std::string_view id : further_ensembles())
      add(std::string(id), last + 1, kModelWeight);
  }
  return made;
}

PlannedStep planned(const KnownStep& known, std::int32_t group, std::int32_t weight) {
  return {std::string(known.provider), std::string(known.id), group < 0 ? known.group() : group,
          weight < 0 ? known.weight() : weight};
}

std::vector<PlannedStep> steps_of(const StepDefinition& each) {
  std::vector<PlannedStep> made;
  if (!each.steps) {
    for (const KnownStep& known : known_steps()) {
      if (known.provider == each.name && is_in(known.part(), each.alias.value_or(Alias::all)))
        made.push_back(planned(known, -1, -1));
    }
    return made;
  }
  for (const Step& step : *each.steps) {
    const KnownStep* known = find_step(each.name, step.id);
    if (known == nullptr) {
      throw InputError::illegal_argument("modeling_plan names step '" + step.id + "' of " +
                                             each.name + ", which has none of that name.",
                                         {{"modeling_plan", each.name + " " + step.id}});
    }
    made.push_back(planned(*known, step.group, step.weight));
  }
  return made;
}

bool is_known(const std::string& name) {
  return name == kEnsemble || name == kUnbuilt ||
         std::ranges::find(known_steps(), name, &KnownStep::provider) != known_steps().end();
}

bool is_wanted(const BuildModels& spec, const std::string& name) {
  const auto has = [&](const std::optional<std::vector<Algo>>& algos) {
    return algos && std::ranges::find(*algos, name, [](Algo algo) {
                      return schema::enum_text(algo);
                    }) != algos->end();
  };
  if (name == kCompletion) return true;
  return spec.include_algos ? has(spec.include_algos) : !has(spec.exclude_algos);
}

}  // namespace

StepKind PlannedStep::kind() const {
  return is_ensemble() ? StepKind::ensemble : find_step(provider, id)->kind;
}

std::vector<StepDefinition> default_plan(const Occasion& occasion) {
  auto plan = occasion.limited_time ? limited_plan() : repeatable_plan();
  if (occasion.many_levels) return plan;
  constexpr std::int32_t kLater = 3;
  for (StepDefinition& each : plan) {
    for (Step& step : *each.steps) {
      if (each.name == "GBM" && step.id == "def_6") step.group = kLater;
    }
  }
  return plan;
}

std::vector<PlannedStep> planned_steps(const BuildModels& spec, bool limited_time,
                                       std::vector<std::string>& left_out) {
  const auto plan =
      spec.modeling_plan ? *spec.modeling_plan : default_plan({.limited_time = limited_time});
  const std::set<std::int32_t> groups = groups_of(plan);
  std::vector<PlannedStep> all;
  for (const StepDefinition& each : plan) {
    if (!is_known(each.name)) {
      throw InputError::illegal_argument(
          "modeling_plan names '" + each.name +
              "', which is no algorithm of AutoML: use GLM, DRF, GBM, DeepLearning, "
              "StackedEnsemble or completion.",
          {{"modeling_plan", each.name}});
    }
    if (!is_wanted(spec, each.name)) continue;
    if (each.name == kUnbuilt) {
      left_out.push_back(each.name);
      continue;
    }
    const auto steps = each.name == kEnsemble ? ensembles_of(each, groups) : steps_of(each);
    std::ranges::copy_if(steps, std::back_inserter(all), [&](const PlannedStep& step) {
      const bool betters = step.kind() == StepKind::exploitation;
      return step.group > 0 && step.weight > 0 && (!betters || spec.exploitation_ratio > 0);
    });
  }
  std::ranges::stable_sort(all, {}, &PlannedStep::group);
  return all;
}

bool is_predictor(const InputSpec& input, const std::string& column) {
  for (const auto* other : {&input.response_column, &input.weights_column, &input.fold_column}) {
    if (other->name == column) return false;
  }
  const auto ignored = input.ignored_columns.value_or(std::vector<std::string>());
  return std::ranges::find(ignored, column) == ignored.end();
}

std::vector<StepDefinition> as_plan(const std::vector<PlannedStep>& steps) {
  std::vector<StepDefinition> plan;
  std::int32_t group = 0;
  for (const PlannedStep& step : steps) {
    if (plan.empty() || plan.back().name != step.provider || group != step.group)
      plan.push_back({step.provider, std::nullopt, std::vector<Step>()});
    plan.back().steps->push_back({step.id, step.group, step.weight});
    group = step.group;
  }
  return plan;
}

}  // namespace neve::automl

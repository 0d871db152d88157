#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <neve/automl/spec.hpp>

#include "automl/steps.hpp"

namespace neve::automl {

/// A step of a run.
struct PlannedStep {
  std::string provider = {};
  std::string id = {};
  std::int32_t group = 0;
  std::int32_t weight = 0;
  [[nodiscard]] bool is_ensemble() const { return provider == "StackedEnsemble"; }
  [[nodiscard]] StepKind kind() const;
  template <class Archive>
  void fields(Archive& archive) {
    archive(provider, id, group, weight);
  }
};

/// What a plan goes by where the spec has none.
struct Occasion {
  bool limited_time = false;
  bool many_levels = false;  ///< a predictor is a category of many levels
};

/// From so many levels on a category has many.
constexpr std::size_t kManyLevels = 25;

/// Whether a column of the training frame is one that models may look at.
bool is_predictor(const InputSpec& input, const std::string& column);

/// The plan of runs whose spec has none: with a limit of time, ensembles come after each group, so
/// that there is something good whenever the time is over. Shallow, slow trees are among the first
/// where a category has many levels, which the usual ones learn by heart.
std::vector<StepDefinition> default_plan(const Occasion& occasion);

/// The steps that a spec asks for, in the order in which they run; `left_out` gets what is not
/// built. Throws InputError where a plan names a step or an algorithm that is not known.
std::vector<PlannedStep> planned_steps(const BuildModels& spec, bool limited_time,
                                       std::vector<std::string>& left_out);

/// Steps that are done, as a plan.
std::vector<StepDefinition> as_plan(const std::vector<PlannedStep>& steps);

}  // namespace neve::automl

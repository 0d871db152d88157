#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include <neve/store/store.hpp>

#include "automl/run.hpp"

namespace neve::automl {
namespace {

/// "XRT" of "XRT_1_AutoML_…": extremely randomised trees are a family of their own.
std::string family_of(const std::string& model) { return model.substr(0, model.find('_')); }

bool is_monotonic(const model::Model& model) {
  return std::ranges::any_of(model.header.parameters, [](const auto& given) {
    return given.first == "monotone_constraints" && !schema::is_null_text(given.second) &&
           given.second != "[]";
  });
}

}  // namespace

std::vector<std::string> Run::bases_of(const EnsembleChoice& choice) const {
  using Bases = EnsembleChoice::Bases;
  const bool blends = !spec_.input_spec.blending_frame.empty();
  std::vector<std::string> bases;
  std::set<std::string> families;
  for (const model::Leaderboard::Row& row : leaderboard().rows) {
    const model::Header& header = row.model->header;
    if (entry_of(header.key)->is_ensemble()) continue;
    // Models of earlier runs may have none any more.
    const std::string& holdouts = header.cross_validation.holdout_predictions;
    if (!blends && (holdouts.empty() || !models_.frames().find(holdouts))) continue;
    if (choice.bases == Bases::monotonic && !is_monotonic(*row.model)) continue;
    const bool is_first = families.insert(family_of(header.key)).second;
    if (choice.bases == Bases::best_of_family && !is_first) continue;
    bases.push_back(header.key);
    if (bases.size() == choice.most) break;
  }
  return bases;
}

/// The metalearner of several classes has coefficients for each pair of model and class, and the
/// matrix of its second derivatives takes the square of their number.
double Run::cost_of_ensemble(std::size_t bases) const {
  const auto count = static_cast<double>(bases);
  return settings_->category() == model::Category::multinomial ? count * count : count;
}

std::size_t Run::bases_after(const PlannedStep& step, const EnsembleChoice& choice) const {
  const auto all = static_cast<std::size_t>(trained()) + 1;
  if (choice.bases != EnsembleChoice::Bases::best_of_family) return all;
  const KnownStep* known = find_step(step.provider, step.id);
  std::set<std::string> families;
  if (known != nullptr) families.insert(std::string(known->stem));
  for (const Entry& entry : state_.automl.entries) {
    if (!entry.is_ensemble()) families.insert(family_of(entry.model));
  }
  return std::min(all, families.size());
}

bool Run::can_stack(const PlannedStep& step, const std::vector<std::string>& bases) {
  const auto skip = [&](const std::string& why) {
    tell(Severity::info, Stage::model_training,
         "Skipping StackedEnsemble '" + step.id + "': " + why);
    return false;
  };
  if (!settings_->stacks()) return skip("there is neither cross-validation nor a blending frame.");
  if (bases.empty()) return skip("there is no model to stack.");
  if (bases.size() == 1) return skip("there is only one model to stack.");
  if (!limit()) return true;
  const double needed = state_.ensemble_seconds * cost_of_ensemble(bases.size());
  // A little over the time does less harm than no ensemble.
  constexpr double kOver = 0.01;
  if (needed > seconds_left() + kOver * *limit()) return skip("there is no time left for it.");
  return true;
}

bool Run::is_stacked_already(const PlannedStep& step, const std::vector<std::string>& bases) const {
  const EnsembleChoice choice = ensemble_choice(step.id);
  std::vector<std::string> sorted = bases;
  std::ranges::sort(sorted);
  return std::ranges::any_of(state_.automl.entries, [&](const Entry& entry) {
    if (!entry.is_ensemble() || entry.bases != sorted) return false;
    const EnsembleChoice other = ensemble_choice(entry.step);
    return other.metalearner == choice.metalearner && other.lambda_search == choice.lambda_search;
  });
}

void Run::stack(const PlannedStep& step) {
  const EnsembleChoice choice = ensemble_choice(step.id);
  std::vector<std::string> bases = bases_of(choice);
  if (!can_stack(step, bases) || is_stacked_already(step, bases)) return;
  const model::Algorithm& algorithm = *automls_.parts_.algorithms.find("stackedensemble");
  schema::Form form = settings_->ensemble(choice, bases);
  form.emplace_back("seed", std::to_string(next_seed()));
  constexpr double kLeast = 0.1;  // 0 would be no limit
  const auto seconds = limit() ? std::optional(std::max(kLeast, seconds_left())) : std::nullopt;
  std::ranges::sort(bases);
  const double cost = cost_of_ensemble(bases.size());
  const auto begin = std::chrono::steady_clock::now();
  constexpr double kOver = 0.02;
  make({.step = step,
        .algorithm = algorithm,
        .name = next_name(step.provider + "_" + std::string(choice.stem)),
        .form = std::move(form),
        .bases = std::move(bases),
        .seconds = seconds,
        .seconds_behind = -kOver * limit().value_or(0)});
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  state_.ensemble_seconds = taken.count() / cost;
}

}  // namespace neve::automl

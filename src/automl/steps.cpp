#include "automl/steps.hpp"

#include <algorithm>
#include <charconv>

#include <neve/base/error.hpp>

namespace neve::automl {
namespace {

using grid::Axis;
using schema::Form;

/// Trees are many, as early stopping ends them.
Form boosted(std::string_view max_depth, std::string_view min_rows,
             std::string_view col_sample_rate = "0.8") {
  return {{"ntrees", "10000"},
          {"max_depth", std::string(max_depth)},
          {"min_rows", std::string(min_rows)},
          {"sample_rate", "0.8"},
          {"col_sample_rate", std::string(col_sample_rate)},
          {"col_sample_rate_per_tree", "0.8"},
          {"score_tree_interval", "5"}};
}

/// Shallow trees that see few columns at a time, and slowly: where categories have many levels, the
/// usual ones learn them by heart. Scored every ten trees, each of which changes half as much.
Form slow() {
  Form form = boosted("4", "10", "0.4");
  for (auto& [name, value] : form) {
    if (name == "score_tree_interval") value = "10";
  }
  form.emplace_back("learn_rate", "0.05");
  return form;
}

std::vector<Axis> boosted_space() {
  return {{"max_depth",
           {"3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17"}},
          {"min_rows", {"1", "5", "10", "15", "30", "100"}},
          {"sample_rate", {"0.5", "0.6", "0.7", "0.8", "0.9", "1.0"}},
          {"learn_rate", {"0.05", "0.1"}},
          {"col_sample_rate", {"0.2", "0.4", "0.7", "1.0"}},
          {"col_sample_rate_per_tree", {"0.4", "0.7", "1.0"}},
          {"min_split_improvement", {"1e-4", "1e-5"}}};
}

/// "[20,20]" for two layers of 20.
std::string layers(std::string_view each, int count) {
  std::string text = "[";
  for (int i = 0; i < count; ++i) text += (i == 0 ? "" : ",") + std::string(each);
  return text + "]";
}

std::vector<Axis> network_space(int hidden) {
  Axis sizes{"hidden", {}};
  for (const char* size : {"20", "50", "100"}) sizes.values.push_back(layers(size, hidden));
  Axis dropouts{"hidden_dropout_ratios", {}};
  for (const char* ratio : {"0.0", "0.1", "0.2", "0.3", "0.4", "0.5"})
    dropouts.values.push_back(layers(ratio, hidden));
  return {sizes,
          dropouts,
          {"rho", {"0.9", "0.95", "0.99"}},
          {"epsilon", {"1e-6", "1e-7", "1e-8", "1e-9"}},
          {"input_dropout_ratio", {"0.0", "0.05", "0.1", "0.15", "0.2"}}};
}

KnownStep network_search(std::string_view id, int hidden) {
  return {"DeepLearning",
          id,
          StepKind::search,
          "deeplearning",
          "DeepLearning",
          {{"epochs", "10000"}, {"adaptive_rate", "true"}, {"activation", "RectifierWithDropout"}},
          network_space(hidden)};
}

KnownStep boosted_model(std::string_view id, Form form) {
  return {"GBM", id, StepKind::model, "gbm", "GBM", std::move(form)};
}

std::vector<KnownStep> make_steps() {
  const Form forest = {{"score_tree_interval", "5"}};
  Form extremely_random = forest;
  extremely_random.emplace_back("histogram_type", "Random");
  return {
      {"GLM",
       "def_1",
       StepKind::model,
       "glm",
       "GLM",
       {{"lambda_search", "true"},
        {"alpha", "[0.0,0.2,0.4,0.6,0.8,1.0]"},
        {"missing_values_handling", "MeanImputation"}}},
      {"DRF", "def_1", StepKind::model, "drf", "DRF", forest},
      {"DRF", "XRT", StepKind::model, "drf", "XRT", extremely_random},
      boosted_model("def_1", boosted("6", "1")),
      boosted_model("def_2", boosted("7", "10")),
      boosted_model("def_3", boosted("8", "10")),
      boosted_model("def_4", boosted("10", "10")),
      boosted_model("def_5", boosted("15", "100")),
      boosted_model("def_6", slow()),
      {"GBM",
       "grid_1",
       StepKind::search,
       "gbm",
       "GBM",
       {{"ntrees", "10000"}, {"score_tree_interval", "5"}},
       boosted_space()},
      {"GBM",
       "lr_annealing",
       StepKind::exploitation,
       "gbm",
       "GBM",
       {{"ntrees", "10000"}, {"learn_rate", "0.05"}, {"learn_rate_annealing", "0.999"}}},
      {"DeepLearning",
       "def_1",
       StepKind::model,
       "deeplearning",
       "DeepLearning",
       {{"hidden", "[10,10,10]"}}},
      {"DeepLearning",
       "def_2",
       StepKind::model,
       "deeplearning",
       "DeepLearning",
       {{"hidden", "[50]"}, {"input_dropout_ratio", "0.1"}}},
      network_search("grid_1", 1),
      network_search("grid_2", 2),
      network_search("grid_3", 3),
      {"completion", "resume_best_grids", StepKind::completion, "", "completion"},
  };
}

/// "best_of_family_12" after "best_of_family_".
bool is_numbered(std::string_view id, std::string_view before) {
  if (!id.starts_with(before)) return false;
  id.remove_prefix(before.size());
  int number = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
  return error == std::errc() && end == id.data() + id.size() && number > 0;
}

}  // namespace

Alias KnownStep::part() const {
  switch (kind) {
    case StepKind::search:
      return Alias::grids;
    case StepKind::exploitation:
      return Alias::exploitation;
    case StepKind::completion:
      return Alias::optionals;
    default:
      return Alias::defaults;
  }
}

bool KnownStep::encodes_targets(bool cross_validates) const {
  return !cross_validates || algorithm == "gbm" || algorithm == "drf";
}

std::int32_t KnownStep::group() const {
  if (kind == StepKind::model) return 1;
  return kind == StepKind::search ? 2 : 3;
}

std::int32_t KnownStep::weight() const {
  if (kind == StepKind::search) return kSearchWeight;
  return kind == StepKind::completion ? kCompletionWeight : kModelWeight;
}

const std::vector<KnownStep>& known_steps() {
  static const std::vector<KnownStep> kSteps = make_steps();
  return kSteps;
}

const KnownStep* find_step(std::string_view provider, std::string_view id) {
  const auto& steps = known_steps();
  const auto at = std::ranges::find_if(
      steps, [&](const KnownStep& step) { return step.provider == provider && step.id == id; });
  return at == steps.end() ? nullptr : &*at;
}

EnsembleChoice ensemble_choice(std::string_view id) {
  using Bases = EnsembleChoice::Bases;
  constexpr std::size_t kMost = 1000;
  const EnsembleChoice best{.bases = Bases::best_of_family, .stem = "BestOfFamily"};
  const EnsembleChoice all{.bases = Bases::all, .stem = "AllModels"};
  const auto with = [](EnsembleChoice choice, std::string_view metalearner, bool lambda_search) {
    choice.metalearner = metalearner;
    choice.lambda_search = lambda_search;
    return choice;
  };
  if (id == "best_of_family" || is_numbered(id, "best_of_family_")) return best;
  if (id == "all" || is_numbered(id, "all_")) return all;
  if (id == "best_of_family_xglm") return with(best, "AUTO", true);
  if (id == "all_xglm") return with(all, "AUTO", true);
  if (id == "best_of_family_gbm") return with(best, "gbm", false);
  if (id == "all_gbm") return with(all, "gbm", false);
  if (id == "monotonic") return {.bases = Bases::monotonic, .stem = "Monotonic"};
  if (id == "best_N") return {.bases = Bases::all, .most = kMost, .stem = "Best1000"};
  throw InputError::illegal_argument(
      "Ensembles have no step '" + std::string(id) +
          "': use best_of_family, all, monotonic, best_of_family_gbm, all_gbm, "
          "best_of_family_xglm, all_xglm, best_N, or best_of_family_<group> and all_<group>.",
      {{"modeling_plan", std::string(id)}});
}

const std::vector<std::string_view>& further_ensembles() {
  static const std::vector<std::string_view> kIds = {
      "monotonic", "best_of_family",      "all",      "best_of_family_gbm",
      "all_gbm",   "best_of_family_xglm", "all_xglm", "best_N"};
  return kIds;
}

}  // namespace neve::automl

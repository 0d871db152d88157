#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <neve/automl/spec.hpp>
#include <neve/grid/grid.hpp>
#include <neve/schema/schema.hpp>

namespace neve::automl {

/// What a step does.
enum class StepKind : std::uint8_t {
  model,         ///< trains one
  search,        ///< a grid of them
  ensemble,      ///< stacks what is there
  exploitation,  ///< trains the best model of its algorithm in another way, and keeps the better
                 ///< one
  completion     ///< goes on with the best searches
};

constexpr std::int32_t kModelWeight = 10;
constexpr std::int32_t kSearchWeight = 30;
constexpr std::int32_t kCompletionWeight = 20;

/// A step that plans can name, but for ensembles.
struct KnownStep {
  std::string_view provider;  ///< as plans call its algorithm: "GBM"
  std::string_view id;
  StepKind kind = StepKind::model;
  std::string_view algorithm;          ///< "gbm"
  std::string_view stem;               ///< of its models' names: "XRT"
  schema::Form form = {};              ///< parameters of its models
  std::vector<grid::Axis> space = {};  ///< of a search
  /// Whether its models learn from target encoded columns. With cross-validation only trees do, as
  /// H2O-3's: folds of GLM share what they have learnt, and networks gain nothing.
  [[nodiscard]] bool encodes_targets(bool cross_validates) const;
  [[nodiscard]] Alias part() const;
  [[nodiscard]] std::int32_t group() const;   ///< where a plan does not say
  [[nodiscard]] std::int32_t weight() const;  ///< likewise
};

/// All of them, in the order in which they run.
const std::vector<KnownStep>& known_steps();
/// Null where there is none.
const KnownStep* find_step(std::string_view provider, std::string_view id);

/// Of which models an ensemble is made, and how.
struct EnsembleChoice {
  enum class Bases : std::uint8_t { best_of_family, all, monotonic };
  Bases bases = Bases::all;
  std::size_t most = 0;  ///< best of them; 0: all
  std::string_view metalearner = "AUTO";
  bool lambda_search = false;  ///< of a metalearner GLM
  std::string_view stem;       ///< of its name, behind "StackedEnsemble_"
};

/// What an ensemble of this id is; "best_of_family_3" and "all_3" come after group 3. Throws
/// InputError where there is none of this name.
EnsembleChoice ensemble_choice(std::string_view id);
/// Ids of ensembles that plans name apart from those of groups, in their order.
const std::vector<std::string_view>& further_ensembles();

}  // namespace neve::automl

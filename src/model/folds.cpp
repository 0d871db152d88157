#include "model/folds.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include <neve/base/budget.hpp>
#include <neve/base/error.hpp>

#include "model/fold_tasks.hpp"

namespace neve::model {
namespace {

mr::Inputs inputs_of(const frame::Frame& frame, const std::string& name) {
  const ColumnIndex index = frame.require(name);
  return mr::inputs_of(frame, {&index, 1});
}

mr::RunOptions options_of(const job::TokenPtr& token, std::size_t numbers = 0) {
  mr::RunOptions options;
  options.token = token;
  options.outputs.resize(numbers);
  return options;
}

std::vector<std::int64_t> totals(const FoldCountTask::Partial& counts, std::int32_t values) {
  std::vector<std::int64_t> sums(static_cast<std::size_t>(values));
  for (const auto& group : counts.groups) {
    for (std::size_t v = 0; v < sums.size(); ++v) sums[v] += group.rows[v];
  }
  return sums;
}

[[noreturn]] void refuse_column(const std::string& name, const std::string& why) {
  throw InputError::illegal_argument("Invalid fold column '" + name + "': " + why,
                                     {{"fold_column", name}});
}

/// A fold is a model; and rows of folds are counted by row group.
constexpr std::int32_t kMostFolds = 65'536;

[[noreturn]] void refuse_many(const std::string& name, std::int64_t folds) {
  refuse_column(name, "it would make " + std::to_string(folds) + " folds, more than " +
                          std::to_string(kMostFolds) + ".");
}

/// One more than the largest value that a fold column may hold.
std::int32_t values_of(mr::Engine& engine, const frame::Frame& training, const std::string& name,
                       const job::TokenPtr& token) {
  const mr::Inputs inputs = inputs_of(training, name);
  const ColumnRange range = ranges_of(engine, inputs, token)[0];
  if (range.missing > 0) refuse_column(name, "it must not have missing values.");
  const frame::Column& column = training.column(training.require(name));
  if (column.is_categorical()) {
    if (column.cardinality() > kMostFolds) refuse_many(name, column.cardinality());
    return column.cardinality();
  }
  const bool fits = range.integers && (range.low == 0 || range.low == 1) &&
                    range.high < std::numeric_limits<std::int32_t>::max() &&
                    range.high <= static_cast<double>(training.rows());
  if (!fits) {
    refuse_column(name, "it must be categorical, or hold the whole numbers 0..N-1 or 1..N.");
  }
  if (range.high >= kMostFolds) refuse_many(name, static_cast<std::int64_t>(range.high) + 1);
  return static_cast<std::int32_t>(range.high) + 1;
}

/// Numbers the values that occur.
std::int32_t number_folds(const std::string& name, bool categorical,
                          const std::vector<std::int64_t>& rows,
                          std::vector<std::int32_t>& fold_of) {
  std::int32_t folds = 0;
  for (std::size_t v = 0; v < rows.size(); ++v) {
    if (rows[v] == 0 && !categorical && v > 0) {
      refuse_column(name, "no row has the number " + std::to_string(v) +
                              "; numbers of folds must be 0..N-1 or 1..N without a gap.");
    }
    fold_of.push_back(rows[v] == 0 ? -1 : folds++);
  }
  if (folds < 2) refuse_column(name, "all rows are in one fold; there must be two at least.");
  return folds;
}

FoldTask::State told_folds(mr::Engine& engine, const frame::Frame& training,
                           const std::string& name, const job::TokenPtr& token) {
  const std::int32_t values = values_of(engine, training, name, token);
  const auto counts =
      engine.run<FoldCountTask>(inputs_of(training, name), {values}, options_of(token));
  FoldTask::State state;
  state.rule = FoldTask::Rule::told;
  state.folds = number_folds(name, training.column(training.require(name)).is_categorical(),
                             totals(counts, values), state.fold_of);
  return state;
}

/// Rows of each class before each row group.
std::vector<std::vector<std::int64_t>> classes_before(mr::Engine& engine,
                                                      const frame::Frame& training,
                                                      const std::string& response,
                                                      const job::TokenPtr& token) {
  const std::int32_t classes = training.column(training.require(response)).cardinality();
  // As they come, and what comes before each.
  const Reservation memory =
      engine.budget().reserve(2 * std::int64_t{classes} * std::int64_t{training.layout->groups()} *
                                  static_cast<std::int64_t>(sizeof(std::int64_t)),
                              "Rows of each class, for stratified folds");
  auto counts =
      engine.run<FoldCountTask>(inputs_of(training, response), {classes}, options_of(token));
  std::ranges::sort(counts.groups, {}, &FoldCountTask::GroupCounts::group);
  std::vector<std::vector<std::int64_t>> before;
  std::vector<std::int64_t> so_far(static_cast<std::size_t>(classes));
  for (const auto& group : counts.groups) {
    before.push_back(so_far);
    for (std::size_t c = 0; c < so_far.size(); ++c) so_far[c] += group.rows[c];
  }
  return before;
}

}  // namespace

bool wants_folds(const CommonParameters& parameters) {
  return parameters.nfolds > 1 || !parameters.fold_column.empty();
}

void check_folds(const CommonParameters& parameters, const frame::Frame& training,
                 Messages& messages) {
  const CommonParameters& p = parameters;
  const bool by_column = !p.fold_column.empty();
  if (p.nfolds == 1) add_error(messages, "nfolds", "nfolds must be 0, or 2 or more.");
  if (p.nfolds > 1 && by_column) {
    add_error(messages, "nfolds", "nfolds cannot be given together with a fold column.");
  }
  if (p.nfolds > training.rows()) {
    add_error(messages, "nfolds",
              "nfolds cannot be larger than the number of rows (" +
                  std::to_string(training.rows()) + ").");
  }
  if (p.nfolds > kMostFolds) {
    add_error(messages, "nfolds",
              "nfolds cannot be larger than " + std::to_string(kMostFolds) + ".");
  }
  if (!p.checkpoint.empty() && wants_folds(p)) {
    add_error(messages, "checkpoint",
              "Training cannot go on from a model and be cross-validated: the model has seen the "
              "rows of every fold.");
  }
  if (p.fold_assignment == FoldAssignment::automatic) return;
  if (by_column) {
    add_error(messages, "fold_assignment",
              "A fold assignment cannot be given together with a fold column.");
  } else if (!wants_folds(p)) {
    add_error(messages, "fold_assignment", "Fold assignment is only allowed for cross-validation.");
  } else if (p.fold_assignment == FoldAssignment::stratified) {
    const auto response = training.find(p.response_column.name);
    if (p.response_column.empty()) {
      add_error(messages, "fold_assignment",
                "Stratified needs a response, which this algorithm does not have; use Random or "
                "Modulo.");
    } else if (response && !training.column(*response).is_categorical()) {
      add_error(messages, "fold_assignment",
                "Stratified needs a categorical response; use Random or Modulo.");
    }
  }
}

Folds assign_folds(mr::Engine& engine, const CommonParameters& parameters,
                   const frame::Frame& training, std::uint64_t seed, const job::TokenPtr& token) {
  FoldTask::State state;
  mr::Inputs inputs{training.layout, {}};
  const std::string& column = parameters.fold_column.name;
  if (!column.empty()) {
    state = told_folds(engine, training, column, token);
    inputs = inputs_of(training, column);
  } else if (parameters.fold_assignment == FoldAssignment::modulo) {
    state.rule = FoldTask::Rule::modulo;
  } else if (parameters.fold_assignment == FoldAssignment::stratified) {
    const std::string& response = parameters.response_column.name;
    state.rule = FoldTask::Rule::stratified;
    state.before = classes_before(engine, training, response, token);
    inputs = inputs_of(training, response);
  }
  if (column.empty()) state.folds = parameters.nfolds;
  state.seed = seed;
  auto made = engine.run_with_outputs<FoldTask>(inputs, state, options_of(token, 1));
  Folds folds{state.folds, made.columns[0], made.columns[0]};
  if (column.empty()) return folds;
  folds.as_told = training.column(training.require(column));
  for (std::size_t v = 0; v < state.fold_of.size(); ++v) {
    if (state.fold_of[v] >= 0) folds.told.push_back(static_cast<std::int64_t>(v));
  }
  return folds;
}

namespace {

mr::Inputs with_weights(const Dataset& data, const Folds& folds) {
  mr::Inputs inputs{data.inputs.layout, {folds.column.id}};
  if (data.weights >= 0) {
    inputs.columns.push_back(data.inputs.columns[static_cast<std::size_t>(data.weights)]);
  }
  return inputs;
}

}  // namespace

FoldWeights weigh_fold(mr::Engine& engine, const Dataset& data, const Folds& folds,
                       std::int32_t fold, const job::TokenPtr& token) {
  auto made = engine.run_with_outputs<FoldWeightTask>(with_weights(data, folds), {fold},
                                                      options_of(token, 2));
  return {std::move(made.columns[0]), std::move(made.columns[1])};
}

void check_filled(mr::Engine& engine, const Dataset& data, const Folds& folds,
                  const job::TokenPtr& token) {
  const auto counts =
      engine.run<FoldCountTask>(with_weights(data, folds), {folds.count}, options_of(token));
  const std::vector<std::int64_t> rows = totals(counts, folds.count);
  const auto empty = std::ranges::find(rows, 0);
  if (empty == rows.end()) return;
  throw InputError::illegal_argument(
      "Not enough data for " + std::to_string(folds.count) + " folds: fold " +
      std::to_string(empty - rows.begin() + 1) +
      " has no row of positive weight. Ask for fewer folds, use more rows, or another seed.");
}

frame::Frame hold_out(mr::Engine& engine, const HoldOut& what, const job::TokenPtr& token) {
  const frame::Frame& scored = what.scored;
  HoldOutTask::State state{.fold = what.fold, .is_label = {}};
  mr::Inputs inputs{scored.layout, {what.folds.column.id}};
  mr::RunOptions options = options_of(token);
  for (const frame::Column& column : scored.columns) {
    const bool label = column.is_categorical();
    inputs.columns.push_back(column.id);
    state.is_label.push_back(label ? 1 : 0);
    options.outputs.push_back(
        {label ? mr::OutputKind::codes : mr::OutputKind::doubles, column.type, column.domain});
  }
  for (const frame::Column& column : what.before.columns) inputs.columns.push_back(column.id);
  auto made = engine.run_with_outputs<HoldOutTask>(inputs, state, options);
  frame::Frame joined;
  joined.layout = scored.layout;
  for (std::size_t c = 0; c < scored.columns.size(); ++c)
    joined.add(scored.names[c], made.columns[c]);
  return joined;
}

}  // namespace neve::model

#include "algos/targetencoder/train.hpp"

#include <algorithm>
#include <numeric>
#include <set>
#include <string>
#include <utility>

#include <neve/base/budget.hpp>
#include <neve/base/error.hpp>
#include <neve/model/models.hpp>

#include "algos/targetencoder/targetencoder_output.hpp"

namespace neve::algos::targetencoder {
namespace {

/// Columns that are no predictors.
std::set<std::string> other_columns(const Parameters& p) {
  std::set<std::string> names = {p.response_column.name, p.encoding_folds.name};
  for (const std::string& name : p.ignored_columns.value_or(std::vector<std::string>()))
    names.insert(name);
  return names;
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return "[" + text + "]";
}

void check_group(const std::vector<std::string>& group, const Parameters& p,
                 const frame::Frame& training, model::Messages& messages) {
  const auto error = [&](const std::string& text) {
    model::add_error(messages, "columns_to_encode", text);
  };
  if (group.empty()) return error("columns_to_encode has a group without a column.");
  if (std::set(group.begin(), group.end()).size() != group.size())
    error("Columns interaction " + listed(group) + " contains duplicate columns.");
  const std::set<std::string> others = other_columns(p);
  for (const std::string& name : group) {
    const auto at = training.find(name);
    if (!at || others.contains(name)) {
      error("Column `" + name + "` from interaction " + listed(group) +
            " is not categorical or is missing from the training frame.");
    } else if (!training.column(*at).is_categorical()) {
      error("Column `" + name + "` from interaction " + listed(group) +
            " must first be converted into categorical to be used by target encoder.");
    }
  }
}

void check_folds(const Parameters& p, const frame::Frame& training, model::Messages& messages) {
  const std::string& name = p.encoding_folds.name;
  const auto error = [&](const std::string& text) {
    model::add_error(messages, "fold_column", text);
  };
  if (name.empty()) {
    if (p.data_leakage_handling == LeakageHandling::k_fold)
      error("Fold column is required when using KFold leakage handling strategy.");
    return;
  }
  const auto at = training.find(name);
  if (!at) return error("Fold column '" + name + "' not found in the training frame");
  const frame::ColumnType type = training.column(*at).type;
  if (type != frame::ColumnType::numeric && type != frame::ColumnType::categorical)
    error("Fold column '" + name + "' must be numeric or categorical");
  if (name == p.response_column.name) error("The response cannot be the fold column.");
}

/// Predictors of any type; only what is encoded where columns are named.
std::vector<std::string> training_columns(const Parameters& p, const frame::Frame& training) {
  std::set<std::string> named;
  for (const auto& group : p.columns_to_encode.value_or(ColumnGroups()))
    named.insert(group.begin(), group.end());
  const std::set<std::string> others = other_columns(p);
  std::vector<std::string> columns;
  for (const std::string& name : training.names) {
    if (others.contains(name) || (p.columns_to_encode && !named.contains(name))) continue;
    columns.push_back(name);
  }
  return columns;
}

/// As an identifier: other characters than letters and digits become "_".
std::string identifier(const std::string& text) {
  std::string made = text;
  for (char& c : made) {
    const bool kept = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!kept) c = '_';
  }
  return made;
}

std::vector<std::string> output_names(const std::string& name, const model::ColumnRoles& roles) {
  if (roles.classes() <= 2) return {name + "_te"};
  std::vector<std::string> names;
  for (std::size_t k = 1; k < roles.response_domain->size(); ++k)
    names.push_back(name + "_" + identifier((*roles.response_domain)[k]) + "_te");
  return names;
}

/// Bytes of all cells of a frame at most: each row may be one of its own.
std::int64_t most_bytes(const CellTask::State& state, std::int64_t rows) {
  constexpr double kPerCell = 64;  // a cell, and its place in the table that finds it
  double cells = 0;
  for (const Group& group : state.groups) {
    double combinations = 1;
    for (const std::int32_t levels : group.levels) combinations *= levels + 1;
    // How many folds there are is not known yet; there are seldom more than ten.
    constexpr double kFolds = 10;
    if (state.rows.folds >= 0) combinations *= kFolds;
    cells += std::min(combinations, static_cast<double>(rows));
  }
  return static_cast<std::int64_t>(cells * (kPerCell + 8.0 * state.width()));
}

}  // namespace

ColumnGroups groups_of(const Parameters& p, const frame::Frame& training) {
  if (p.columns_to_encode) return *p.columns_to_encode;
  const std::set<std::string> others = other_columns(p);
  ColumnGroups groups;
  for (std::size_t c = 0; c < training.names.size(); ++c) {
    if (training.columns[c].is_categorical() && !others.contains(training.names[c]))
      groups.push_back({training.names[c]});
  }
  return groups;
}

void check_training(const Parameters& p, const frame::Frame& training, model::Messages& messages) {
  for (const auto& group : p.columns_to_encode.value_or(ColumnGroups()))
    check_group(group, p, training, messages);
  check_folds(p, training, messages);
}

bool TargetEncoderTrainer::step(model::TrainContext& context) {
  const frame::Frame& frame = context.training.frame;
  groups_ = groups_of(*parameters_, frame);
  CellTask::State state;
  model::Dataset data = context.training;
  state.plan = model::plan_of(context.roles, data);
  for (const auto& group : groups_) {
    std::vector<std::int32_t> columns;
    std::vector<std::int32_t> levels;
    for (const std::string& name : group) {
      const auto at = std::ranges::find(context.roles.predictors, name);
      NEVE_CHECK(at != context.roles.predictors.end(), "a column that is no predictor");
      const auto place = at - context.roles.predictors.begin();
      columns.push_back(static_cast<std::int32_t>(place));
      levels.push_back(static_cast<std::int32_t>(
          context.roles.domains[static_cast<std::size_t>(place)]->size()));
    }
    state.groups.push_back(group_of(std::move(columns), std::move(levels)));
  }
  state.rows = {.response = data.response,
                .response_levels = data.response_levels,
                .classes = context.roles.classes()};
  if (parameters_->data_leakage_handling == LeakageHandling::k_fold) {
    state.rows.folds = static_cast<std::int32_t>(data.inputs.columns.size());
    data.inputs.columns.push_back(frame.column(frame.require(parameters_->encoding_folds.name)).id);
  }
  state.bytes = most_bytes(state, frame.rows());
  const Reservation memory = context.engine.budget().reserve(
      state.bytes * (context.engine.pool().threads() + 1), "Responses by level");
  cells_ = context.engine.run<CellTask>(data.inputs, state, context.run_options());
  context.job.progress(0.9, "Counted");
  return false;
}

std::shared_ptr<model::Model> TargetEncoderTrainer::finish(model::TrainContext& context) {
  const Parameters& p = *parameters_;
  const frame::Frame& frame = context.training.frame;
  auto made = std::make_shared<TargetEncoderModel>();
  made->rules = {.leakage = p.data_leakage_handling,
                 .blending = {p.blending, p.inflection_point, p.smoothing},
                 .noise = p.noise,
                 .seed = context.seed};
  made->keeps_originals = p.keep_original_categorical_columns;
  made->fold_column = p.encoding_folds.name;
  made->training_columns = training_columns(p, frame);
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    GroupEncoding group;
    group.columns = groups_[g];
    group.cells = std::move(cells_[g]);
    for (const std::string& name : group.columns) {
      group.name += (group.name.empty() ? "" : ":") + name;
      group.domains.push_back(frame.column(frame.require(name)).domain);
    }
    group.outputs = output_names(group.name, context.roles);
    const auto& counts = group.cells.counts;
    if (std::accumulate(counts.begin(), counts.end(), std::int64_t{0}) == 0) {
      throw InputError::illegal_argument("The response column " + context.roles.response +
                                         " has no value in any row.");
    }
    made->groups.push_back(std::move(group));
  }
  context.header.summary = model_summary(made->groups);
  return made;
}

}  // namespace neve::algos::targetencoder

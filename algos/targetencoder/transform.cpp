#include "algos/targetencoder/transform.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <neve/base/error.hpp>
#include <neve/munge/rollups.hpp>

namespace neve::algos::targetencoder {
namespace {

/// Groups whose columns the frame has, by number.
std::vector<std::size_t> applicable(const TargetEncoderModel& model, const frame::Frame& frame) {
  std::vector<std::size_t> groups;
  for (std::size_t g = 0; g < model.groups.size(); ++g) {
    const auto& columns = model.groups[g].columns;
    if (std::ranges::all_of(columns,
                            [&](const std::string& name) { return frame.find(name).has_value(); }))
      groups.push_back(g);
  }
  return groups;
}

void check_columns(const TargetEncoderModel& model, const frame::Frame& frame,
                   LeakageHandling leakage) {
  const std::string& response = model.header.roles.response;
  if (leakage == LeakageHandling::k_fold && !frame.find(model.fold_column)) {
    throw InputError::illegal_argument("KFold strategy requires a fold column `" +
                                       model.fold_column + "` like the one used during training.");
  }
  if (leakage == LeakageHandling::leave_one_out && !frame.find(response)) {
    throw InputError::illegal_argument("LeaveOneOut strategy requires a response column `" +
                                       response + "` like the one used during training.");
  }
}

/// Noise where nobody said how much.
double default_noise(mr::Engine& engine, const TargetEncoderModel& model, const frame::Frame& frame,
                     const job::TokenPtr& token) {
  constexpr double kShare = 0.01;
  const auto at = frame.find(model.header.roles.response);
  if (!at) return 0;
  const frame::Column& response = frame.column(*at);
  if (response.is_categorical()) return kShare;
  const auto rollup = munge::roll_up(engine, frame.layout, {&response, 1}, token)[0];
  return kShare * (rollup.max() - rollup.min());
}

/// The columns that a run reads of a frame.
struct Source {
  model::ColumnRoles roles;
  model::Dataset data;
  EncodeRowsTask::State state;
};

/// Roles of the columns of some groups, each once.
model::ColumnRoles roles_of(const TargetEncoderModel& model,
                            const std::vector<std::size_t>& groups) {
  model::ColumnRoles roles;
  for (const std::size_t g : groups) {
    const GroupEncoding& group = model.groups[g];
    for (std::size_t i = 0; i < group.columns.size(); ++i) {
      if (std::ranges::find(roles.predictors, group.columns[i]) != roles.predictors.end()) continue;
      roles.predictors.push_back(group.columns[i]);
      roles.types.push_back(frame::ColumnType::categorical);
      roles.domains.push_back(group.domains[i]);
    }
  }
  return roles;
}

Group place(const GroupEncoding& group, const model::ColumnRoles& roles) {
  std::vector<std::int32_t> columns;
  std::vector<std::int32_t> levels;
  for (std::size_t i = 0; i < group.columns.size(); ++i) {
    const auto at = std::ranges::find(roles.predictors, group.columns[i]);
    columns.push_back(static_cast<std::int32_t>(at - roles.predictors.begin()));
    levels.push_back(static_cast<std::int32_t>(group.domains[i]->size()));
  }
  return group_of(std::move(columns), std::move(levels));
}

Source source_of(const TargetEncoderModel& model, const frame::Frame& frame,
                 const std::vector<std::size_t>& groups, LeakageHandling leakage) {
  Source made;
  made.roles = roles_of(model, groups);
  const bool needs_response = leakage == LeakageHandling::leave_one_out;
  if (needs_response) {
    made.roles.response = model.header.roles.response;
    made.roles.response_domain = model.header.roles.response_domain;
  }
  made.data = model::adapt(made.roles, frame, needs_response);
  RowReader& rows = made.state.rows;
  rows.classes = model.header.roles.classes();
  rows.response = made.data.response;
  rows.response_levels = made.data.response_levels;
  if (leakage == LeakageHandling::k_fold) {
    rows.folds = static_cast<std::int32_t>(made.data.inputs.columns.size());
    made.data.inputs.columns.push_back(frame.column(frame.require(model.fold_column)).id);
  }
  made.state.plan = model::plan_of(made.roles, made.data);
  for (const std::size_t g : groups) {
    made.state.groups.push_back(place(model.groups[g], made.roles));
    made.state.cells.push_back(model.groups[g].cells);
    made.state.overall.push_back(overall_of(model.groups[g].cells));
    made.state.streams.push_back(static_cast<std::int32_t>(g) * rows.classes);
  }
  return made;
}

/// The encoded columns, in the order of the groups.
std::vector<frame::Column> encode_columns(mr::Engine& engine, const Source& source,
                                          const job::TokenPtr& token) {
  mr::RunOptions options;
  options.token = token;
  for (const Cells& cells : source.state.cells) {
    for (std::int32_t k = 0; k < cells.width; ++k) options.outputs.emplace_back();
  }
  return engine.run_with_outputs<EncodeRowsTask>(source.data.inputs, source.state, options).columns;
}

/// Missing values of the column as a level of their own, if there are any.
frame::Column filled(mr::Engine& engine, const frame::LayoutPtr& layout, const std::string& name,
                     const frame::Column& column, const job::TokenPtr& token) {
  if (munge::roll_up(engine, layout, {&column, 1}, token)[0].missing == 0) return column;
  auto domain = std::make_shared<std::vector<std::string>>(*column.domain);
  const FillTask::State state{.level = static_cast<std::int32_t>(domain->size())};
  domain->push_back(name + "_NA");
  mr::RunOptions options;
  options.token = token;
  options.outputs = {{mr::OutputKind::codes, frame::ColumnType::categorical, std::move(domain)}};
  return engine.run_with_outputs<FillTask>({layout, {column.id}}, state, options).columns.front();
}

/// Columns of the result by their names, in the order in which they are asked for.
class Assembly {
 public:
  Assembly(const TargetEncoderModel& model, frame::Frame source)
      : model_(model), source_(std::move(source)) {}
  frame::Column* find(const std::string& name) {
    const auto at = source_.find(name);
    return at ? &source_.columns[static_cast<std::size_t>(at->value())] : nullptr;
  }
  /// Columns that are not part of the result.
  void leave_out(const std::string& name) { taken_.insert(name); }
  void take(const std::string& name) {
    const frame::Column* column = find(name);
    if (column != nullptr && taken_.insert(name).second) made_.add(name, *column);
  }
  void add(const std::string& name, frame::Column column) {
    if (source_.find(name)) {
      throw InputError::illegal_argument("Frame " + source_.key + " has a column '" + name +
                                         "' already. Rename it, or leave it out.");
    }
    made_.add(name, std::move(column));
  }
  /// Training columns of one kind, but for the response and the folds.
  void take_training(bool categorical) {
    for (const std::string& name : model_.training_columns) {
      const frame::Column* column = find(name);
      if (column != nullptr && column->is_categorical() == categorical) take(name);
    }
  }
  /// Columns that training did not have.
  void take_others() {
    for (const std::string& name : source_.names) {
      if (name != model_.fold_column && name != model_.header.roles.response) take(name);
    }
  }
  frame::Frame finish() {
    take(model_.fold_column);
    take(model_.header.roles.response);
    return std::move(made_);
  }
  void set_layout() { made_.layout = source_.layout; }

 private:
  const TargetEncoderModel& model_;
  frame::Frame source_;
  frame::Frame made_;
  std::set<std::string> taken_;
};

}  // namespace

TransformOrder default_order(const TargetEncoderModel& model) {
  return {.as_training = false, .blending = model.rules.blending, .noise = model.rules.noise};
}

frame::Frame transform(mr::Engine& engine, const TargetEncoderModel& model,
                       const frame::Frame& frame, const TransformOrder& order,
                       const job::TokenPtr& token) {
  const std::vector<std::size_t> groups = applicable(model, frame);
  if (groups.empty()) return frame;
  const LeakageHandling leakage = order.as_training ? model.rules.leakage : LeakageHandling::none;
  check_columns(model, frame, leakage);
  Source source = source_of(model, frame, groups, leakage);
  source.state.rules = {
      .leakage = leakage,
      .blending = order.blending,
      .noise = order.noise < 0 ? default_noise(engine, model, frame, token) : order.noise,
      .seed = model.rules.seed};
  std::vector<frame::Column> encoded = encode_columns(engine, source, token);
  Assembly made(model, frame);
  made.set_layout();
  for (const std::size_t g : groups) {
    const GroupEncoding& group = model.groups[g];
    for (const std::string& name : group.columns) {
      if (!model.keeps_originals) made.leave_out(name);
    }
    if (!model.keeps_originals || group.columns.size() > 1) continue;
    frame::Column* column = made.find(group.name);
    *column = filled(engine, frame.layout, group.name, *column, token);
  }
  made.take_training(false);
  std::size_t next = 0;
  for (const std::size_t g : groups) {
    for (const std::string& name : model.groups[g].outputs)
      made.add(name, std::move(encoded[next++]));
  }
  made.take_training(true);
  made.take_others();
  return made.finish();
}

}  // namespace neve::algos::targetencoder

#include <neve/munge/group_by.hpp>

#include <neve/base/error.hpp>

#include "munge/group_tasks.hpp"

namespace neve::munge {
namespace {

/// What is to be put together, and how.
struct Wanted {
  std::vector<ExpressionPtr> keys;
  std::vector<ExpressionPtr> values = {};
  Choice choice = Choice::none;
  MissingCells missing = MissingCells::count;
  MissingKeys missing_keys = MissingKeys::first;
  Figures figures = Figures::all;
  bool collect = false;
};

/// Groups at their partitions, until it goes.
class GroupRun {
 public:
  GroupRun(mr::Engine& engine, const frame::LayoutPtr& layout, const Wanted& wanted,
           const job::TokenPtr& token)
      : engine_(engine), tables_(engine), groups_(engine) {
    std::vector<ExpressionPtr> all = wanted.keys;
    all.insert(all.end(), wanted.values.begin(), wanted.values.end());
    Compiled compiled = compile(all);
    const auto keys = static_cast<std::int32_t>(wanted.keys.size());
    const std::int32_t whole = wanted.choice == Choice::none ? keys : keys - 1;
    const auto found =
        engine.run<GroupRowsTask>({layout, compiled.columns},
                                  {std::move(compiled.program), keys, whole, wanted.missing_keys,
                                   wanted.figures, stride_of(layout->rows())},
                                  {.token = token, .scratch = tables_.id(), .outputs = {}});
    const KeyShape shape{
        .text_behind = std::vector<std::int32_t>(static_cast<std::size_t>(whole), -1),
        .text_falling = {}};
    const Partitions rows{engine.source(GroupRowsTask::name, layout, tables_.id()), shape,
                          splitters_of(shape, found.samples, found.groups)};
    parts_ = partition_layout(engine, found.groups, rows.splitters);
    made_ = engine.run<GroupsTask>(
        {parts_, {}},
        {rows, keys, static_cast<std::int32_t>(wanted.values.size()), wanted.figures,
         wanted.missing_keys, wanted.choice, wanted.missing, wanted.collect},
        {.token = token, .scratch = groups_.id(), .outputs = {}});
  }
  [[nodiscard]] const GroupsTask::Partial& made() const { return made_; }
  [[nodiscard]] mr::Source source() const {
    return engine_.source(GroupsTask::name, parts_, groups_.id());
  }

 private:
  mr::Engine& engine_;
  mr::ScratchLease tables_;
  mr::ScratchLease groups_;
  frame::LayoutPtr parts_;
  GroupsTask::Partial made_;
};

/// Keys as columns, and one column for each aggregate; none of the keys where they are there.
void write(mr::Engine& engine, const GroupRun& run, std::span<const ExpressionPtr> keys,
           std::vector<Aggregate> aggregates, frame::Frame& to, const job::TokenPtr& token) {
  PlaceGroupsTask::State state{run.source(), run.made().counts.begins(), {}, std::move(aggregates)};
  mr::RunOptions options{.token = token, .scratch = {}, .outputs = {}};
  for (const ExpressionPtr& key : keys) {
    mr::OutputColumn& output = options.outputs.emplace_back();
    if (key->domain) {
      output = {mr::OutputKind::codes, frame::ColumnType::categorical, key->domain};
    } else if (key->type == frame::ColumnType::time) {
      output = {mr::OutputKind::times, frame::ColumnType::time};
    }
    state.keys.push_back(output.kind);
  }
  options.outputs.resize(keys.size() + state.aggregates.size());
  auto made = engine.run_with_outputs<PlaceGroupsTask>({to.layout, {}}, state, options);
  for (frame::Column& column : made.columns) to.add("", std::move(column));
}

bool is_choice(const Aggregate& aggregate) {
  return aggregate.statistic == Statistic::median || aggregate.statistic == Statistic::mode;
}

}  // namespace

Groups group_by(mr::Engine& engine, const frame::LayoutPtr& layout,
                std::span<const ExpressionPtr> keys, std::span<const ExpressionPtr> values,
                const job::TokenPtr& token) {
  const GroupRun run(engine, layout,
                     {.keys = {keys.begin(), keys.end()},
                      .values = {values.begin(), values.end()},
                      .collect = true},
                     token);
  Groups groups{.keys = keys.size(), .values = values.size()};
  for (const auto& [partition, table] : run.made().tables) {
    groups.rows.insert(groups.rows.end(), table.keys.rows.begin(), table.keys.rows.end());
    for (const std::uint64_t key : table.keys.words) groups.key_cells.push_back(group_value(key));
    for (const Moments& moments : table.moments) groups.figures.push_back(reduced_of(moments));
  }
  return groups;
}

frame::Frame group_frame(mr::Engine& engine, const frame::LayoutPtr& layout,
                         const Grouping& grouping, const job::TokenPtr& token) {
  std::vector<Aggregate> figures;
  for (const Aggregate& one : grouping.aggregates) {
    if (!is_choice(one)) figures.push_back(one);
  }
  const GroupRun run(engine, layout,
                     {.keys = grouping.keys,
                      .values = grouping.values,
                      .missing_keys = grouping.missing_keys,
                      .figures = figures_for(figures)},
                     token);
  const std::int64_t rows = run.made().counts.begins().back();
  frame::Frame plain;
  plain.layout = engine.new_layout(frame::row_cuts(
      rows, static_cast<std::int64_t>(grouping.keys.size() + grouping.aggregates.size())));
  write(engine, run, grouping.keys, std::move(figures), plain, token);
  frame::Frame made;
  made.layout = plain.layout;
  auto next = plain.columns.begin();
  for (std::size_t k = 0; k < grouping.keys.size(); ++k) made.add("", *next++);
  for (const Aggregate& one : grouping.aggregates) {
    if (!is_choice(one)) {
      made.add("", *next++);
      continue;
    }
    Wanted wanted{.keys = grouping.keys,
                  .choice = one.statistic == Statistic::mode ? Choice::mode : Choice::median,
                  .missing = one.missing,
                  .missing_keys = grouping.missing_keys};
    wanted.keys.push_back(grouping.values[one.value]);
    const GroupRun chosen(engine, layout, wanted, token);
    write(engine, chosen, {}, {{one.statistic, 0, one.missing}}, made, token);
  }
  return made;
}

}  // namespace neve::munge

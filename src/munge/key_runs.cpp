#include "munge/key_runs.hpp"

#include <utility>

namespace neve::munge {

mr::Inputs inputs_of(const frame::LayoutPtr& layout, std::span<const SortKey> keys) {
  mr::Inputs inputs{.layout = layout, .columns = {}};
  for (const SortKey& key : keys) inputs.columns.push_back(key.column.id);
  return inputs;
}

KeyRun run_keys(mr::Engine& engine, const mr::Inputs& inputs, const KeysTask::State& state,
                const mr::RunOptions& options) {
  const auto bytes =
      static_cast<std::int64_t>(8 + 8 * state.plan.shape.words() + 16 * state.plan.shape.texts());
  engine.budget().check(engine.most_rows(*inputs.layout) * bytes, "The keys of a sort");
  auto samples = engine.run<KeysTask>(inputs, state, options).samples;
  return {engine.source(KeysTask::name, inputs.layout, options.scratch), std::move(samples)};
}

std::vector<RowColumn> place(mr::Engine& engine, const PlaceTask::State& state, std::int64_t width,
                             const mr::RunOptions& options) {
  const auto layout = engine.new_layout(frame::row_cuts(state.begins.back(), width));
  auto made = engine.run_with_outputs<PlaceTask>({layout, {}}, state, options);
  std::vector<RowColumn> columns;
  columns.reserve(made.columns.size());
  for (frame::Column& column : made.columns) columns.push_back({layout, std::move(column)});
  return columns;
}

}  // namespace neve::munge

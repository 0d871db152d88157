#include <neve/mr/engine.hpp>

#include <algorithm>
#include <map>

#include "mr/blobs.hpp"
#include "mr/core.hpp"

namespace neve::mr {

Inputs inputs_of(const frame::Frame& frame) {
  Inputs inputs{.layout = frame.layout, .columns = {}};
  for (const frame::Column& column : frame.columns) inputs.columns.push_back(column.id);
  return inputs;
}

Inputs inputs_of(const frame::Frame& frame, std::span<const ColumnIndex> picked) {
  Inputs inputs{.layout = frame.layout, .columns = {}};
  for (const ColumnIndex index : picked) inputs.columns.push_back(frame.column(index).id);
  return inputs;
}

Engine::Engine(std::unique_ptr<Core> core)
    : core_(std::move(core)), blobs_(std::make_unique<ColumnBlobs>(*core_)) {}
Engine::~Engine() = default;

std::pair<std::shared_ptr<void>, std::vector<frame::Column>> Engine::run_erased(
    const TaskEntry& task, const Inputs& inputs, const void* state, const RunOptions& options) {
  return core_->run(task, inputs, state, options);
}

frame::Chunk Engine::chunk(const frame::Layout& layout, ColumnId column, GroupIndex group) {
  return core_->chunk(layout, column, group);
}

void Engine::put_chunk(const frame::Layout& layout, ColumnId column, GroupIndex group,
                       const frame::Chunk& chunk) {
  core_->put(layout, column, group, chunk);
}

std::vector<frame::Column> Engine::adopt(std::span<const ColumnId> ids,
                                         std::span<const OutputColumn> kinds) {
  return core_->adopt(ids, kinds);
}

void Engine::discard(std::span<const ColumnId> ids) { core_->discard(ids); }

frame::LayoutPtr Engine::new_layout(std::vector<std::int64_t> cuts) {
  return core_->new_layout(std::move(cuts));
}

store::PlacementPtr Engine::placement(const frame::Layout& layout) {
  return core_->placement(layout);
}

std::int64_t Engine::most_rows(const frame::Layout& layout) {
  const store::PlacementPtr where = placement(layout);
  std::map<NodeId, std::int64_t> rows;
  std::int64_t most = 0;
  for (std::int32_t g = 0; g < layout.groups(); ++g) {
    for (const NodeId node : where->receivers(GroupIndex(g))) {
      most = std::max(most, rows[node] += layout.rows_of(GroupIndex(g)));
    }
  }
  return most;
}

store::Blobs& Engine::blobs() { return *blobs_; }

std::pair<store::Blob, std::shared_ptr<const store::ColumnLease>> Engine::keep(
    std::span<const frame::Chunk> pieces) {
  return blobs_->keep(pieces);
}

frame::Chunk Engine::piece(const store::Blob& blob, std::int32_t index) {
  return blobs_->piece(blob, index);
}

ColumnId Engine::new_column_id() { return core_->parts().store.new_column_id(); }
std::int64_t Engine::column_bytes(std::span<const ColumnId> columns) {
  return core_->column_bytes(columns);
}
ScratchId Engine::new_scratch() { return {core_->parts().store.next_id()}; }
void Engine::free_scratch(ScratchId scratch) { core_->free_scratch(scratch); }
NodeId Engine::self() const { return core_->parts().self; }
Source Engine::source(std::string_view task, const frame::LayoutPtr& layout, ScratchId scratch) {
  return core_->source(task, layout, scratch);
}
Pool& Engine::pool() { return core_->parts().pool; }
Budget& Engine::budget() { return core_->parts().store.budget(); }
store::Store& Engine::store() { return core_->parts().store; }

ScratchLease::~ScratchLease() { engine_.free_scratch(id_); }

}  // namespace neve::mr

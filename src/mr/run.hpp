#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <neve/mr/engine.hpp>

#include "mr/states.hpp"
#include "mr/tree_reducer.hpp"

namespace neve::mr {

/// Blocks of a run: fixed runs of row groups, from the layout and the task alone. An ordered
/// reduction has a Partial for each; an exact one does not care which rows share a Partial, so its
/// blocks are single groups, which all lie on one node, and a thread takes several at once.
struct Blocks {
  std::int32_t groups_per_block = 1;
  std::int32_t count = 0;
  std::int32_t at_once = 1;
};

/// Sized so that merging a Partial costs at most a twentieth of reading the rows that fill it; a
/// power of two of groups, so that blocks nest in the runs of a placement.
Blocks blocks_of(const frame::Layout& layout, std::size_t columns, const TaskEntry& task,
                 const void* state);

/// What a node is asked to run; the same struct whether it asks itself or another.
struct RunRequest {
  std::uint64_t run_id = 0;
  std::string task;
  frame::LayoutPtr layout;
  store::PlacementPtr placement;
  std::vector<ColumnId> columns;
  wire::Bytes state;  ///< or else
  StateId state_id;   ///< the driver has it
  NodeId driver;
  ScratchId scratch;
  std::int64_t scratch_runs = 0;  ///< that came before this one
  std::vector<OutputKind> output_kinds;
  std::vector<ColumnId> output_ids;
  std::int32_t groups_per_block = 1;
  std::int32_t block_count = 0;
  std::int32_t blocks_at_once = 1;   ///< that a thread fills a Partial with, at least
  std::vector<std::int32_t> blocks;  ///< those to run here
  SharedBytes encoded_state;         ///< at the driver, once another node needs it; not sent
  Peers* peers = nullptr;            ///< set by who runs it; does not travel
  template <class Archive>
  void fields(Archive& archive) {
    archive(run_id, task, layout, placement, columns, state, state_id, driver, scratch,
            scratch_runs, output_kinds, output_ids, groups_per_block, block_count, blocks_at_once,
            blocks);
  }
};

/// What a node gave to a run: the parts of the reduction that it could not merge by itself.
struct RunReply {
  std::vector<Subtree> parts;
  std::vector<NodeId> missed;     ///< homes that could not be sent what was written
  std::size_t partial_bytes = 0;  ///< of the message that it came as
};

/// As bytes: the Partials one after the other, then a tail that says how long they are.
wire::Bytes encode_reply(const TaskEntry& task, const RunReply& reply);
RunReply decode_reply(const TaskEntry& task, std::span<const std::byte> bytes);

}  // namespace neve::mr

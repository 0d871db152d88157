#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <neve/mr/engine.hpp>

namespace neve::mr {

/// Blocks of a run: fixed runs of row groups, from the layout and the task alone.
struct Blocks {
  std::int32_t groups_per_block = 1;
  std::int32_t count = 0;
};

/// Sized so that merging a Partial costs at most a twentieth of reading the rows that fill it.
Blocks blocks_of(const frame::Layout& layout, std::size_t columns, std::int64_t partial_bytes);

/// What a node is asked to run; the same struct whether it asks itself or another.
struct RunRequest {
  std::uint64_t run_id = 0;
  std::string task;
  frame::LayoutPtr layout;
  store::PlacementPtr placement;
  std::vector<ColumnId> columns;
  wire::Bytes state;
  NodeId driver;
  ScratchId scratch;
  std::int64_t scratch_runs = 0;  ///< that came before this one
  std::vector<OutputKind> output_kinds;
  std::vector<ColumnId> output_ids;
  std::int32_t groups_per_block = 1;
  std::int32_t block_count = 0;
  std::vector<std::int32_t> blocks;  ///< those to run here
  bool again = false;                ///< the blocks may have run before: their Scratch is made anew
  Peers* peers = nullptr;            ///< set by who runs it; does not travel
  template <class Archive>
  void fields(Archive& archive) {
    archive(run_id, task, layout, placement, columns, state, driver, scratch, scratch_runs,
            output_kinds, output_ids, groups_per_block, block_count, blocks);
  }
};

/// The parts of the reduction that a node could not merge by itself.
struct RunReply {
  struct Part {
    std::int32_t height = 0;
    std::int64_t place = 0;
    wire::Bytes partial;
    template <class Archive>
    void fields(Archive& archive) {
      archive(height, place, partial);
    }
  };
  std::vector<Part> parts;
  std::vector<NodeId> missed;  ///< homes that could not be sent what was written
  template <class Archive>
  void fields(Archive& archive) {
    archive(parts, missed);
  }
};

}  // namespace neve::mr

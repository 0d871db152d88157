#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "ingest/formats/parsed_table.hpp"

namespace neve::ingest {

/// The columns of a table's ranges that are LateColumn: read when the first chunk is made of them
/// and let go with the last one, so that a table of which one column can be read alone is never in
/// memory as a whole. Any thread.
class LateCells {
 public:
  /// The table outlives this.
  explicit LateCells(ParsedTable& table);
  /// One chunk of each column will be made for the rows between two neighbouring cuts.
  void expect(std::span<const std::int64_t> cuts);
  /// The cells of a late column. What is odd about them is noted in the table. Throws what reading
  /// them throws.
  std::shared_ptr<const CellColumn> get(std::size_t range, std::size_t column);
  /// A chunk that needed them is made.
  void done(std::size_t range, std::size_t column);
  /// Reads what no chunk of this table's needed in the first `ranges`, as it may be odd, too.
  void look_at_rest(std::size_t ranges);

 private:
  struct Slot {
    std::mutex mutex;
    std::shared_ptr<const CellColumn> cells;
    std::int64_t chunks_to_come = 0;
    bool was_read = false;
  };
  [[nodiscard]] Slot& slot(std::size_t range, std::size_t column);

  ParsedTable& table_;
  std::vector<std::vector<std::unique_ptr<Slot>>> slots_;  // by range and column; null: not late
};

}  // namespace neve::ingest

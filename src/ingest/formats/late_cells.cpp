#include "ingest/formats/late_cells.hpp"

#include <algorithm>

#include <neve/base/error.hpp>

namespace neve::ingest {

LateCells::LateCells(ParsedTable& table) : table_(table), slots_(table.ranges.size()) {
  for (std::size_t r = 0; r < slots_.size(); ++r) {
    const std::vector<CellColumn>& columns = table.ranges[r].columns;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (!columns[c].is_late()) continue;
      slots_[r].resize(columns.size());
      slots_[r][c] = std::make_unique<Slot>();
    }
  }
}

void LateCells::expect(std::span<const std::int64_t> cuts) {
  for (std::size_t r = 0; r < slots_.size(); ++r) {
    const std::int64_t begin = table_.first_row[r];
    const std::int64_t end = table_.first_row[r + 1];
    std::int64_t chunks = 0;
    for (std::size_t g = 0; g + 1 < cuts.size(); ++g) {
      chunks += std::max(begin, cuts[g]) < std::min(end, cuts[g + 1]) ? 1 : 0;
    }
    for (const auto& slot : slots_[r]) {
      if (slot) slot->chunks_to_come = chunks;
    }
  }
}

LateCells::Slot& LateCells::slot(std::size_t range, std::size_t column) {
  NEVE_CHECK(column < slots_[range].size() && slots_[range][column], "cells that are not late");
  return *slots_[range][column];
}

std::shared_ptr<const CellColumn> LateCells::get(std::size_t range, std::size_t column) {
  Slot& slot = this->slot(range, column);
  const std::lock_guard lock(slot.mutex);
  if (!slot.cells) {
    ParsedRange& parsed = table_.ranges[range];
    auto loaded = std::make_shared<LoadedCells>(parsed.load(column));
    parsed.columns[column].odd = loaded->column.odd;
    slot.cells = std::shared_ptr<const CellColumn>(loaded, &loaded->column);
    slot.was_read = true;
  }
  return slot.cells;
}

void LateCells::done(std::size_t range, std::size_t column) {
  Slot& slot = this->slot(range, column);
  const std::lock_guard lock(slot.mutex);
  if (--slot.chunks_to_come == 0) slot.cells.reset();
}

void LateCells::look_at_rest(std::size_t ranges) {
  for (std::size_t r = 0; r < ranges; ++r) {
    for (std::size_t c = 0; c < slots_[r].size(); ++c) {
      if (!slots_[r][c] || slots_[r][c]->was_read) continue;
      (void)get(r, c);
      slots_[r][c]->cells.reset();
    }
  }
}

}  // namespace neve::ingest

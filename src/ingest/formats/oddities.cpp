#include "ingest/formats/oddities.hpp"

namespace neve::ingest {

namespace {

Finding found(std::int64_t count, std::size_t file, std::int64_t offset) {
  return {.count = count, .file = file, .offset = offset};
}

}  // namespace

void Oddities::add(const Oddities& later) {
  long_rows.add(later.long_rows);
  text_after_quote.add(later.text_after_quote);
  if (columns.size() < later.columns.size()) columns.resize(later.columns.size());
  for (std::size_t c = 0; c < later.columns.size(); ++c) {
    columns[c].unreadable.add(later.columns[c].unreadable);
    columns[c].bad_utf8.add(later.columns[c].bad_utf8);
  }
}

Oddities find_oddities(const ParsedTable& table, const std::vector<ByteRange>& ranges) {
  Oddities all;
  for (std::size_t r = 0; r < ranges.size(); ++r) {
    const ParsedRange& range = table.ranges[r];
    const std::size_t file = ranges[r].file;
    Oddities of_range;
    of_range.long_rows = found(range.long_rows, file, range.first_long_row_at);
    of_range.text_after_quote =
        found(range.text_after_quote_at >= 0 ? 1 : 0, file, range.text_after_quote_at);
    for (const CellColumn& column : range.columns) {
      if (range.rows == 0) break;
      of_range.columns.push_back(
          {.unreadable = found(column.odd.unreadable, file, column.odd.first_unreadable_at),
           .bad_utf8 = found(column.odd.first_bad_utf8_at >= 0 ? 1 : 0, file,
                             column.odd.first_bad_utf8_at)});
    }
    all.add(of_range);
  }
  return all;
}

}  // namespace neve::ingest

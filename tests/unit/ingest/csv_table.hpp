#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <neve/base/error.hpp>
#include <neve/base/java_number.hpp>
#include <neve/base/pool.hpp>
#include <neve/frame/chunk.hpp>

#include "ingest/formats/parsed_table.hpp"
#include "ingest/formats/table_encoder.hpp"
#include "ingest/sources/memory_source.hpp"

namespace neve::ingest {

/// A parsed text as cells to compare: numbers and times as Java writes doubles, levels and texts as
/// they are, "NA" where missing. One chunk a column.
struct CsvTable {
  std::vector<std::vector<std::string>> columns;
  std::vector<frame::Chunk> chunks;
  std::int64_t long_rows = 0;
  std::int64_t unreadable = 0;
};

/// A plan with types by letter: numeric, enum, string, time, uuid.
inline ParsePlan plan_of(std::string_view letters, const Dialect& dialect = {}) {
  using frame::ColumnType;
  ParsePlan plan;
  plan.dialect = dialect;
  for (char letter : letters) {
    const ColumnType type = letter == 'N'   ? ColumnType::numeric
                            : letter == 'E' ? ColumnType::categorical
                            : letter == 'S' ? ColumnType::string
                            : letter == 'T' ? ColumnType::time
                                            : ColumnType::uuid;
    plan.columns.push_back({.type = type});
  }
  return plan;
}

inline std::string cell_text(const frame::Chunk& chunk, const frame::DomainPtr& domain,
                             std::int64_t row) {
  if (chunk.kind() == frame::ChunkKind::text) {
    const auto text = chunk.text(row);
    return text ? std::string(*text) : "NA";
  }
  if (chunk.kind() == frame::ChunkKind::uuids) return chunk.uuid(row) ? "uuid" : "NA";
  const double value = chunk.at(row);
  if (value != value) return "NA";
  return domain ? (*domain)[static_cast<std::size_t>(value)] : java_double(value);
}

/// Parses in byte ranges of `range_bytes`; the rows begin at `data_start`.
inline CsvTable parse_csv_text(std::string_view text, const ParsePlan& plan,
                               std::int64_t range_bytes, int threads = 1,
                               std::int64_t data_start = 0) {
  Pool pool(threads);
  const TableSources sources = {{0, std::make_shared<MemorySource>("text", text)}};
  std::vector<ByteRange> ranges;
  cut_file(0, data_start, sources.at(0)->size(), range_bytes, ranges);
  const TableOptions options;
  TableReader reader(sources, plan, pool, options, ranges);
  reader.read();
  if (!ranges.empty() && reader.seeming_end() < 0) reader.correct(data_start);
  const std::size_t width = std::max(plan.columns.size(), reader.columns_of_pairs());
  std::vector<frame::ColumnType> types;
  types.reserve(width);
  for (const ColumnPlan& column : plan.columns) types.push_back(column.type);
  types.resize(width, frame::ColumnType::numeric);
  ParsedTable parsed = reader.take();
  TableEncoder encoder(parsed, types, pool);
  std::vector<frame::DomainPtr> domains;
  for (auto& levels : encoder.levels(pool)) {
    domains.push_back(std::make_shared<const frame::Domain>(std::move(*levels)));
    const std::size_t c = domains.size() - 1;
    if (types[c] == frame::ColumnType::categorical && domains[c]->empty()) {
      types[c] = frame::ColumnType::bad;
    }
    if (types[c] != frame::ColumnType::categorical) domains[c] = nullptr;
  }
  encoder.set_domains(types, domains, pool);
  CsvTable table;
  for (std::size_t c = 0; c < types.size(); ++c) {
    table.chunks.push_back(encoder.encode(c, 0, parsed.rows()));
    std::vector<std::string>& cells = table.columns.emplace_back();
    cells.reserve(static_cast<std::size_t>(parsed.rows()));
    for (std::int64_t row = 0; row < parsed.rows(); ++row) {
      cells.push_back(cell_text(table.chunks.back(), domains[c], row));
    }
  }
  for (const ParsedRange& range : parsed.ranges) {
    table.long_rows += range.long_rows;
    for (const CellColumn& column : range.columns) table.unreadable += column.odd.unreadable;
  }
  return table;
}

/// The cells; nothing but the error's text where there are none.
inline std::vector<std::vector<std::string>> cells_or_error(std::string_view text,
                                                            const ParsePlan& plan,
                                                            std::int64_t range_bytes,
                                                            std::int64_t data_start = 0) {
  try {
    return parse_csv_text(text, plan, range_bytes, 1, data_start).columns;
  } catch (const InputError& error) {
    return {{error.what()}};
  }
}

/// The error that `work` ends in; empty where it does not.
template <class Work>
std::string error_of(const Work& work) {
  try {
    work();
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

}  // namespace neve::ingest

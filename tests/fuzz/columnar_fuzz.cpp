// Bytes as a file of columns: Parquet, ORC or Arrow by their first bytes. Whatever they are,
// reading ends with a table or with an error of ours.
#include <memory>
#include <string_view>
#include <vector>

#include <neve/base/error.hpp>

#include "ingest/formats/columnar/columnar_reader.hpp"
#include "ingest/formats/columnar/columnar_setup.hpp"
#include "ingest/formats/late_cells.hpp"
#include "ingest/sources/memory_source.hpp"

namespace {

using namespace neve;
using namespace neve::ingest;

void read_all(const ByteSourcePtr& source, Budget& budget) {
  const std::vector<ByteSourcePtr> files = {source};
  const FileSetup setup = columnar::columnar_setup(files, {}, budget);
  ParsePlan plan;
  for (const frame::ColumnType type : setup.types) plan.columns.push_back({.type = type});
  const TableSources sources = {{0, source}};
  std::vector<ByteRange> ranges;
  columnar::cut_file(0, columnar::ColumnFile(source, budget, "Fuzzing").contents(), ranges);
  static Pool pool(1);
  const TableOptions options;
  std::vector<Reservation> memory;
  columnar::ColumnarReader reader(
      sources, plan, pool, budget, options, ranges,
      [&](std::int64_t bytes) { memory.push_back(budget.reserve(bytes, "Fuzzing")); }, "Fuzzing");
  reader.read();
  ParsedTable table = reader.take();
  LateCells(table).look_at_rest(table.ranges.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Budget budget(std::int64_t{128} << 20);
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    read_all(std::make_shared<MemorySource>("fuzzed", bytes), budget);
  } catch (const Error&) {  // what bad files end with
  }
  return 0;
}

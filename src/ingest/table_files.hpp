#pragma once

#include <cstdint>
#include <vector>

#include "ingest/formats/oddities.hpp"
#include "ingest/parse_job.hpp"

namespace neve::ingest {

/// One file of a table, and where its first row of data begins.
struct TableFile {
  ByteSourcePtr source;
  std::int64_t data_start = 0;
};

/// Where each file's rows begin: behind its byte order mark and its header. Of several files, those
/// after the first may lack the header. Throws InputError where one is of a format that is not
/// read.
std::vector<TableFile> find_rows(const std::vector<ByteSourcePtr>& sources, const TablePlan& plan);

/// What the user is told of rows and columns in which something was odd.
std::vector<std::string> warnings_of(const Oddities& oddities, const std::vector<TableFile>& files,
                                     const TablePlan& plan);

}  // namespace neve::ingest

#pragma once

#include <span>
#include <string>
#include <vector>

#include <neve/base/budget.hpp>
#include <neve/ingest/setup.hpp>

#include "ingest/formats/columnar/column_file.hpp"
#include "ingest/formats/range_parser.hpp"

namespace neve::ingest::columnar {

/// Completes what the user said from what files of columns say of themselves; what texts are meant
/// to be is guessed from the first rows. Throws InputError where the files do not go together.
FileSetup columnar_setup(std::span<const ByteSourcePtr> files, const FileSetup& said,
                         Budget& budget);

/// Makes the types of `columns` those that the file's fields can have; returns what the user is to
/// be told of it. Throws InputError where the file cannot be read into these columns.
std::vector<std::string> fit_types(const ColumnFile& file, const std::vector<std::string>& names,
                                   std::vector<ColumnPlan>& columns);

/// Throws InputError where two files of one frame have different columns.
void check_same_fields(const ColumnFile& first, const ColumnFile& other);

}  // namespace neve::ingest::columnar

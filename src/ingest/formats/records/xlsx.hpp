#pragma once

#include "ingest/formats/records/record_text.hpp"
#include "ingest/sources/byte_source.hpp"
#include "ingest/sources/zip_archive.hpp"

namespace neve::ingest {

/// Whether an archive is a workbook of Office Open XML (ECMA-376).
bool is_xlsx(const ZipArchive& archive);

/// Writes the first sheet of a workbook to `text`, until that is full: numbers, texts, dates, TRUE
/// and FALSE; blank cells and errors are missing. The first row holds names if all of its cells are
/// texts, as H2O-3 has it. Throws InputError with the part of the archive and the line where it is
/// wrong, OutOfMemoryError.
void read_xlsx(const ByteSource& file, ZipArchive& archive, Budget& budget, RecordText& text);

}  // namespace neve::ingest

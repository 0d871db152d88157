#pragma once

#include <string_view>

#include <neve/base/budget.hpp>

#include "ingest/formats/records/record_text.hpp"
#include "ingest/sources/byte_source.hpp"

namespace neve::ingest {

/// Whether a file begins as those of Office before 2007.
bool is_xls(std::string_view first_bytes);

/// Writes the first sheet of a workbook of Excel 97 to 2003 (BIFF8, [MS-XLS]) to `text`, until that
/// is full, as read_xlsx does. Throws InputError with the place where it is damaged or cut off, of
/// an older form, or needs a password; OutOfMemoryError.
void read_xls(const ByteSource& file, Budget& budget, RecordText& text);

}  // namespace neve::ingest

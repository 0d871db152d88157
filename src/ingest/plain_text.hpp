#pragma once

#include <string>

#include <neve/base/budget.hpp>

#include "ingest/sources/byte_source.hpp"

namespace neve::ingest {

/// Whether plain_text() gives anything but the file itself.
bool needs_reading(const ByteSource& file);

/// The file itself where it is text; what it holds where it is packed (sources/unpack.hpp); and the
/// table of an Avro file or a workbook, packed or not, as RecordText has it. In memory that the
/// budget bounds. Throws InputError with the place where the file is damaged or cut off,
/// OutOfMemoryError.
ByteSourcePtr plain_text(const ByteSourcePtr& file, Budget& budget);

/// The first bytes of what plain_text() gives, at most `most`.
std::string beginning_of_text(const ByteSourcePtr& file, std::size_t most, Budget& budget);

}  // namespace neve::ingest

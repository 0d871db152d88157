#pragma once

#include <string_view>

#include "ingest/formats/records/record_text.hpp"
#include "ingest/sources/byte_source.hpp"

namespace neve::ingest {

/// Whether a file begins as one of Avro's object containers.
bool is_avro(std::string_view first_bytes);

/// Writes the records of an Avro file (object container, version 1.11) to `text`, until that is
/// full. Blocks may be packed with deflate, snappy, bzip2, xz or zstandard. Throws InputError with
/// the byte where the file is cut off, damaged, or its records are more than plain fields,
/// OutOfMemoryError.
void read_avro(const ByteSource& file, Budget& budget, RecordText& text);

}  // namespace neve::ingest

#pragma once

#include <string_view>

namespace neve::ingest {

/// Throws InputError where the first bytes are those of a binary format, a compression or an
/// encoding that is not read, naming it.
void refuse_foreign_format(std::string_view file, std::string_view first_bytes);

/// Bytes before the text: 3 of a UTF-8 byte order mark, the line that says that a text is a sheet's
/// (RecordText), or 0.
std::size_t byte_order_mark(std::string_view first_bytes);

}  // namespace neve::ingest

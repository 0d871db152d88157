#pragma once

#include <string_view>

#include "ingest/formats/dialect.hpp"

#include <neve/ingest/setup.hpp>

namespace neve::ingest {

/// Throws InputError where the first bytes are those of a binary format, a compression or an
/// encoding that is not read, naming it.
void refuse_foreign_format(std::string_view file, std::string_view first_bytes);

/// Bytes of a UTF-8 byte order mark at the beginning: 3 or 0.
std::size_t byte_order_mark(std::string_view first_bytes);

/// The dialect that a set-up describes; `,` where it does not know the separator.
Dialect dialect_of(const FileSetup& setup);

}  // namespace neve::ingest

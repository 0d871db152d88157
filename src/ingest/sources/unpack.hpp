#pragma once

#include <string>

#include <neve/base/budget.hpp>

#include "ingest/sources/byte_source.hpp"

namespace neve::ingest {

/// Whether unpacked() gives anything but the file itself.
bool is_packed(const ByteSource& file);

/// The file itself, or what it holds where its first bytes say that it is a gzip file (all members,
/// one after the other) or a zip archive (its first file). What is unpacked lies in memory that the
/// budget bounds. Throws InputError where the archive is damaged, OutOfMemoryError.
ByteSourcePtr unpacked(const ByteSourcePtr& file, Budget& budget);

/// The first bytes of what unpacked() gives, at most `most`.
std::string unpacked_beginning(const ByteSource& file, std::size_t most);

}  // namespace neve::ingest

#pragma once

#include <string>

#include <neve/base/budget.hpp>

#include "ingest/sources/byte_source.hpp"

namespace neve::ingest {

/// Whether unpacked() gives anything but the file itself.
bool is_packed(const ByteSource& file);

/// The file itself, or what it holds where its first bytes say that it is packed: with gzip, bzip2,
/// xz, zstd, lz4 (frames) or snappy (framing format), all members one after the other; or a zip
/// archive, of which the first file counts. What is unpacked lies in memory that the budget bounds.
/// Throws InputError with the byte where it is damaged or cut off, OutOfMemoryError.
ByteSourcePtr unpacked(const ByteSourcePtr& file, Budget& budget);

/// The first bytes of what unpacked() gives, at most `most`.
std::string unpacked_beginning(const ByteSource& file, std::size_t most, Budget& budget);

}  // namespace neve::ingest

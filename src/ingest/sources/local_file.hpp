#pragma once

#include "ingest/sources/byte_source.hpp"

namespace neve::ingest {

/// A regular file of this machine, read where it lies. Throws InputError where it cannot be opened.
/// Whether a user may read it is for PathPolicy to say, before.
ByteSourcePtr open_local_file(const std::string& path);

}  // namespace neve::ingest

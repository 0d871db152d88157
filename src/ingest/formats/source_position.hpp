#pragma once

#include <cstdint>
#include <string>

#include "ingest/sources/byte_source.hpp"

namespace neve::ingest {

/// "path, line 12, column 3": lines and bytes within the line, both from 1. Reads the file up to
/// there, so it is for messages only.
std::string describe_position(const ByteSource& source, std::int64_t offset);

}  // namespace neve::ingest

#pragma once

#include <string>

#include "ingest/sinks/byte_sink.hpp"

namespace neve::ingest {

/// A file of this machine. It is written beside its place and takes it when it is complete: what
/// fails or is cancelled leaves what was there. Whether a user may write it is for PathPolicy to
/// say, before. Throws InputError naming the file where the system does not let it be written.
ByteSinkPtr make_file_sink(const std::string& path);

}  // namespace neve::ingest

#pragma once

#include <string>
#include <vector>

#include <neve/ingest/path_policy.hpp>

namespace neve::ingest {

/// The files that a path names: itself, or all files below a folder but for hidden ones, sorted.
/// With a `pattern`, only those whose path below the folder it is found in. Throws InputError.
std::vector<std::string> find_files(const std::string& path, const std::string& pattern,
                                    const PathPolicy& policy);

/// Paths that begin with `beginning`, at most `limit`, sorted; folders end in a slash.
std::vector<std::string> complete_path(const std::string& beginning, std::size_t limit,
                                       const PathPolicy& policy);

}  // namespace neve::ingest

#pragma once

#include <string>
#include <vector>

namespace neve::server {

/// Rewrites H2O's spellings (`-ice_root DIR`) to GNU ones (`--ice-root DIR`). What has no meaning
/// for a server that is not Java is taken out and named in `ignored`; everything else stays as it
/// is.
std::vector<std::string> to_gnu(const std::vector<std::string>& arguments,
                                std::vector<std::string>& ignored);

}  // namespace neve::server

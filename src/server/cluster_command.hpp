#pragma once

#include <string>
#include <vector>

namespace neve::server {

/// Runs `neve cluster …`, whose arguments follow: "init --dir DIR" makes the secrets of a cluster.
/// Prints, and returns the exit code.
int run_cluster_command(const std::vector<std::string>& arguments);

}  // namespace neve::server

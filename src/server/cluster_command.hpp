#pragma once

#include <string>
#include <vector>

namespace neve::server {

/// Runs `neve cluster …`, whose arguments follow: "init --dir DIR" makes the secrets of a cluster;
/// "status", "drain" and "rebalance" ask a running one. Prints, and returns the exit code: 1 where
/// the cluster refuses or does not answer, 2 for wrong usage.
int run_cluster_command(const std::vector<std::string>& arguments);

}  // namespace neve::server

#pragma once

#include <memory>

#include <neve/ingest/path_policy.hpp>

#include "mr/api/compute_node.hpp"

namespace neve::ingest {

class ParseShares;

/// Has a node take part in the parses that other nodes drive; before its inbox is served. Files of
/// its machine are read as `policy` allows. What is returned may go; node and policy outlive what
/// the inbox answers.
std::shared_ptr<ParseShares> serve_parses(mr::ComputeNode& node, const PathPolicy& policy);

}  // namespace neve::ingest

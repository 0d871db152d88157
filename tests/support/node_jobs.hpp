#pragma once

#include <neve/job/job.hpp>

#include "mr/api/compute_node.hpp"

namespace neve::testing {

/// What the jobs of a node need of it.
inline job::Jobs::Parts jobs_parts(mr::ComputeNode& node) {
  return {.self = node.id(),
          .store = node.store(),
          .blobs = node.engine().blobs(),
          .transport = node.transport()};
}

}  // namespace neve::testing

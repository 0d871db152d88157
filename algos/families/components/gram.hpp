#pragma once

#include <neve/linalg/symmetric.hpp>
#include <neve/mr/engine.hpp>

#include "algos/families/components/expansion.hpp"

namespace neve::algos::components {

/// X'X of the rows' vectors, in one pass. `options` has a scratch.
linalg::Symmetric gram_of(mr::Engine& engine, const Expanded& expanded,
                          const mr::RunOptions& options);

/// Bytes that gram_of needs on a node of so many threads, and a decomposition of what it gives.
std::int64_t gram_bytes(const Expanded& expanded, int threads);

}  // namespace neve::algos::components

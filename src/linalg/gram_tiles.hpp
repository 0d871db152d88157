#pragma once

#include <cstddef>
#include <span>

#include <neve/linalg/symmetric.hpp>

namespace neve::linalg {

/// add_gram() for many columns: every element is one chain of fused multiply-adds over the rows, so
/// that tiles and chunks shape no result. Safe in any number of threads.
void add_gram_by_tiles(std::span<const double> row_major, std::size_t rows, Symmetric& sum);

}  // namespace neve::linalg

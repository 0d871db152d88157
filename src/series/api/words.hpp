#pragma once

#include <cstdint>
#include <vector>

namespace neve::series {

/// Breaks between so many intervals that a normally distributed value lies in each of them equally
/// often: ascending, one fewer than intervals, correct to the last bits.
std::vector<double> normal_breaks(std::int64_t intervals);

}  // namespace neve::series

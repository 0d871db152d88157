#include <neve/base/rng.hpp>

#include <sys/random.h>

#include <neve/base/error.hpp>

namespace neve {

std::int64_t draw_seed() {
  std::uint64_t bits = 0;
  NEVE_CHECK(getrandom(&bits, sizeof bits, 0) == sizeof bits);
  return static_cast<std::int64_t>(bits >> 11U);
}

}  // namespace neve

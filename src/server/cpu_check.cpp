// Compiled for plain x86-64 (see CMakeLists.txt), without the C++ library, so that it runs
// anywhere.
#include "server/cpu_check.hpp"

#include <unistd.h>

namespace neve::server {

// Before all constructors of other files; the lowest priorities are the compiler's own.
__attribute__((constructor(101))) void require_x86_64_v3() {
  __builtin_cpu_init();
  const bool usable = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
                      __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("fma");
  if (usable) return;
  static const char kText[] =
      "neve: this CPU cannot run Neve, which needs x86-64-v3 (AVX2, BMI2, FMA: Intel Haswell of "
      "2013, AMD Excavator of 2015, or later).\n";
  const auto written = ::write(STDERR_FILENO, kText, sizeof kText - 1);
  ::_exit(written < 0 ? 4 : 3);
}

}  // namespace neve::server

#include <neve/base/isa.hpp>

#include <cstdlib>
#include <string>

#include <neve/base/error.hpp>

namespace neve {

std::string_view isa_text(Isa level) { return level == Isa::v4 ? "v4" : "v3"; }

Isa highest_isa() {
  __builtin_cpu_init();
  const bool has_v4 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512vl");
  return has_v4 ? Isa::v4 : Isa::v3;
}

Isa choose_isa(std::string_view name, Isa highest) {
  if (name.empty()) return highest;
  for (const Isa level : {Isa::v3, Isa::v4}) {
    if (name != isa_text(level)) continue;
    if (level <= highest) return level;
    throw InputError::illegal_argument("NEVE_ISA is " + std::string(name) +
                                       ", but this CPU has no more than " +
                                       std::string(isa_text(highest)) + ". Unset NEVE_ISA.");
  }
  throw InputError::illegal_argument("NEVE_ISA is '" + std::string(name) +
                                     "', which is no level: v3 or v4, or unset for the CPU's.");
}

Isa process_isa() {
  static const Isa kLevel = [] {
    const char* name = std::getenv("NEVE_ISA");
    return choose_isa(name == nullptr ? "" : name, highest_isa());
  }();
  return kLevel;
}

}  // namespace neve

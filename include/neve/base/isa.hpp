#pragma once

#include <cstdint>
#include <string_view>

namespace neve {

/// A level of the x86-64 instruction set. All code is compiled for v3; files <x>_kernels.cpp are
/// compiled once for each level (cmake/Module.cmake), and give the same bits at each.
enum class Isa : std::uint8_t {
  v3,  ///< AVX2, BMI2, FMA
  v4   ///< and AVX-512 F, BW, CD, DQ, VL
};

std::string_view isa_text(Isa level);
/// The highest level that this machine's CPU has.
Isa highest_isa();
/// The level of that name, or the highest where the name is empty. Throws InputError where there is
/// no such level, or the CPU does not have it.
Isa choose_isa(std::string_view name, Isa highest);
/// The level at which this process runs its kernels: the one that the environment's NEVE_ISA names,
/// or the highest. Settled by the first call, which throws as choose_isa() does; main() makes it.
Isa process_isa();

/// Of one table of kernels at each level, the one for this process. A kernel takes and gives plain
/// pointers and numbers:
///
///     struct SumKernels { double (*sum)(const double* values, std::size_t count); };
///     namespace v3 { extern const SumKernels kSumKernels; }   // sum_kernels.cpp defines it in
///     namespace v4 { extern const SumKernels kSumKernels; }   // namespace NEVE_ISA
template <class Kernels>
const Kernels& kernels_at_process_isa(const Kernels& v3, const Kernels& v4) {
  return process_isa() == Isa::v4 ? v4 : v3;
}

}  // namespace neve

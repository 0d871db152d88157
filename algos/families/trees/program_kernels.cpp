#include "algos/families/trees/program_kernels.hpp"

namespace neve::algos::trees::NEVE_ISA {
namespace {

#ifdef __AVX512F__
constexpr std::size_t kVectorBytes = 64;
#else
constexpr std::size_t kVectorBytes = 32;
#endif
constexpr std::size_t kLanes = kVectorBytes / sizeof(float);
typedef std::int32_t Integers __attribute__((vector_size(kVectorBytes), aligned(4), may_alias));
typedef float Floats __attribute__((vector_size(kVectorBytes), aligned(4), may_alias));

/// Of a test and some rows, -1 where a row goes right.
Integers goes_right(const ProgramRun& run, const ProgramTest& test, std::size_t row) {
  const std::int32_t* source = run.sources + test.source * run.stride + row;
  return (*reinterpret_cast<const Integers*>(source) & test.mask) >= test.least;
}

void run(const ProgramRun& run) {
  for (std::size_t begin = 0; begin < run.rows; begin += kProgramRows) {
    for (std::size_t s = 0; s < run.count; ++s) {
      const ProgramStep& step = run.steps[s];
#pragma GCC unroll 4
      for (std::size_t i = 0; i < kProgramRows; i += kLanes) {
        const auto slot = [&](std::uint32_t number) {
          return *reinterpret_cast<const Floats*>(run.room + number * kProgramRows + i);
        };
        const Floats left =
            goes_right(run, step.left, begin + i) ? slot(step.in[1]) : slot(step.in[0]);
        const Floats right =
            goes_right(run, step.right, begin + i) ? slot(step.in[3]) : slot(step.in[2]);
        *reinterpret_cast<Floats*>(run.room + step.out * kProgramRows + i) =
            goes_right(run, step.node, begin + i) ? right : left;
      }
    }
    const float* result = run.room + run.steps[run.count - 1].out * kProgramRows;
    const std::size_t count = run.rows - begin < kProgramRows ? run.rows - begin : kProgramRows;
    for (std::size_t i = 0; i < count; ++i) run.out[begin + i] += static_cast<double>(result[i]);
  }
}

}  // namespace

const ProgramKernels kProgramKernels = {&run};

}  // namespace neve::algos::trees::NEVE_ISA

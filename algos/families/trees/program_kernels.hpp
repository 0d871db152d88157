#pragma once

#include <cstddef>
#include <cstdint>

namespace neve::algos::trees {

/// A test of rows side by side: those go right where (source & mask) >= least. As it is, none does.
struct ProgramTest {
  std::uint32_t source = 0;  ///< which column of the sources
  std::int32_t mask = 0;
  std::int32_t least = 1;
};

/// A node of a tree and its two children: which of four slots of the room goes to slot `out`. Three
/// tests at once save two of three writes.
struct ProgramStep {
  ProgramTest node;
  ProgramTest left;
  ProgramTest right;
  std::uint32_t in[4] = {};  ///< from the left to the right
  std::uint32_t out = 0;
};

/// Rows that a step takes at once. A slot of the room holds a value for each.
inline constexpr std::size_t kProgramRows = 32;

/// A tree as steps from its leaves up, and the rows that go through it.
struct ProgramRun {
  const ProgramStep* steps = nullptr;
  std::size_t count = 0;                  ///< at least 1; the last one has the result
  const std::int32_t* sources = nullptr;  ///< source s of row r at s · stride + r
  std::size_t stride = 0;                 ///< a multiple of kProgramRows
  std::size_t rows = 0;
  float* room = nullptr;  ///< leaves' values are there
  double* out = nullptr;  ///< what the tree says is added to it
};

struct ProgramKernels {
  void (*run)(const ProgramRun& run);
};

namespace v3 {
extern const ProgramKernels kProgramKernels;
}
namespace v4 {
extern const ProgramKernels kProgramKernels;
}

}  // namespace neve::algos::trees

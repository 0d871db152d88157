#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "algos/families/trees/program_kernels.hpp"
#include "algos/families/trees/row_keys.hpp"
#include "algos/families/trees/tree.hpp"

namespace neve::algos::trees {

/// What programs read and write for a block of rows. Of one thread.
struct ProgramRoom {
  std::vector<std::int32_t> sources;  ///< source after source, `stride` rows each
  std::size_t stride = 0;
  std::size_t rows = 0;
  std::vector<float> slots;
};

/// Small trees for scoring: all tests of a tree are made for many rows at once, which in vectors
/// costs less than the way of each row through the tree. Where a categorical column is tested, a
/// level's bits for up to 31 tests lie in one word, so that such a test is one of a bit. (All tests
/// without branches: Lucchese et al. 2015, QuickScorer; there by bits of leaves.) Immutable when
/// all trees are in; any number of threads.
class TreePrograms {
 public:
  /// Whether the tree is small enough for its depth.
  static bool suits(const Tree& tree);
  /// Adds a tree that suits; `used[c]` is a column's place in RowKeys.
  void add(const Tree& tree, std::span<const std::int32_t> used);
  /// Makes the sources of the rows.
  void prepare(const RowKeys& keys, ProgramRoom& room) const;
  /// Adds to out[i] what tree number `program` says of row i.
  void add_scores(std::size_t program, ProgramRoom& room, std::span<double> out) const;

 private:
  /// A number's key as it is, or with missing as the least; or 31 tests of a category.
  enum class Kind : std::uint8_t { missing_largest, missing_least, tests };
  struct Source {
    Kind kind = Kind::missing_largest;
    std::size_t place = 0;
    std::vector<std::int32_t> of_level;  ///< tests: the word of a level
    unsigned tests = 0;
  };
  struct Program {
    std::size_t first_step = 0;
    std::size_t steps = 0;
    std::size_t first_value = 0;
    std::size_t values = 0;  ///< of leaves, in the first slots
    std::size_t slots = 0;
  };
  std::uint32_t number_source(Kind kind, std::size_t place);
  std::uint32_t level_source(std::size_t place, std::int32_t levels);
  ProgramTest test_of(const Tree& tree, std::size_t node, std::span<const std::int32_t> used);
  std::vector<Source> sources_;
  std::vector<ProgramStep> steps_;
  std::vector<float> values_;
  std::vector<Program> programs_;
};

}  // namespace neve::algos::trees

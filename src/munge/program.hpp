#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <neve/base/ids.hpp>
#include <neve/mr/task.hpp>
#include <neve/munge/expression.hpp>

namespace neve::munge {

/// Rows that an instruction handles at a time: 8 KiB of doubles, so that the registers of a usual
/// expression stay in the L1 cache.
inline constexpr std::int64_t kBlockRows = 1024;

/// Expressions flattened into instructions over block registers: plain data that goes to any node.
struct Program {
  struct Instruction {
    Op op = Op::constant;
    std::int32_t to = 0;  ///< register
    std::int32_t a = -1;
    std::int32_t b = -1;
    std::int32_t c = -1;
    std::int32_t column = -1;  ///< of the run
    std::int32_t table = -1;
    std::int32_t text = -1;
    double constant = 0;
    template <class Archive>
    void fields(Archive& archive) {
      archive(op, to, a, b, c, column, table, text, constant);
    }
  };
  std::vector<Instruction> instructions;
  std::vector<std::vector<double>> tables;
  std::vector<std::string> texts;
  std::int32_t registers = 0;
  std::vector<std::int32_t> outputs;  ///< register of each expression
  template <class Archive>
  void fields(Archive& archive) {
    archive(instructions, tables, texts, registers, outputs);
  }
};

/// A program and the columns it reads, in the order its instructions count them.
struct Compiled {
  Program program;
  std::vector<ColumnId> columns;
};

Compiled compile(std::span<const ExpressionPtr> expressions);

/// Runs a program over the rows of one group, block by block.
class ProgramRunner {
 public:
  ProgramRunner(const Program& program, const mr::RowGroup& group);
  /// Computes rows [begin, begin + rows), at most kBlockRows.
  void run(std::int64_t begin, std::int64_t rows);
  /// Values of the i-th expression in the block that run() computed.
  [[nodiscard]] std::span<const double> output(std::size_t i) const;

 private:
  [[nodiscard]] double* reg(std::int32_t index);
  void step(const Program::Instruction& instruction);
  void read_text(const Program::Instruction& instruction);
  const Program& program_;
  const mr::RowGroup& group_;
  std::vector<double> registers_;
  std::int64_t begin_ = 0;
  std::int64_t rows_ = 0;
};

/// The kernels, one block at a time.
void unary_block(Op op, std::span<const double> a, std::span<double> to);
void binary_block(Op op, const double* a, const double* b, std::span<double> to);

}  // namespace neve::munge

#include "munge/program.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <unordered_map>

#include <neve/base/error.hpp>
#include <neve/base/rng.hpp>
#include <neve/munge/calendar.hpp>

namespace neve::munge {
namespace {

/// Walks a tree once, operands first; equal nodes (by address) and columns (by id) share.
class Compiler {
 public:
  std::int32_t add(const ExpressionPtr& e) {
    if (const auto known = done_.find(e.get()); known != done_.end()) return known->second;
    Program::Instruction made;
    made.op = e->op;
    made.constant = e->constant;
    if (e->a) made.a = add(e->a);
    if (e->b) made.b = add(e->b);
    if (e->c) made.c = add(e->c);
    if (reads_column(e->op)) made.column = column(e->column.id);
    if (e->table) {
      made.table = static_cast<std::int32_t>(out_.program.tables.size());
      out_.program.tables.push_back(*e->table);
    }
    if (e->op == Op::text_equals || e->op == Op::zone) {
      made.text = static_cast<std::int32_t>(out_.program.texts.size());
      out_.program.texts.push_back(e->text);
    }
    made.to = static_cast<std::int32_t>(out_.program.instructions.size());
    out_.program.instructions.push_back(made);
    done_.emplace(e.get(), made.to);
    return made.to;
  }
  Compiled finish(std::vector<std::int32_t> outputs) {
    out_.program.outputs = std::move(outputs);
    share_registers();
    return std::move(out_);
  }

 private:
  static bool reads_column(Op op) {
    return op == Op::column || op == Op::text_equals || op == Op::text_missing;
  }
  std::int32_t column(ColumnId id) {
    const auto at = std::ranges::find(out_.columns, id);
    if (at == out_.columns.end()) out_.columns.push_back(id);
    return static_cast<std::int32_t>(std::ranges::find(out_.columns, id) - out_.columns.begin());
  }

  /// So far every instruction has a register of its own; gives one back after its last use.
  void share_registers() {
    auto& code = out_.program.instructions;
    std::vector<std::size_t> last_use(code.size(), 0);
    for (std::size_t i = 0; i < code.size(); ++i) {
      for (const std::int32_t operand : {code[i].a, code[i].b, code[i].c}) {
        if (operand >= 0) last_use[static_cast<std::size_t>(operand)] = i;
      }
    }
    for (const std::int32_t output : out_.program.outputs) {
      last_use[static_cast<std::size_t>(output)] = code.size();
    }
    std::vector<std::int32_t> reg(code.size(), -1);
    std::vector<std::int32_t> free;
    for (std::size_t i = 0; i < code.size(); ++i) {
      // The result goes to a fresh register: kernels may not overwrite what they read.
      if (free.empty()) free.push_back(out_.program.registers++);
      reg[i] = free.back();
      free.pop_back();
      for (std::int32_t* operand : {&code[i].a, &code[i].b, &code[i].c}) {
        if (*operand < 0) continue;
        const auto from = static_cast<std::size_t>(*operand);
        *operand = reg[from];
        if (last_use[from] != i) continue;
        last_use[from] = code.size();  // given back once, also where it is both operands
        free.push_back(reg[from]);
      }
      code[i].to = reg[i];
    }
    for (std::int32_t& output : out_.program.outputs)
      output = reg[static_cast<std::size_t>(output)];
  }

  Compiled out_;
  std::unordered_map<const Expression*, std::int32_t> done_;
};

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double table_at(const std::vector<double>& table, double index) {
  if (!(index >= 0) || index >= static_cast<double>(table.size())) return kNaN;
  return table[static_cast<std::size_t>(index)];
}

double position_in(const std::vector<double>& sorted, double value) {
  const auto at = std::ranges::lower_bound(sorted, value);
  if (at == sorted.end() || *at != value) return kNaN;
  return static_cast<double>(at - sorted.begin());
}

/// Table: [right-closed?, lowest included?, break, break, …]; the index of the interval.
double bin_of(const std::vector<double>& table, double x) {
  const std::span breaks = std::span(table).subspan(2);
  const bool right = table[0] != 0;
  const bool lowest = table[1] != 0;
  if (std::isnan(x) || breaks.size() < 2) return kNaN;
  const double first = breaks.front();
  const double last = breaks.back();
  if (x == first) return right && !lowest ? kNaN : 0;
  if (x == last && !right) return lowest ? static_cast<double>(breaks.size() - 2) : kNaN;
  if (x < first || x > last) return kNaN;
  const auto above =
      right ? std::ranges::lower_bound(breaks, x) : std::ranges::upper_bound(breaks, x);
  return static_cast<double>(above - breaks.begin()) - 1;
}

}  // namespace

Compiled compile(std::span<const ExpressionPtr> expressions) {
  Compiler compiler;
  std::vector<std::int32_t> outputs;
  for (const ExpressionPtr& e : expressions) outputs.push_back(compiler.add(e));
  return compiler.finish(std::move(outputs));
}

ProgramRunner::ProgramRunner(const Program& program, const mr::RowGroup& group)
    : program_(program),
      group_(group),
      registers_(static_cast<std::size_t>(program.registers) * kBlockRows) {}

double* ProgramRunner::reg(std::int32_t index) {
  return registers_.data() + static_cast<std::size_t>(index) * kBlockRows;
}

std::span<const double> ProgramRunner::output(std::size_t i) const {
  const auto at = static_cast<std::size_t>(program_.outputs[i]) * kBlockRows;
  return {registers_.data() + at, static_cast<std::size_t>(rows_)};
}

void ProgramRunner::run(std::int64_t begin, std::int64_t rows) {
  begin_ = begin;
  rows_ = rows;
  for (const Program::Instruction& instruction : program_.instructions) step(instruction);
}

void ProgramRunner::read_text(const Program::Instruction& instruction) {
  const frame::Chunk& chunk = group_.columns[static_cast<std::size_t>(instruction.column)];
  double* to = reg(instruction.to);
  const auto rows = static_cast<std::size_t>(rows_);
  std::vector<std::uint8_t> missing(rows);
  if (chunk.kind() == frame::ChunkKind::uuids) {
    std::vector<frame::Uuid> values(rows);
    chunk.decode_uuids(begin_, values, missing);
    for (std::size_t i = 0; i < rows; ++i) to[i] = missing[i];
    return;
  }
  std::vector<std::string_view> values(rows);
  chunk.decode_text(begin_, values, missing);
  if (instruction.op == Op::text_missing) {
    for (std::size_t i = 0; i < rows; ++i) to[i] = missing[i];
    return;
  }
  const std::string& wanted = program_.texts[static_cast<std::size_t>(instruction.text)];
  for (std::size_t i = 0; i < rows; ++i) to[i] = values[i] == wanted ? 1 : 0;
}

void ProgramRunner::step(const Program::Instruction& instruction) {
  const std::span to(reg(instruction.to), static_cast<std::size_t>(rows_));
  const double* a = instruction.a < 0 ? nullptr : reg(instruction.a);
  const auto each = [&](auto f) {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] = f(i);
  };
  const std::vector<double>* table =
      instruction.table < 0 ? nullptr
                            : &program_.tables[static_cast<std::size_t>(instruction.table)];
  switch (instruction.op) {
    case Op::column:
      return group_.columns[static_cast<std::size_t>(instruction.column)].decode(begin_, to);
    case Op::constant:
      return each([&](std::size_t) { return instruction.constant; });
    case Op::row_number:
      return each([&](std::size_t i) {
        return static_cast<double>(group_.first_row + begin_) + static_cast<double>(i);
      });
    case Op::random: {
      const CounterRng rng(std::bit_cast<std::uint64_t>(instruction.constant));
      const auto first = static_cast<std::uint64_t>(group_.first_row + begin_);
      return each([&](std::size_t i) { return rng.uniform(first + i); });
    }
    case Op::text_equals:
    case Op::text_missing:
      return read_text(instruction);
    case Op::look_up:
      return each([&](std::size_t i) { return table_at(*table, a[i]); });
    case Op::member:
      return each([&](std::size_t i) { return position_in(*table, a[i]) + instruction.constant; });
    case Op::bin:
      return each([&](std::size_t i) { return bin_of(*table, a[i]); });
    case Op::if_else:
    case Op::pick: {
      const double* yes = reg(instruction.b);
      const double* no = reg(instruction.c);
      const bool strict = instruction.op == Op::if_else;
      return each([&](std::size_t i) {
        if (std::isnan(a[i])) return strict ? kNaN : no[i];
        return a[i] != 0 ? yes[i] : no[i];
      });
    }
    case Op::zone: {
      const TimeZone zone(program_.texts[static_cast<std::size_t>(instruction.text)]);
      return each([&](std::size_t i) {
        if (!std::isfinite(a[i])) return kNaN;
        return static_cast<double>(zone.to_local(static_cast<std::int64_t>(a[i])));
      });
    }
    default:
      break;
  }
  if (instruction.b >= 0) return binary_block(instruction.op, a, reg(instruction.b), to);
  unary_block(instruction.op, {a, to.size()}, to);
}

}  // namespace neve::munge

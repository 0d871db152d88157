#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <neve/frame/frame.hpp>

/// Element-wise expressions over the columns of one layout. Building one computes nothing: whole
/// trees are fused into one pass over the data when their values are needed.
namespace neve::munge {

/// What a node of an expression computes from its operands; everything is a double, missing is NaN,
/// truth is 1 and 0.
enum class Op : std::uint8_t {
  column,        ///< a column of the layout: numbers, times (milliseconds) or codes
  constant,      ///< the same number in every row
  row_number,    ///< of the frame, from 0
  random,        ///< uniform in [0, 1) by (seed = bits of `constant`, row)
  text_equals,   ///< a string column against `text`; a missing text equals the empty one
  text_missing,  ///< whether a string or uuid column has no value
  look_up,       ///< table[a]; NaN outside the table and where a is missing
  member,        ///< position + `constant` of a in the sorted `table`, else NaN
  bin,           ///< index of the interval of sorted breaks in `table` that holds a, see BinSides
  if_else,       ///< b where a is true, c where it is 0, NaN where it is missing
  pick,          ///< like if_else, but c also where a is missing
  zone,          ///< milliseconds UTC to local ones of the time zone `text`
  // one operand
  negate,
  absolute,
  ceiling,
  floor,
  trunc,
  sign,
  sqrt,
  logical_not,
  is_missing,
  is_finite,
  exp,
  expm1,
  log,
  log1p,
  log2,
  log10,
  sin,
  cos,
  tan,
  asin,
  acos,
  atan,
  sinh,
  cosh,
  tanh,
  asinh,
  acosh,
  atanh,
  sinpi,
  cospi,
  tanpi,
  gamma,
  lgamma,
  digamma,
  trigamma,
  year,
  month,
  day,
  hour,
  minute,
  second,
  millis,
  week,
  weekday,
  // two operands
  add,
  subtract,
  multiply,
  divide,
  modulo,      ///< sign of the dividend
  integer_divide,
  power,
  equal,       ///< within one ulp, as H2O-3 compares
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  logical_and,
  logical_or,
  round,       ///< a to b decimals, half to even
  signif,      ///< a to b significant digits
  minimum,
  maximum
};

struct Expression;
using ExpressionPtr = std::shared_ptr<const Expression>;

/// A node; immutable and shared, so that a sub-expression used twice is computed once.
struct Expression {
  Op op = Op::constant;
  ExpressionPtr a = nullptr;
  ExpressionPtr b = nullptr;
  ExpressionPtr c = nullptr;
  double constant = 0;
  std::string text = {};
  std::shared_ptr<const std::vector<double>> table = nullptr;
  frame::Column column = {};  ///< of Op::column and the text operations
  /// What a column made of it would be.
  frame::ColumnType type = frame::ColumnType::numeric;
  frame::DomainPtr domain = nullptr;
  int size = 1;  ///< nodes below and with this one, counting shared ones each time; bounds depth

  [[nodiscard]] bool is_column() const { return op == Op::column; }
};

ExpressionPtr column_of(const frame::Column& column);
ExpressionPtr constant_of(double value);
/// Uniform in [0, 1), by seed and row.
ExpressionPtr random_of(std::uint64_t seed);
ExpressionPtr unary(Op op, ExpressionPtr a);
ExpressionPtr binary(Op op, ExpressionPtr a, ExpressionPtr b);
ExpressionPtr choose(Op op, ExpressionPtr test, ExpressionPtr yes, ExpressionPtr no);
/// table[code]; `domain` makes the result categorical.
ExpressionPtr look_up(ExpressionPtr code, std::vector<double> table,
                      frame::DomainPtr domain = nullptr);
/// The same values as a column of another type.
ExpressionPtr retyped(const ExpressionPtr& from, frame::ColumnType type, frame::DomainPtr domain);

/// One value by the rules of a block: what an operator means for scalars.
double apply_unary(Op op, double a);
double apply_binary(Op op, double a, double b);

}  // namespace neve::munge

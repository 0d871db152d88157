#include "rapids/elementwise.hpp"

namespace neve::rapids::prims {
namespace {

template <munge::Op op>
Value apply(Arguments& arguments) {
  return map_binary(arguments, op);
}

/// && and ||: a number on the left decides alone where it can.
template <munge::Op op>
Value short_circuit(Arguments& arguments) {
  const auto* left = arguments.get<double>(0);
  if (left != nullptr && op == munge::Op::logical_and && *left == 0) return 0.0;
  if (left != nullptr && op == munge::Op::logical_or && *left == 1) return 1.0;
  return map_binary(arguments, op);
}

}  // namespace

const PrimGroup& binary() {
  using munge::Op;
  static const PrimGroup kGroup{{
      {{"+"}, "left right", "Adds cell by cell.", apply<Op::add>},
      {{"-"}, "left right", "Subtracts cell by cell.", apply<Op::subtract>},
      {{"*"}, "left right", "Multiplies cell by cell.", apply<Op::multiply>},
      {{"/"}, "left right", "Divides cell by cell.", apply<Op::divide>},
      {{"^"}, "left right", "Raises cells to a power.", apply<Op::power>},
      {{"%", "%%"}, "left right", "Remainder with the dividend's sign.", apply<Op::modulo>},
      {{"intDiv", "%/%"}, "left right", "Quotient without fraction.", apply<Op::integer_divide>},
      {{"=="}, "left right", "1 where cells are equal, else 0.", apply<Op::equal>},
      {{"!="}, "left right", "1 where cells differ, else 0.", apply<Op::not_equal>},
      {{"<"}, "left right", "1 where left is less, else 0.", apply<Op::less>},
      {{"<="}, "left right", "1 where left is not greater, else 0.", apply<Op::less_equal>},
      {{">"}, "left right", "1 where left is greater, else 0.", apply<Op::greater>},
      {{">="}, "left right", "1 where left is not less, else 0.", apply<Op::greater_equal>},
      {{"&"}, "left right", "Logical and, with missing as unknown.", apply<Op::logical_and>},
      {{"|"}, "left right", "Logical or, with missing as unknown.", apply<Op::logical_or>},
      {{"&&"},
       "left right",
       "Logical and; skips the right side where it can.",
       short_circuit<Op::logical_and>},
      {{"||"},
       "left right",
       "Logical or; skips the right side where it can.",
       short_circuit<Op::logical_or>},
      {{"round"},
       "values digits",
       "Rounds to a number of decimals, half to even.",
       apply<Op::round>},
      {{"signif"}, "values digits", "Rounds to a number of significant digits.", apply<Op::signif>},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims

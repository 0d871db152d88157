#include "rapids/elementwise.hpp"

namespace neve::rapids::prims {
namespace {

template <munge::Op op>
Value apply(Arguments& arguments) {
  return map_unary(arguments, op);
}

Value same(Arguments& arguments) { return arguments.value(0); }

}  // namespace

const PrimGroup& elementwise() {
  using munge::Op;
  static const PrimGroup kGroup{{
      {{"abs"}, "values", "Absolute value of each cell.", apply<Op::absolute>},
      {{"acos"}, "values", "Inverse cosine of each cell.", apply<Op::acos>},
      {{"acosh"}, "values", "Inverse hyperbolic cosine of each cell.", apply<Op::acosh>},
      {{"asin"}, "values", "Inverse sine of each cell.", apply<Op::asin>},
      {{"asinh"}, "values", "Inverse hyperbolic sine of each cell.", apply<Op::asinh>},
      {{"atan"}, "values", "Inverse tangent of each cell.", apply<Op::atan>},
      {{"atanh"}, "values", "Inverse hyperbolic tangent of each cell.", apply<Op::atanh>},
      {{"ceiling"}, "values", "Rounds each cell up.", apply<Op::ceiling>},
      {{"cos"}, "values", "Cosine of each cell.", apply<Op::cos>},
      {{"cosh"}, "values", "Hyperbolic cosine of each cell.", apply<Op::cosh>},
      {{"cospi"}, "values", "Cosine of pi times each cell.", apply<Op::cospi>},
      {{"digamma"}, "values", "Digamma function of each cell.", apply<Op::digamma>},
      {{"exp"}, "values", "Exponential of each cell.", apply<Op::exp>},
      {{"expm1"}, "values", "Exponential less one of each cell.", apply<Op::expm1>},
      {{"floor"}, "values", "Rounds each cell down.", apply<Op::floor>},
      {{"gamma"}, "values", "Gamma function of each cell.", apply<Op::gamma>},
      {{"lgamma"}, "values", "Logarithm of the gamma function.", apply<Op::lgamma>},
      {{"log"}, "values", "Natural logarithm of each cell.", apply<Op::log>},
      {{"log10"}, "values", "Logarithm to base 10 of each cell.", apply<Op::log10>},
      {{"log1p"}, "values", "Logarithm of one plus each cell.", apply<Op::log1p>},
      {{"log2"}, "values", "Logarithm to base 2 of each cell.", apply<Op::log2>},
      {{"none"}, "values", "Each cell as it is.", same},
      {{"not", "!!"}, "values", "1 where a cell is 0, 0 where it is not.", apply<Op::logical_not>},
      {{"sign"}, "values", "-1, 0 or 1 by the sign of each cell.", apply<Op::sign>},
      {{"sin"}, "values", "Sine of each cell.", apply<Op::sin>},
      {{"sinh"}, "values", "Hyperbolic sine of each cell.", apply<Op::sinh>},
      {{"sinpi"}, "values", "Sine of pi times each cell.", apply<Op::sinpi>},
      {{"sqrt"}, "values", "Square root of each cell.", apply<Op::sqrt>},
      {{"tan"}, "values", "Tangent of each cell.", apply<Op::tan>},
      {{"tanh"}, "values", "Hyperbolic tangent of each cell.", apply<Op::tanh>},
      {{"tanpi"}, "values", "Tangent of pi times each cell.", apply<Op::tanpi>},
      {{"trigamma"}, "values", "Trigamma function of each cell.", apply<Op::trigamma>},
      {{"trunc"}, "values", "Drops the fraction of each cell.", apply<Op::trunc>},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims

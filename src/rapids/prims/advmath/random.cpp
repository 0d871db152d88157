#include "rapids/evaluation.hpp"

namespace neve::rapids::prims {
namespace {

LazyFrame column(const LazyFrame& like, std::string name, munge::ExpressionPtr expression) {
  LazyFrame result;
  result.layout = like.layout;
  result.add(std::move(name), std::move(expression));
  return result;
}

Value uniform_column(Arguments& arguments) {
  return column(arguments.frame(0), "rnd", munge::random_of(arguments.seed(1)));
}

munge::ExpressionPtr count_of_folds(Arguments& arguments) {
  const std::int64_t folds = arguments.integer(1);
  if (folds < 2) arguments.fail(1, "expected at least 2 folds.");
  return munge::constant_of(static_cast<double>(folds));
}

Value random_folds(Arguments& arguments) {
  const auto scaled = munge::binary(munge::Op::multiply, munge::random_of(arguments.seed(2)),
                                    count_of_folds(arguments));
  return column(arguments.frame(0), "C1", munge::unary(munge::Op::floor, scaled));
}

Value modulo_folds(Arguments& arguments) {
  auto row = std::make_shared<munge::Expression>();
  row->op = munge::Op::row_number;
  return column(arguments.frame(0), "C1",
                munge::binary(munge::Op::modulo, row, count_of_folds(arguments)));
}

}  // namespace

const PrimGroup& random() {
  static const PrimGroup kGroup{{
      {{"h2o.runif"},
       "frame seed",
       "A column of uniform random numbers in [0, 1).",
       uniform_column},
      {{"kfold_column"}, "frame folds seed", "A random fold for each row.", random_folds},
      {{"modulo_kfold_column"}, "frame folds", "The row number modulo the folds.", modulo_folds},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims

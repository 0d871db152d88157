#include <neve/munge/expression.hpp>

#include <algorithm>
#include <bit>

#include <neve/base/error.hpp>

#include "munge/program.hpp"

namespace neve::munge {
namespace {

/// Shared nodes count each time, so this also bounds the depth of what compile() walks.
int size_of(const ExpressionPtr& a) { return a ? a->size : 0; }

constexpr int kLargest = 1 << 24;

ExpressionPtr node(Op op, ExpressionPtr a, ExpressionPtr b = nullptr, ExpressionPtr c = nullptr) {
  auto made = std::make_shared<Expression>();
  made->op = op;
  made->size = std::min(kLargest, 1 + size_of(a) + size_of(b) + size_of(c));
  made->a = std::move(a);
  made->b = std::move(b);
  made->c = std::move(c);
  return made;
}

bool is_constant(const ExpressionPtr& e) { return e->op == Op::constant; }

}  // namespace

ExpressionPtr column_of(const frame::Column& column) {
  auto made = std::make_shared<Expression>();
  made->op = Op::column;
  made->column = column;
  made->type = column.type;
  made->domain = column.domain;
  return made;
}

ExpressionPtr constant_of(double value) {
  auto made = std::make_shared<Expression>();
  made->constant = value;
  return made;
}

ExpressionPtr random_of(std::uint64_t seed) {
  auto made = std::make_shared<Expression>();
  made->op = Op::random;
  made->constant = std::bit_cast<double>(seed);
  return made;
}

ExpressionPtr unary(Op op, ExpressionPtr a) {
  if (is_constant(a)) return constant_of(apply_unary(op, a->constant));
  return node(op, std::move(a));
}

ExpressionPtr binary(Op op, ExpressionPtr a, ExpressionPtr b) {
  if (is_constant(a) && is_constant(b)) {
    return constant_of(apply_binary(op, a->constant, b->constant));
  }
  return node(op, std::move(a), std::move(b));
}

ExpressionPtr choose(Op op, ExpressionPtr test, ExpressionPtr yes, ExpressionPtr no) {
  NEVE_CHECK(op == Op::if_else || op == Op::pick);
  return node(op, std::move(test), std::move(yes), std::move(no));
}

ExpressionPtr look_up(ExpressionPtr code, std::vector<double> table, frame::DomainPtr domain) {
  auto made = std::make_shared<Expression>();
  made->op = Op::look_up;
  made->size = 1 + size_of(code);
  made->a = std::move(code);
  made->table = std::make_shared<const std::vector<double>>(std::move(table));
  if (domain) {
    made->type = frame::ColumnType::categorical;
    made->domain = std::move(domain);
  }
  return made;
}

ExpressionPtr retyped(const ExpressionPtr& from, frame::ColumnType type, frame::DomainPtr domain) {
  auto made = std::make_shared<Expression>(*from);
  if (from->is_column() && (type != from->type || domain != from->domain)) {
    // A column's chunks are of its own kind; another kind needs new ones.
    made = std::make_shared<Expression>();
    made->op = Op::if_else;
    made->a = constant_of(1);
    made->b = from;
    made->c = made->a;
    made->size = from->size + 3;
  }
  made->type = type;
  made->domain = std::move(domain);
  return made;
}

double apply_unary(Op op, double a) {
  double result = 0;
  unary_block(op, {&a, 1}, {&result, 1});
  return result;
}

double apply_binary(Op op, double a, double b) {
  double result = 0;
  binary_block(op, &a, &b, {&result, 1});
  return result;
}

}  // namespace neve::munge

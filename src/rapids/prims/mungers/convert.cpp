#include <cmath>

#include <neve/base/error.hpp>

#include "rapids/elementwise.hpp"
#include "rapids/factors.hpp"

namespace neve::rapids::prims {
namespace {

using frame::ColumnType;
using munge::ExpressionPtr;

template <auto convert>
Value each(Arguments& arguments) {
  Evaluation& evaluation = arguments.evaluation();
  LazyFrame result = arguments.frame(0);
  result.key.clear();
  for (ExpressionPtr& column : result.columns) column = convert(evaluation, result.layout, column);
  return result;
}

template <ColumnType type>
Value is_type(Arguments& arguments) {
  NumberList flags;
  for (const ExpressionPtr& column : arguments.frame(0).columns) {
    const bool number = type == ColumnType::numeric && column->type == ColumnType::time;
    flags.add({.base = column->type == type || number ? 1.0 : 0.0});
  }
  return flags;
}

ExpressionPtr is_missing(const ExpressionPtr& column) {
  if (column->type != ColumnType::string && column->type != ColumnType::uuid) {
    return munge::unary(munge::Op::is_missing, column);
  }
  auto made = std::make_shared<munge::Expression>();
  made->op = munge::Op::text_missing;
  made->column = column->column;
  return made;
}

Value is_na(Arguments& arguments) {
  if (const auto* number = arguments.get<double>(0)) return std::isnan(*number) ? 1.0 : 0.0;
  if (arguments.get<std::string>(0) != nullptr) return 0.0;
  Value value = map_columns(arguments, is_missing);
  if (auto* frame = std::get_if<LazyFrame>(&value)) {
    for (std::string& name : frame->names) name = "isNA(" + name + ")";
  }
  return value;
}

Value any_factor(Arguments& arguments) {
  for (const ExpressionPtr& column : arguments.frame(0).columns) {
    if (column->type == ColumnType::categorical) return 1.0;
  }
  return 0.0;
}

Value columns_by_type(Arguments& arguments) {
  const std::string type = arguments.text(1);
  const auto wanted = [&](ColumnType t) {
    if (type == "numeric") return t == ColumnType::numeric;
    if (type == "categorical") return t == ColumnType::categorical;
    if (type == "string") return t == ColumnType::string;
    if (type == "time") return t == ColumnType::time;
    if (type == "uuid") return t == ColumnType::uuid;
    if (type == "bad") return t == ColumnType::bad;
    arguments.fail(
        1, "expected one of numeric, categorical, string, time, uuid, bad, not " + type + ".");
  };
  NumberList found;
  const LazyFrame& frame = arguments.frame(0);
  for (std::size_t c = 0; c < frame.width(); ++c) {
    if (wanted(frame.columns[c]->type)) found.add({.base = static_cast<double>(c)});
  }
  return found;
}

}  // namespace

const PrimGroup& convert() {
  static const PrimGroup kGroup{{
      {{"as.factor"}, "frame", "Makes columns categorical.", each<factor_of>},
      {{"as.numeric"}, "frame", "Makes columns numeric.", each<number_of>},
      {{"as.character"}, "frame", "Makes columns strings.", each<text_of>},
      {{"is.factor"}, "frame", "1 for each categorical column.", is_type<ColumnType::categorical>},
      {{"is.numeric"}, "frame", "1 for each numeric column.", is_type<ColumnType::numeric>},
      {{"is.character"}, "frame", "1 for each string column.", is_type<ColumnType::string>},
      {{"is.na"}, "values", "1 where a cell has no value.", is_na},
      {{"any.factor"}, "frame", "1 where some column is categorical.", any_factor},
      {{"columnsByType"}, "frame type", "Positions of the columns of a type.", columns_by_type},
  }};
  return kGroup;
}

}  // namespace neve::rapids::prims

#include "rapids/elementwise.hpp"

#include <algorithm>
#include <cmath>

#include <neve/base/error.hpp>
#include <neve/base/java_number.hpp>

#include "rapids/factors.hpp"

namespace neve::rapids {
namespace {

using frame::ColumnType;
using munge::ExpressionPtr;
using munge::Op;

bool is_equality(Op op) { return op == Op::equal || op == Op::not_equal; }
bool is_categorical(const ExpressionPtr& e) { return e->type == ColumnType::categorical; }
bool is_text(const ExpressionPtr& e) { return e->type == ColumnType::string; }

ExpressionPtr text_equals(const ExpressionPtr& column, const std::string& text, Op op) {
  auto made = std::make_shared<munge::Expression>();
  made->op = Op::text_equals;
  made->column = column->column;
  made->text = text;
  return op == Op::equal ? made : munge::unary(Op::logical_not, made);
}

/// A column against a word.
ExpressionPtr against_text(const ExpressionPtr& column, const std::string& text, Op op) {
  if (!is_equality(op)) {
    bad_request("Strings can be compared by == and != only, not with '" + text + "' here.");
  }
  if (is_text(column)) return text_equals(column, text, op);
  if (!is_categorical(column)) return munge::constant_of(op == Op::equal ? 0 : 1);
  const frame::Domain& domain = *column->domain;
  const auto at = std::ranges::find(domain, text);
  const double code = at == domain.end() ? -1 : static_cast<double>(at - domain.begin());
  return munge::binary(op, column, munge::constant_of(code));
}

/// A column against a number.
ExpressionPtr against_number(const ExpressionPtr& column, double number, Op op, bool number_first) {
  if (!is_number_like(column)) {
    if (!is_equality(op)) return missing_column();
    if (is_text(column) && std::isnan(number)) return text_equals(column, "", op);
    return munge::constant_of(op == Op::equal ? 0 : 1);
  }
  const ExpressionPtr other = munge::constant_of(number);
  return number_first ? munge::binary(op, other, column) : munge::binary(op, column, other);
}

ExpressionPtr against_column(Evaluation& evaluation, const frame::LayoutPtr& layout,
                             const std::pair<ExpressionPtr, ExpressionPtr>& sides, Op op) {
  auto [left, right] = sides;
  if (is_equality(op) && (is_text(left) || is_text(right))) {
    const auto as_codes = [&](const ExpressionPtr& e) {
      return is_text(e) || is_categorical(e) ? factor_of(evaluation, layout, e) : e;
    };
    left = as_codes(left);
    right = as_codes(right);
  }
  if (is_equality(op) && is_categorical(left) && is_categorical(right)) {
    if (*left->domain != *right->domain) right = recoded(right, *left->domain);
    return munge::binary(op, left, right);
  }
  if (!is_number_like(left) || !is_number_like(right)) {
    if (!is_equality(op)) return missing_column();
    return munge::constant_of(op == Op::equal ? 0 : 1);
  }
  return munge::binary(op, left, right);
}

/// Widens one column to many, and a single row to all rows.
class Pairing {
 public:
  Pairing(Evaluation& evaluation, LazyFrame left, LazyFrame right)
      : evaluation_(evaluation), left_(std::move(left)), right_(std::move(right)) {
    if (left_.rows() == right_.rows()) {
      right_ = evaluation_.on_layout(right_, left_.layout);
    } else if (right_.rows() == 1) {
      widen(right_, left_);
    } else if (left_.rows() == 1) {
      widen(left_, right_);
    } else {
      bad_request("Frames must have same rows, found " + std::to_string(left_.rows()) +
                  " rows and " + std::to_string(right_.rows()) + " rows.");
    }
  }

  LazyFrame apply(Op op) {
    if (left_.width() == 0) return left_;
    if (right_.width() == 0) return right_;
    const std::size_t width = std::max(left_.width(), right_.width());
    if (left_.width() != right_.width() && left_.width() != 1 && right_.width() != 1) {
      bad_request("Frames must have same columns, found " + std::to_string(left_.width()) +
                  " columns and " + std::to_string(right_.width()) + " columns.");
    }
    LazyFrame result;
    result.layout = left_.layout;
    result.names = left_.width() == width ? left_.names : right_.names;
    for (std::size_t c = 0; c < width; ++c) {
      const auto& a = left_.columns[left_.width() == 1 ? 0 : c];
      const auto& b = right_.columns[right_.width() == 1 ? 0 : c];
      result.columns.push_back(
          evaluation_.light(left_.layout, against_column(evaluation_, left_.layout, {a, b}, op)));
    }
    return result;
  }

 private:
  void widen(LazyFrame& one, const LazyFrame& many) {
    const auto sums = munge::reduce(evaluation_.engine(), one.layout, numeric(one));
    for (std::size_t c = 0; c < one.width(); ++c) {
      const bool has = sums[c].present() == 1;
      one.columns[c] = munge::constant_of(has ? sums[c].sum : std::nan(""));
    }
    one.layout = many.layout;
  }

  static std::vector<ExpressionPtr> numeric(const LazyFrame& frame) {
    std::vector<ExpressionPtr> columns;
    columns.reserve(frame.width());
    for (const ExpressionPtr& e : frame.columns) {
      columns.push_back(is_number_like(e) ? e : missing_column());
    }
    return columns;
  }

  Evaluation& evaluation_;
  LazyFrame left_;
  LazyFrame right_;
};

bool has_texts(const LazyFrame& frame) { return std::ranges::any_of(frame.columns, is_text); }

const LazyFrame* cells_of(const Value& value) {
  if (const auto* frame = std::get_if<LazyFrame>(&value)) return frame;
  if (const auto* row = std::get_if<Row>(&value)) return &row->cells;
  return nullptr;
}

/// A value of the same kind as `like`: cells of rows stay rows.
Value reshaped(LazyFrame cells, const Value& like) {
  cells.key.clear();
  if (std::holds_alternative<Row>(like)) return Row{std::move(cells)};
  return cells;
}

std::optional<double> number_of(const Value& value) {
  if (const auto* number = std::get_if<double>(&value)) return *number;
  const auto* list = std::get_if<NumberList>(&value);
  if (list != nullptr && list->size() == 1) return list->first();
  return std::nullopt;
}

std::optional<std::string> text_of(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  const auto* list = std::get_if<StringList>(&value);
  if (list != nullptr && list->size() == 1) return list->front();
  return std::nullopt;
}

Value with_scalar(Arguments& arguments, Op op, std::size_t frame_at) {
  const Value& side = arguments.value(frame_at);
  const Value& scalar = arguments.value(1 - frame_at);
  const LazyFrame& cells = *cells_of(side);
  const auto number = number_of(scalar);
  const auto text = text_of(scalar);
  if (!number && !text) {
    bad_request("Cannot combine a frame with " + std::string(kind_name(scalar)) + ".");
  }
  LazyFrame result = cells;
  for (ExpressionPtr& column : result.columns) {
    column =
        text ? against_text(column, *text, op) : against_number(column, *number, op, frame_at == 1);
    column = arguments.evaluation().light(cells.layout, column);
  }
  return reshaped(std::move(result), side);
}

}  // namespace

bool is_number_like(const ExpressionPtr& e) {
  return e->type == ColumnType::numeric || e->type == ColumnType::time ||
         e->type == ColumnType::bad;
}

ExpressionPtr missing_column() { return munge::constant_of(std::nan("")); }

ExpressionPtr recoded(const ExpressionPtr& column, const frame::Domain& domain) {
  std::vector<double> table;
  for (const std::string& level : *column->domain) {
    const auto at = std::ranges::find(domain, level);
    table.push_back(at == domain.end() ? -1 : static_cast<double>(at - domain.begin()));
  }
  return munge::look_up(column, std::move(table));
}

Value map_columns(Arguments& arguments, const MapColumn& map) {
  const Value& value = arguments.value(0);
  const LazyFrame* cells = cells_of(value);
  if (cells == nullptr) arguments.frame(0);
  LazyFrame result = *cells;
  for (ExpressionPtr& column : result.columns) {
    column = arguments.evaluation().light(cells->layout, map(column));
  }
  return reshaped(std::move(result), value);
}

Value map_unary(Arguments& arguments, Op op) {
  if (const auto number = number_of(arguments.value(0))) return munge::apply_unary(op, *number);
  const std::string& name = arguments.primitive_name();
  if (const auto* frame = arguments.get<LazyFrame>(0)) {
    for (std::size_t c = 0; c < frame->width(); ++c) {
      if (is_number_like(frame->columns[c])) continue;
      throw InputError::bad_request(
          "Operator " + name + "() cannot be applied to non-numeric column " + frame->names[c],
          {{"function", name}, {"argument", "values"}, {"column", frame->names[c]}});
    }
  }
  Value result = map_columns(arguments, [op](const ExpressionPtr& column) {
    return is_number_like(column) ? munge::unary(op, column) : missing_column();
  });
  // Clients name the columns of the result so before they ask for it.
  if (auto* frame = std::get_if<LazyFrame>(&result)) {
    for (std::string& column : frame->names) {
      column.insert(0, name + "(");
      column += ")";
    }
  }
  return result;
}

Value map_binary(Arguments& arguments, Op op) {
  const Value& left = arguments.value(0);
  const Value& right = arguments.value(1);
  const LazyFrame* a = cells_of(left);
  const LazyFrame* b = cells_of(right);
  if (a != nullptr && b != nullptr) {
    Pairing pairing(arguments.evaluation(), *a, *b);
    if (!is_equality(op) && has_texts(*a) && has_texts(*b)) {
      // In the words of H2O-3, which its clients' tests look for.
      throw InputError::bad_request("unimplemented: Binary operation '" +
                                        arguments.primitive_name() +
                                        "' is not supported on String columns.",
                                    {{"function", arguments.primitive_name()}});
    }
    return reshaped(pairing.apply(op), std::holds_alternative<Row>(left) ? left : right);
  }
  if (a != nullptr) return with_scalar(arguments, op, 0);
  if (b != nullptr) return with_scalar(arguments, op, 1);
  const auto x = number_of(left);
  const auto y = number_of(right);
  if (x && y) return munge::apply_binary(op, *x, *y);
  const auto s = text_of(left);
  const auto t = text_of(right);
  if (s && t && is_equality(op)) return (*s == *t) == (op == Op::equal) ? 1.0 : 0.0;
  bad_request("Cannot combine " + std::string(kind_name(left)) + " with " +
              std::string(kind_name(right)) + ".");
}

ExpressionPtr combine(Op op, std::vector<ExpressionPtr> cells) {
  while (cells.size() > 1) {
    std::vector<ExpressionPtr> half;
    for (std::size_t i = 0; i + 1 < cells.size(); i += 2) {
      half.push_back(munge::binary(op, cells[i], cells[i + 1]));
    }
    if (cells.size() % 2 == 1) half.push_back(cells.back());
    cells = std::move(half);
  }
  return cells[0];
}

}  // namespace neve::rapids

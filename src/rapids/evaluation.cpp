#include "rapids/evaluation.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <ranges>

#include <neve/base/error.hpp>
#include <neve/frame/chunk_builder.hpp>
#include <neve/munge/rows.hpp>

namespace neve::rapids {

void bad_request(const std::string& message) { throw InputError::bad_request(message); }

namespace {

/// Calls of lambdas within lambdas; the parser bounds the rest.
constexpr int kDeepestCalls = 512;
/// Nodes of an expression before it is computed on the way: bounds the depth of what walks it.
constexpr int kHeaviest = 2000;

std::optional<Value> constant(std::string_view name) {
  if (name == "TRUE" || name == "True" || name == "true") return 1.0;
  if (name == "FALSE" || name == "False" || name == "false") return 0.0;
  if (name == "NaN" || name == "NA" || name == "nan") return std::nan("");
  if (name == "PI" || name == "Pi") return std::numbers::pi;
  if (name == "null" || name == "NULL") return NoValue{};
  return std::nullopt;
}

void check_arity(const Function& function, std::size_t given) {
  const Primitive& primitive = *function.primitive;
  const std::size_t least = primitive.least();
  const std::size_t most = primitive.most();
  if (given >= least && given <= most) return;
  const std::string wanted = least == most ? std::to_string(least)
                             : most == std::string::npos
                                 ? "at least " + std::to_string(least)
                                 : std::to_string(least) + " to " + std::to_string(most);
  const std::string names = primitive.arguments.empty() ? "" : " (" + primitive.arguments + ")";
  throw InputError::bad_request("Incorrect number of arguments; '" + function.name + "' expects " +
                                    wanted + names + " but was passed " + std::to_string(given),
                                {{"function", function.name}});
}

bool names_function(const InputError& error) {
  return std::ranges::any_of(error.values(), [](const auto& v) { return v.first == "function"; });
}

}  // namespace

std::string Evaluation::full_name(std::string_view id) const {
  if (!id.starts_with('$')) return std::string(id);
  return std::string(id.substr(1)) + "~" + session_;
}

Value Evaluation::look_up(const std::string& name) {
  for (const Scope& scope : std::ranges::reverse_view(scopes_)) {
    const auto at = std::ranges::find(*scope.names, name);
    if (at == scope.names->end()) continue;
    return scope.values[static_cast<std::size_t>(at - scope.names->begin())];
  }
  if (auto value = constant(name)) return *std::move(value);
  const std::string key = full_name(name);
  if (auto frame = parts_.frames.find(key)) return lazy(*frame);
  if (engine().store().catalog().find(key)) return key;
  const auto primitive = parts_.primitives.find(name);
  if (primitive != parts_.primitives.end()) {
    return Function{.primitive = primitive->second, .name = name};
  }
  throw InputError::bad_request("Name lookup of '" + name + "' failed", {{"function", name}});
}

Value Evaluation::evaluate(const AstPtr& ast) {
  if (token_) token_->check();
  if (const auto* number = std::get_if<double>(&ast->node)) return *number;
  if (const auto* text = std::get_if<std::string>(&ast->node)) return *text;
  if (const auto* list = std::get_if<NumberList>(&ast->node)) return *list;
  if (const auto* list = std::get_if<StringList>(&ast->node)) return *list;
  if (const auto* id = std::get_if<Ast::Id>(&ast->node)) return look_up(id->name);
  if (std::holds_alternative<Ast::Lambda>(ast->node)) return Function{.lambda = ast};
  return call_ast(std::get<Ast::Call>(ast->node));
}

/// Whoever refuses is named, be it by the primitive itself or by what it calls.
Value Evaluation::apply(const Function& function, Arguments& arguments) {
  try {
    return function.primitive->apply(arguments);
  } catch (const InputError& error) {
    if (names_function(error)) throw;
    Error::Values values = error.values();
    values.emplace_back("function", function.name);
    throw InputError(error.http_status(), error.exception_type(),
                     "(" + function.name + "): " + error.what(), std::move(values));
  }
}

Value Evaluation::call_ast(const Ast::Call& call) {
  Value head = evaluate(call.parts[0]);
  auto* function = std::get_if<Function>(&head);
  if (function == nullptr) {
    bad_request("Expected a function, but found " + std::string(kind_name(head)) + ": " +
                to_text(*call.parts[0]));
  }
  std::vector<AstPtr> rest(call.parts.begin() + 1, call.parts.end());
  if (function->primitive != nullptr) {
    check_arity(*function, rest.size());
    Arguments arguments(*this, *function, std::move(rest));
    return apply(*function, arguments);
  }
  std::vector<Value> values;
  values.reserve(rest.size());
  for (const AstPtr& part : rest) values.push_back(evaluate(part));
  return run_lambda(std::get<Ast::Lambda>(function->lambda->node), std::move(values));
}

Value Evaluation::call(const Function& function, std::vector<Value> values) {
  if (function.primitive != nullptr) {
    check_arity(function, values.size());
    Arguments arguments(*this, function, std::move(values));
    return apply(function, arguments);
  }
  return run_lambda(std::get<Ast::Lambda>(function.lambda->node), std::move(values));
}

munge::ExpressionPtr Evaluation::light(const frame::LayoutPtr& layout,
                                       const munge::ExpressionPtr& expression) {
  if (expression->size <= kHeaviest) return expression;
  return munge::column_of(munge::evaluate(engine(), layout, {&expression, 1}, token_)[0]);
}

Value Evaluation::run_lambda(const Ast::Lambda& lambda, std::vector<Value> values) {
  if (lambda.arguments.size() != values.size()) {
    bad_request("Incorrect number of arguments; a function expects " +
                std::to_string(lambda.arguments.size()) + " but was passed " +
                std::to_string(values.size()));
  }
  if (depth_ >= kDeepestCalls) bad_request("Functions call each other too deeply.");
  ++depth_;
  scopes_.push_back({&lambda.arguments, std::move(values)});
  Value result = evaluate(lambda.body);
  scopes_.pop_back();
  --depth_;
  return result;
}

frame::Frame Evaluation::materialise(const LazyFrame& lazy) {
  frame::Frame frame;
  frame.key = lazy.key;
  frame.names = lazy.names;
  frame.layout = lazy.layout ? lazy.layout : engine().new_layout({0, 0});
  frame.columns = munge::evaluate(engine(), frame.layout, lazy.columns, token_);
  return frame;
}

LazyFrame Evaluation::publish(const LazyFrame& frame, const std::string& key,
                              const std::string& session) {
  frame::Frame made = materialise(frame);
  made.key = key;
  parts_.frames.publish(made, session);
  return lazy(made);
}

void Evaluation::replace(const std::string& key, const LazyFrame& frame) {
  if (key.empty()) return;
  const auto entry = engine().store().catalog().find(key);
  publish(frame, key, entry ? entry->session : std::string());
}

model::Models& Evaluation::models() {
  if (parts_.models == nullptr) bad_request("There are no models here.");
  return *parts_.models;
}

LazyFrame Evaluation::row_frame(const std::vector<std::string>& names,
                                const std::vector<double>& values) {
  std::vector<NewColumn> columns;
  for (std::size_t i = 0; i < names.size(); ++i) {
    columns.push_back({.name = names[i], .numbers = {values[i]}});
  }
  return new_frame(columns);
}

namespace {

frame::Chunk encode(const Evaluation::NewColumn& column, std::size_t begin, std::size_t rows) {
  if (column.texts) {
    frame::TextBuilder builder;
    for (std::size_t i = 0; i < rows; ++i) {
      const std::string& text = (*column.texts)[begin + i];
      column.empty_is_missing && text.empty() ? builder.append_missing() : builder.append(text);
    }
    return builder.finish();
  }
  const std::span values = std::span(column.numbers).subspan(begin, rows);
  if (column.type == frame::ColumnType::time) {
    std::vector<std::int64_t> times;
    for (const double v : values) {
      times.push_back(std::isnan(v) ? frame::kMissingInt64 : static_cast<std::int64_t>(v));
    }
    return frame::encode_times(times);
  }
  if (!column.domain) return frame::encode_doubles(values);
  std::vector<std::int32_t> codes;
  for (const double v : values) {
    codes.push_back(std::isnan(v) ? frame::kMissingCode : static_cast<std::int32_t>(v));
  }
  return frame::encode_codes(codes);
}

}  // namespace

LazyFrame Evaluation::new_frame(const std::vector<NewColumn>& columns) {
  NEVE_CHECK(!columns.empty());
  const std::size_t rows = columns[0].texts ? columns[0].texts->size() : columns[0].numbers.size();
  const auto layout = engine().new_layout(
      frame::row_cuts(static_cast<std::int64_t>(rows), static_cast<std::int64_t>(columns.size())));
  std::vector<ColumnId> ids;
  std::vector<mr::OutputColumn> kinds;
  for (const NewColumn& column : columns) {
    ids.push_back(engine().new_column_id());
    mr::OutputColumn kind{.type = column.type, .domain = column.domain};
    if (column.domain) kind.type = frame::ColumnType::categorical;
    if (column.texts) kind.type = frame::ColumnType::string;
    kinds.push_back(kind);
    for (std::int32_t g = 0; g < layout->groups(); ++g) {
      const GroupIndex group(g);
      const auto begin = static_cast<std::size_t>(layout->first_row(group));
      engine().put_chunk(*layout, ids.back(), group,
                         encode(column, begin, static_cast<std::size_t>(layout->rows_of(group))));
    }
  }
  const std::vector<frame::Column> made = engine().adopt(ids, kinds);
  LazyFrame frame;
  frame.layout = layout;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    frame.add(columns[i].name, munge::column_of(made[i]));
  }
  return frame;
}

LazyFrame Evaluation::on_layout(const LazyFrame& frame, const frame::LayoutPtr& layout) {
  if (!frame.layout || !layout || frame.layout->id == layout->id) return frame;
  if (frame.rows() != layout->rows()) {
    bad_request("Frames must have same rows, found " + std::to_string(layout->rows()) +
                " rows and " + std::to_string(frame.rows()) + " rows.");
  }
  return lazy(munge::recut(engine(), materialise(frame), layout));
}

frame::Rollup Evaluation::rollup(const LazyFrame& frame, std::size_t column) {
  const LazyFrame one = frame.select({column});
  return parts_.rollups.of(materialise(one), token_)[0];
}

}  // namespace neve::rapids

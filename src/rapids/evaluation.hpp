#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <neve/frame/rollup.hpp>
#include <neve/job/token.hpp>
#include <neve/mr/engine.hpp>
#include <neve/munge/calendar.hpp>
#include <neve/munge/evaluate.hpp>
#include <neve/munge/rollups.hpp>
#include <neve/rapids/interpreter.hpp>

#include "rapids/ast.hpp"
#include "rapids/primitive.hpp"

namespace neve::rapids {

[[noreturn]] void bad_request(const std::string& message);

/// One request being evaluated: on one thread, on the node that was asked.
class Evaluation {
 public:
  Evaluation(Interpreter::Parts& parts, std::string session, job::TokenPtr token)
      : parts_(parts), session_(std::move(session)), token_(std::move(token)) {}

  Value evaluate(const AstPtr& ast);
  /// Calls with values that are known already.
  Value call(const Function& function, std::vector<Value> arguments);

  /// Computes what is lazy, in one pass.
  frame::Frame materialise(const LazyFrame& frame);
  /// The expression, computed already if it has grown large.
  munge::ExpressionPtr light(const frame::LayoutPtr& layout,
                             const munge::ExpressionPtr& expression);
  /// The name as the catalogue has it: "$id" belongs to the session.
  [[nodiscard]] std::string full_name(std::string_view id) const;
  /// Gives the frame a name; `session` empty for a global one.
  LazyFrame publish(const LazyFrame& frame, const std::string& key, const std::string& session);
  /// Replaces the catalogue's frame of this key, which stays a temporary if it was one.
  void replace(const std::string& key, const LazyFrame& frame);
  /// A one-row frame of numbers.
  LazyFrame row_frame(const std::vector<std::string>& names, const std::vector<double>& values);
  /// A frame of plain columns held in memory here.
  struct NewColumn {
    std::string name;
    std::vector<double> numbers = {};  ///< codes where there is a domain
    frame::DomainPtr domain = nullptr;
    std::optional<StringList> texts = {};  ///< a string column instead
    bool empty_is_missing = false;         ///< of texts
    frame::ColumnType type = frame::ColumnType::numeric;
  };
  LazyFrame new_frame(const std::vector<NewColumn>& columns);

  /// The columns of `frame` on another layout of as many rows.
  LazyFrame on_layout(const LazyFrame& frame, const frame::LayoutPtr& layout);

  frame::Rollup rollup(const LazyFrame& frame, std::size_t column);

  [[nodiscard]] mr::Engine& engine() { return parts_.engine; }
  [[nodiscard]] frame::Frames& frames() { return parts_.frames; }
  [[nodiscard]] munge::Rollups& rollups() { return parts_.rollups; }
  /// Throws InputError where the interpreter knows no models.
  [[nodiscard]] model::Models& models();
  [[nodiscard]] Interpreter::Parts& parts() { return parts_; }
  [[nodiscard]] const job::TokenPtr& token() const { return token_; }
  [[nodiscard]] const std::string& session() const { return session_; }

 private:
  Value look_up(const std::string& name);
  Value call_ast(const Ast::Call& call);
  static Value apply(const Function& function, Arguments& arguments);
  Value run_lambda(const Ast::Lambda& lambda, std::vector<Value> arguments);
  struct Scope {
    const std::vector<std::string>* names;
    std::vector<Value> values;
  };
  Interpreter::Parts& parts_;
  std::string session_;
  job::TokenPtr token_;
  std::vector<Scope> scopes_;
  int depth_ = 0;
};

/// What a primitive was called with. Arguments are evaluated when first asked for, once; messages
/// name the primitive and the argument.
class Arguments {
 public:
  Arguments(Evaluation& evaluation, const Function& function, std::vector<AstPtr> asts)
      : evaluation_(evaluation), function_(function), asts_(std::move(asts)) {
    values_.resize(asts_.size());
  }
  Arguments(Evaluation& evaluation, const Function& function, std::vector<Value> values);

  [[nodiscard]] std::size_t size() const { return values_.size(); }
  /// As it was called.
  [[nodiscard]] const std::string& primitive_name() const { return function_.name; }
  [[nodiscard]] Evaluation& evaluation() { return evaluation_; }
  /// Null where the call came with values.
  [[nodiscard]] const AstPtr& ast(std::size_t i) const { return asts_[i]; }
  const Value& value(std::size_t i);

  template <class T>
  const T* get(std::size_t i) {
    return std::get_if<T>(&value(i));
  }
  const LazyFrame& frame(std::size_t i);
  /// A frame of one column.
  const munge::ExpressionPtr& column(std::size_t i);
  /// A frame whose cells are numbers, times or the codes of categories.
  const LazyFrame& coded_frame(std::size_t i);
  /// Everything computed.
  frame::Frame table(std::size_t i) { return evaluation_.materialise(frame(i)); }
  double number(std::size_t i);
  std::int64_t integer(std::size_t i);
  /// Drawn where it is -1.
  std::uint64_t seed(std::size_t i);
  /// 0 or 1.
  bool flag(std::size_t i);
  std::string text(std::size_t i);
  /// A list; a single number is a list of one, an empty list of strings is empty.
  NumberList numbers(std::size_t i);
  StringList texts(std::size_t i);
  /// An id or string as it stands there, never looked up.
  std::string word(std::size_t i);
  [[nodiscard]] bool is_empty_list(std::size_t i);
  /// Positions of columns given by numbers (negative ones as they are) or names.
  std::vector<std::int64_t> columns(std::size_t i, const LazyFrame& of);
  /// The same, each within the frame.
  std::vector<std::size_t> column_positions(std::size_t i, const LazyFrame& of);
  /// One of them.
  std::size_t column_position(std::size_t i, const LazyFrame& of);
  [[noreturn]] void fail(std::size_t i, const std::string& message);

 private:
  [[noreturn]] void wrong_kind(std::size_t i, std::string_view expected);
  Evaluation& evaluation_;
  const Function& function_;
  std::vector<AstPtr> asts_;
  std::vector<std::optional<Value>> values_;
};

}  // namespace neve::rapids

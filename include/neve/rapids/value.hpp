#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <neve/frame/frame.hpp>
#include <neve/munge/expression.hpp>

namespace neve::rapids {

struct Ast;
using AstPtr = std::shared_ptr<const Ast>;

/// Numbers in the order they were written, runs kept as runs: [0:1000000] takes no memory.
class NumberList {
 public:
  struct Run {
    double base = 0;
    std::int64_t count = 1;
    double stride = 1;
  };
  NumberList() = default;
  explicit NumberList(std::vector<double> values);
  void add(Run run);
  [[nodiscard]] std::int64_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] const std::vector<Run>& runs() const { return runs_; }
  /// Throws InputError where there are more than fit into memory sensibly.
  [[nodiscard]] std::vector<double> expand() const;
  [[nodiscard]] std::vector<std::int64_t> expand_integers() const;
  [[nodiscard]] double first() const { return runs_.empty() ? 0 : runs_[0].base; }
  [[nodiscard]] bool ascending() const;

 private:
  std::vector<Run> runs_;
  std::int64_t size_ = 0;
};

using StringList = std::vector<std::string>;

/// Named columns of one layout, each a column or an expression that nobody has computed yet.
struct LazyFrame {
  std::string key;  ///< set where it is a frame of the catalogue, unchanged
  std::vector<std::string> names = {};
  std::vector<munge::ExpressionPtr> columns = {};
  frame::LayoutPtr layout = nullptr;

  [[nodiscard]] std::int64_t rows() const { return layout ? layout->rows() : 0; }
  [[nodiscard]] std::size_t width() const { return columns.size(); }
  void add(std::string name, munge::ExpressionPtr column) {
    names.push_back(std::move(name));
    columns.push_back(std::move(column));
  }
  /// The columns at `picked`, in that order.
  [[nodiscard]] LazyFrame select(const std::vector<std::size_t>& picked) const;
};

LazyFrame lazy(const frame::Frame& frame);

/// A row of a frame, inside a function that is applied to every row: its cells stand for those of
/// all rows at once, so that the function is evaluated once, over whole columns.
struct Row {
  LazyFrame cells;
};

struct Primitive;

/// Something that can be called: a primitive, or a lambda with its body.
struct Function {
  const Primitive* primitive = nullptr;
  std::string name = {};  ///< by which the primitive was called, of several
  AstPtr lambda = nullptr;
};

/// Several frames with names.
struct FrameMap {
  std::vector<std::string> keys;
  std::vector<LazyFrame> frames;
};

struct NoValue {};

/// What an expression evaluates to.
using Value = std::variant<NoValue, double, std::string, NumberList, StringList, LazyFrame, Row,
                           Function, FrameMap>;

/// "a number", "a frame": for messages.
std::string_view kind_name(const Value& value);

}  // namespace neve::rapids

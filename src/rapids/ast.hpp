#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <neve/rapids/value.hpp>

namespace neve::rapids {

/// A parsed expression.
struct Ast {
  struct Id {
    std::string name;
  };
  struct Call {
    std::vector<AstPtr> parts;  ///< what is called, then its arguments; never empty
  };
  struct Lambda {
    std::vector<std::string> arguments;
    AstPtr body;
  };
  std::variant<double, std::string, NumberList, StringList, Id, Call, Lambda> node;

  /// The name where it is an id or a string; null otherwise.
  [[nodiscard]] const std::string* name() const;
};

/// Parses one expression; throws InputError (400) naming the position of what is wrong. Nesting is
/// limited, so that no input exhausts the stack.
AstPtr parse(std::string_view text);

/// The expression written out again.
std::string to_text(const Ast& ast);

}  // namespace neve::rapids

#pragma once

#include <string>
#include <vector>

#include <neve/rapids/value.hpp>

namespace neve::rapids {

class Arguments;

/// A function of the language: its names, what it takes, and what it does.
struct Primitive {
  std::vector<std::string> names;
  /// One word each; "x?" may be left out, "x..." may come any number of times.
  std::string arguments;
  std::string help;
  Value (*apply)(Arguments& arguments);

  [[nodiscard]] std::size_t least() const;
  /// The most arguments; npos where there is no limit.
  [[nodiscard]] std::size_t most() const;
};

/// The primitives of one file in prims/.
struct PrimGroup {
  std::vector<Primitive> primitives;
};

}  // namespace neve::rapids

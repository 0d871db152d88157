#pragma once

#include <string>
#include <vector>

#include "mr/api/compute_node.hpp"

namespace neve::rapids_test {

/// A cluster with an interpreter on its first node, and frames from texts like
///     name
///     a,b:enum,c:string,d:time
///     1,x,some text,0
/// NA is missing, "" is the empty text. Row groups hold three rows, so that small frames
/// have several. Files may be read below ::testing::TempDir().
class Session {
 public:
  Session(int nodes, int threads);
  ~Session();
  void load(const std::string& name, const std::vector<std::string>& lines);
  /// The answer as text: a number, a list, a text, a frame as it would be loaded, or the error.
  std::string run(const std::string& expression);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// One expression of a test file and what it gives.
struct Case {
  int line = 0;
  std::string expression;
  std::string expected;
};

struct LogicFile {
  std::vector<std::pair<std::string, std::vector<std::string>>> frames;
  std::vector<Case> cases;
};

/// Reads a file of tests/logic/rapids: "frame NAME" with its lines up to an empty one; ">
/// EXPRESSION" with the lines of its answer up to an empty one; "#" starts a comment.
LogicFile read_logic(const std::string& path);

}  // namespace neve::rapids_test

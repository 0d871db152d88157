#include "rest/assembly_steps.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include <neve/base/error.hpp>
#include <neve/base/rng.hpp>
#include <neve/munge/rows.hpp>
#include <neve/rapids/interpreter.hpp>
#include <neve/schema/values.hpp>

namespace neve::rest {
namespace {

constexpr std::string_view kPlaceholder = "dummy";
constexpr std::string_view kDelimiters = "(){}[] \t\r\n\"'";

InputError wrong_step(const std::string& step, const std::string& why) {
  return InputError::bad_request("Step " + step + " of the assembly: " + why, {{"steps", step}});
}

/// The words of an expression in their order, with the depth of brackets that each is in; a text in
/// quotes is one word.
struct Word {
  std::size_t begin = 0;
  std::size_t size = 0;
  int depth = 0;
};

std::vector<Word> words_of(std::string_view text) {
  std::vector<Word> words;
  int depth = 0;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '"' || c == '\'') {
      std::size_t end = i + 1;
      while (end < text.size() && text[end] != c) end += text[end] == '\\' ? 2 : 1;
      end = std::min(end + 1, text.size());
      words.push_back({i, end - i, depth});
      i = end;
    } else if (kDelimiters.find(c) != std::string_view::npos) {
      depth += (c == '(' ? 1 : 0) - (c == ')' ? 1 : 0);
      ++i;
    } else {
      const std::size_t end = std::min(text.find_first_of(kDelimiters, i), text.size());
      words.push_back({i, end - i, depth});
      i = end;
    }
  }
  return words;
}

std::string_view view_of(std::string_view text, const Word& word) {
  return text.substr(word.begin, word.size);
}

/// The expression with the name of a frame for the placeholder.
std::string with_frame(std::string_view ast, const std::string& name) {
  std::string made;
  std::size_t copied = 0;
  for (const Word& word : words_of(ast)) {
    if (view_of(ast, word) != kPlaceholder) continue;
    made += std::string(ast.substr(copied, word.begin - copied)) + name;
    copied = word.begin + word.size;
  }
  return made + std::string(ast.substr(copied));
}

/// The column that `(cols_py dummy column)` takes, the outermost of them.
std::optional<std::string> column_taken(std::string_view ast) {
  const std::vector<Word> words = words_of(ast);
  std::optional<std::string> found;
  int depth = 0;
  for (std::size_t i = 0; i + 2 < words.size(); ++i) {
    const bool takes = view_of(ast, words[i]) == "cols_py" &&
                       view_of(ast, words[i + 1]) == kPlaceholder &&
                       words[i + 2].depth == words[i].depth;
    if (!takes || (found && words[i].depth >= depth)) continue;
    depth = words[i].depth;
    std::string_view name = view_of(ast, words[i + 2]);
    const bool quoted = name.size() >= 2 && (name.front() == '"' || name.front() == '\'');
    if (quoted) name = name.substr(1, name.size() - 2);
    found = std::string(name);
  }
  return found;
}

/// A name that the frame has not yet: the old one with a number.
std::string free_name(const frame::Frame& frame, const std::string& name) {
  for (int number = 0;; ++number) {
    std::string made = name + std::to_string(number);
    if (!frame.find(made)) return made;
  }
}

/// Names that exist while an assembly is fitted.
class Temporaries {
 public:
  explicit Temporaries(frame::Frames& frames)
      : frames_(frames), stem_("assembly_" + std::to_string(draw_seed()) + "_") {}
  ~Temporaries() {
    for (const std::string& name : names_) {
      try {
        frames_.remove(name);
      } catch (const Error&) {
        // Without a quorum nothing can be removed; the step's own error matters more.
        return;
      }
    }
  }
  Temporaries(const Temporaries&) = delete;
  Temporaries& operator=(const Temporaries&) = delete;
  std::string next() {
    names_.push_back(stem_ + std::to_string(names_.size()));
    return names_.back();
  }

 private:
  frame::Frames& frames_;
  std::string stem_;
  std::vector<std::string> names_;
};

/// Puts the columns of a step's result where they belong.
frame::Frame combined(mr::Engine& engine, frame::Frame frame, frame::Frame result,
                      const AssemblyStep& step) {
  const auto taken = column_taken(step.ast);
  const auto place = taken ? frame.find(*taken) : std::nullopt;
  if (!place) throw wrong_step(step.name, "it takes no column of the frame.");
  if (result.rows() != frame.rows()) {
    throw wrong_step(step.name, "it gives other rows than those of its frame.");
  }
  if (result.layout->id != frame.layout->id) result = munge::recut(engine, result, frame.layout);
  if (step.in_place && result.width() == 1) {
    frame.columns[static_cast<std::size_t>(place->value())] = result.columns[0];
    return frame;
  }
  for (std::size_t c = 0; c < result.columns.size(); ++c) {
    const bool named = c < step.new_names.size() && !frame.find(step.new_names[c]);
    frame.add(named ? step.new_names[c] : free_name(frame, *taken), result.columns[c]);
  }
  if (step.in_place) {
    frame.columns.erase(frame.columns.begin() + place->value());
    frame.names.erase(frame.names.begin() + place->value());
  }
  return frame;
}

}  // namespace

AssemblyStep read_assembly_step(const std::string& text) {
  std::vector<std::string> parts;
  std::string_view rest = text;
  constexpr std::string_view kBetween = "__";
  while (true) {
    const std::size_t end = rest.find(kBetween);
    parts.emplace_back(rest.substr(0, end));
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + kBetween.size());
  }
  constexpr std::size_t kParts = 5;
  if (parts.size() != kParts) {
    throw wrong_step(text,
                     "it has " + std::to_string(parts.size()) +
                         " parts between '__' instead of name, transform, expression, whether "
                         "in place, and names.");
  }
  AssemblyStep step{.name = parts[0], .transform = parts[1], .ast = parts[2]};
  if (schema::read_bool(step.in_place, parts[3])) {
    throw wrong_step(step.name, "'" + parts[3] + "' is neither true nor false.");
  }
  std::string_view names = parts[4];
  while (!names.empty()) {
    const std::size_t end = std::min(names.find('|'), names.size());
    if (end != 0) step.new_names.emplace_back(names.substr(0, end));
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  const bool known = step.transform == "H2OColSelect" || step.transform == "H2OColOp" ||
                     step.transform == "H2OBinaryOp";
  if (known) return step;
  throw wrong_step(step.name, "there is no transform " + step.transform +
                                  " but H2OColSelect, H2OColOp and H2OBinaryOp.");
}

frame::Frame fit_assembly(const Services& services, const frame::Frame& frame,
                          const std::vector<AssemblyStep>& steps, const job::TokenPtr& token) {
  frame::Frames& frames = *services.frames;
  Temporaries temporaries(frames);
  frame::Frame now = frame;
  for (const AssemblyStep& step : steps) {
    now.key = temporaries.next();
    frames.publish(now);
    const std::string result = temporaries.next();
    services.rapids->run("(assign '" + result + "' " + with_frame(step.ast, now.key) + ")", "",
                         token);
    const auto made = frames.find(result);
    if (!made) throw wrong_step(step.name, "it gives no frame.");
    now = step.transform == "H2OColSelect" ? *made : combined(*services.engine, now, *made, step);
  }
  now.key.clear();
  return now;
}

}  // namespace neve::rest

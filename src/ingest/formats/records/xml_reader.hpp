#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace neve::ingest {

/// Attributes of an element, by their names with prefixes.
class XmlAttributes {
 public:
  explicit XmlAttributes(const char** names_and_values) : all_(names_and_values) {}
  /// Empty where there is none.
  [[nodiscard]] std::string_view get(std::string_view name) const;

 private:
  const char** all_;
};

/// What an XML text consists of, in its order. Names of elements come without prefixes.
struct XmlHandlers {
  std::function<void(std::string_view element, const XmlAttributes&)> begin;
  std::function<void(std::string_view element)> end;
  std::function<void(std::string_view)> characters;
};

/// Reads XML piece by piece. What a handler throws comes out of read().
class XmlReader {
 public:
  explicit XmlReader(XmlHandlers handlers);
  ~XmlReader();
  XmlReader(const XmlReader&) = delete;
  XmlReader& operator=(const XmlReader&) = delete;
  /// Nothing, or what is wrong: "line 3: mismatched tag".
  std::optional<std::string> read(std::string_view piece);
  /// The same when the text has ended.
  std::optional<std::string> finish();

 private:
  struct Parser;
  std::optional<std::string> parse(std::string_view piece, bool last);
  std::unique_ptr<Parser> parser_;
};

}  // namespace neve::ingest

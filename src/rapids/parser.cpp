#include <charconv>
#include <cmath>

#include <neve/base/error.hpp>
#include <neve/base/java_number.hpp>

#include "rapids/ast.hpp"

namespace neve::rapids {
namespace {

constexpr int kDeepest = 256;
constexpr std::string_view kSpace = " \t\r\n";

[[noreturn]] void fail(const std::string& message, std::size_t position) {
  throw InputError(400, "water.rapids.Rapids.IllegalASTException", message,
                   {{"position", std::to_string(position)}});
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto byte = [&out](std::uint32_t b) { out += static_cast<char>(b); };
  if (code < 0x80) return byte(code);
  if (code < 0x800) {
    byte(0xC0 | code >> 6U);
  } else if (code < 0x10000) {
    byte(0xE0 | code >> 12U);
    byte(0x80 | (code >> 6U & 0x3F));
  } else {
    byte(0xF0 | code >> 18U);
    byte(0x80 | (code >> 12U & 0x3F));
    byte(0x80 | (code >> 6U & 0x3F));
  }
  byte(0x80 | (code & 0x3F));
}

/// Recursive descent; at_ is the next character.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  AstPtr whole() {
    AstPtr ast = expression();
    if (skip_space() != '\0') {
      fail("Syntax error: illegal Rapids expression `" + std::string(text_.substr(at_)) + "`", at_);
    }
    return ast;
  }

 private:
  template <class Node>
  static AstPtr make(Node node) {
    return std::make_shared<const Ast>(Ast{std::move(node)});
  }

  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  char skip_space() {
    while (at_ < text_.size() && kSpace.find(text_[at_]) != std::string_view::npos) ++at_;
    return peek();
  }
  void expect(char wanted) {
    if (skip_space() != wanted) {
      if (at_ >= text_.size())
        fail("Expected '" + std::string(1, wanted) + "' but ran out of text", at_);
      fail("Expected '" + std::string(1, wanted) + "'. Got: '" + std::string(1, peek()) + "'", at_);
    }
    ++at_;
  }

  AstPtr expression() {
    if (depth_ >= kDeepest) {
      fail("Expressions may be nested " + std::to_string(kDeepest) + " deep at most", at_);
    }
    ++depth_;
    AstPtr ast = any();
    --depth_;
    return ast;
  }

  AstPtr any() {
    switch (skip_space()) {
      case '\0':
        if (at_ < text_.size()) fail("Illegal character U+0000", at_);
        fail("Expected an expression but ran out of text", at_);
      case '(':
        return call();
      case '{':
        return lambda();
      case '[':
        return list();
      case '"':
      case '\'':
        return make(quoted());
      case ')':
      case ']':
      case '}':
        fail("Expected an expression, got '" + std::string(1, peek()) + "'", at_);
      default:
        return number_or_id();
    }
  }

  AstPtr call() {
    const std::size_t start = at_;
    expect('(');
    Ast::Call made;
    while (skip_space() != ')') made.parts.push_back(expression());
    ++at_;
    if (made.parts.empty()) fail("Empty parentheses: expected a function to call", start);
    AstPtr ast = make(std::move(made));
    if (text_.substr(at_, 2) != "->") return ast;
    // (f x)->id keeps the value under a name, as (tmp= id (f x)) does.
    at_ += 2;
    Ast::Call named;
    named.parts = {make(Ast::Id{"tmp="}), make(Ast::Id{token()}), std::move(ast)};
    return make(std::move(named));
  }

  AstPtr lambda() {
    expect('{');
    Ast::Lambda made;
    while (skip_space() != '.') {
      if (peek() == '\0') fail("Expected '.' behind the arguments of a function", at_);
      made.arguments.push_back(token());
    }
    expect('.');
    made.body = expression();
    expect('}');
    return make(std::move(made));
  }

  AstPtr list() {
    expect('[');
    const char first = skip_space();
    return first == '"' || first == '\'' ? string_list() : number_list();
  }

  void comma() {
    if (skip_space() == ',') ++at_;
  }

  AstPtr string_list() {
    StringList strings;
    while (skip_space() != ']') {
      if (peek() != '"' && peek() != '\'')
        fail("Expected a string or ']' in a list of strings", at_);
      strings.push_back(quoted());
      comma();
    }
    ++at_;
    return make(std::move(strings));
  }

  AstPtr number_list() {
    constexpr std::int64_t kMostNumbers = std::int64_t{1} << 62;
    NumberList numbers;
    while (skip_space() != ']') {
      NumberList::Run run{.base = number()};
      if (skip_space() == ':') {
        ++at_;
        skip_space();
        const double count = number();
        if (!(count >= 0 && count <= 0x1p62)) fail("Count must be a non-negative number", at_);
        run.count = static_cast<std::int64_t>(count);
        if (skip_space() == ':') {
          ++at_;
          skip_space();
          run.stride = number();
        }
        if (!(run.stride >= 0)) fail("Stride must be positive", at_);
      }
      if (run.count > kMostNumbers - numbers.size()) fail("The list of numbers is too long", at_);
      numbers.add(run);
      comma();
    }
    ++at_;
    return make(std::move(numbers));
  }

  /// A run of characters that cannot be anything else.
  std::string token() {
    skip_space();
    const std::size_t start = at_;
    constexpr std::string_view kEnds = "({[)}] \t\r\n\\\"'";
    while (at_ < text_.size() && kEnds.find(text_[at_]) == std::string_view::npos) ++at_;
    if (at_ == start) fail("Expected a name or a number", at_);
    return std::string(text_.substr(start, at_ - start));
  }

  /// The number at the start of `text`; NaN words included. Length 0 where there is none.
  static std::pair<double, std::size_t> leading_number(std::string_view text) {
    for (const std::string_view word : {"NaN", "nan"}) {
      if (text.starts_with(word)) return {std::nan(""), word.size()};
    }
    const std::size_t sign = text.starts_with('+') ? 1 : 0;
    const std::string_view digits = text.substr(sign);
    const std::size_t at = digits.starts_with('-') ? 1 : 0;
    if (at >= digits.size()) return {0, 0};
    const bool starts = (digits[at] >= '0' && digits[at] <= '9') ||
                        (digits[at] == '.' && at + 1 < digits.size() && digits[at + 1] >= '0' &&
                         digits[at + 1] <= '9');
    if (!starts) return {0, 0};
    double value = 0;
    const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (result.ec == std::errc::invalid_argument) return {0, 0};
    if (result.ec == std::errc::result_out_of_range) value = at == 1 ? -HUGE_VAL : HUGE_VAL;
    return {value, sign + static_cast<std::size_t>(result.ptr - digits.data())};
  }

  double number() {
    const auto [value, length] = leading_number(text_.substr(at_));
    if (length == 0) {
      if (at_ >= text_.size()) fail("Expected a number but ran out of text", at_);
      fail("Expected a number", at_);
    }
    at_ += length;
    return value;
  }

  AstPtr number_or_id() {
    std::string text = token();
    const auto [value, length] = leading_number(text);
    if (length == text.size()) return make(value);
    return make(Ast::Id{std::move(text)});
  }

  std::uint32_t hex(int digits) {
    std::uint32_t value = 0;
    const char* begin = text_.data() + at_;
    if (at_ + static_cast<std::size_t>(digits) > text_.size()) fail("Escape ends early", at_);
    const auto result = std::from_chars(begin, begin + digits, value, 16);
    if (result.ptr != begin + digits) fail("Expected hexadecimal digits", at_);
    at_ += static_cast<std::size_t>(digits);
    return value;
  }

  void escape(std::string& out) {
    const std::size_t start = at_;
    switch (const char c = peek(); ++at_, c) {
      case 'n':
        out += '\n';
        return;
      case 't':
        out += '\t';
        return;
      case 'r':
        out += '\r';
        return;
      case 'b':
        out += '\b';
        return;
      case 'f':
        out += '\f';
        return;
      case 'x':
        return append_utf8(out, hex(2));
      case 'u':
      case 'U': {
        const std::uint32_t code = hex(c == 'u' ? 4 : 8);
        if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) {
          fail("Illegal unicode codepoint", start);
        }
        return append_utf8(out, code);
      }
      case '\\':
      case '\'':
      case '"':
        out += c;
        return;
      default:
        fail("Invalid escape sequence \\" + std::string(1, c), start);
    }
  }

  std::string quoted() {
    const std::size_t start = at_;
    const char quote = text_[at_++];
    std::string out;
    while (true) {
      if (at_ >= text_.size()) fail("Unterminated string at " + std::to_string(start), start);
      const char c = text_[at_++];
      if (c == quote) return out;
      if (c == '\\') {
        escape(out);
      } else {
        out += c;
      }
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

struct Writer {
  std::string out;
  void operator()(double value) { out += java_double(value); }
  void operator()(const std::string& text) { out += '"' + text + '"'; }
  void operator()(const NumberList& list) {
    out += '[';
    for (std::size_t i = 0; i < list.runs().size(); ++i) {
      const NumberList::Run& run = list.runs()[i];
      if (i > 0) out += ' ';
      out += java_double(run.base);
      if (run.count != 1) out += ':' + std::to_string(run.count);
      if (run.stride != 1) out += ':' + java_double(run.stride);
    }
    out += ']';
  }
  void operator()(const StringList& list) {
    out += '[';
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (i > 0) out += ' ';
      (*this)(list[i]);
    }
    out += ']';
  }
  void operator()(const Ast::Id& id) { out += id.name; }
  void operator()(const Ast::Call& call) {
    out += '(';
    for (std::size_t i = 0; i < call.parts.size(); ++i) {
      if (i > 0) out += ' ';
      std::visit(*this, call.parts[i]->node);
    }
    out += ')';
  }
  void operator()(const Ast::Lambda& lambda) {
    out += '{';
    for (const std::string& name : lambda.arguments) out += name + ' ';
    out += ". ";
    std::visit(*this, lambda.body->node);
    out += '}';
  }
};

}  // namespace

const std::string* Ast::name() const {
  if (const auto* id = std::get_if<Id>(&node)) return &id->name;
  return std::get_if<std::string>(&node);
}

AstPtr parse(std::string_view text) { return Parser(text).whole(); }

std::string to_text(const Ast& ast) {
  Writer writer;
  std::visit(std::ref(writer), ast.node);
  return std::move(writer.out);
}

}  // namespace neve::rapids

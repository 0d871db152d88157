#include <neve/base/java_number.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace neve {
namespace {

template <class Real>
bool append_special(std::string& out, Real value) {
  if (std::isnan(value)) {
    out += "NaN";
  } else if (std::isinf(value)) {
    out += value > 0 ? "Infinity" : "-Infinity";
  } else if (value == 0) {
    out += std::signbit(value) ? "-0.0" : "0.0";
  } else {
    return false;
  }
  return true;
}

/// Digits d1 d2 … and the exponent of d1, from the shortest scientific form "d.ddde±xx".
struct Decimal {
  std::array<char, 40> digits{};
  int count = 0;
  int exponent = 0;
};

template <class Real>
Decimal shortest(Real magnitude) {
  std::array<char, 40> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), magnitude,
                                 std::chars_format::scientific)
                       .ptr;
  const std::string_view form(text.data(), static_cast<std::size_t>(end - text.data()));
  const std::size_t mark = form.find('e');
  Decimal decimal;
  for (const char c : form.substr(0, mark)) {
    if (c != '.') decimal.digits[static_cast<std::size_t>(decimal.count++)] = c;
  }
  std::string_view power = form.substr(mark + 1);
  if (power.starts_with('+')) power.remove_prefix(1);
  std::from_chars(power.data(), power.data() + power.size(), decimal.exponent);
  return decimal;
}

void append_plain(std::string& out, const Decimal& d) {
  const std::string_view digits(d.digits.data(), static_cast<std::size_t>(d.count));
  if (d.exponent < 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-d.exponent - 1), '0');
    out += digits;
    return;
  }
  const auto whole = static_cast<std::size_t>(d.exponent) + 1;
  if (digits.size() <= whole) {
    out += digits;
    out.append(whole - digits.size(), '0');
    out += ".0";
  } else {
    out += digits.substr(0, whole);
    out += '.';
    out += digits.substr(whole);
  }
}

template <class Real>
void append_java(std::string& out, Real value) {
  if (append_special(out, value)) return;
  if (value < 0) out += '-';
  const Decimal d = shortest(std::abs(value));
  if (d.exponent >= -3 && d.exponent < 7) {
    append_plain(out, d);
    return;
  }
  const std::string_view digits(d.digits.data(), static_cast<std::size_t>(d.count));
  out += digits[0];
  out += '.';
  out += digits.size() > 1 ? digits.substr(1) : std::string_view("0");
  out += 'E';
  out += std::to_string(d.exponent);
}

}  // namespace

void append_java_double(std::string& out, double value) { append_java(out, value); }
void append_java_float(std::string& out, float value) { append_java(out, value); }

void append_java_hex_double(std::string& out, double value) {
  if (std::isnan(value) || std::isinf(value)) {
    append_special(out, value);
    return;
  }
  if (std::signbit(value)) out += '-';
  std::array<char, 40> text{};
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), std::abs(value), std::chars_format::hex)
          .ptr;
  const std::string_view form(text.data(), static_cast<std::size_t>(end - text.data()));
  const std::size_t mark = form.find('p');
  std::string_view mantissa = form.substr(0, mark);
  std::string_view power = form.substr(mark + 1);
  if (power.starts_with('+')) power.remove_prefix(1);
  out += "0x";
  out += mantissa;
  if (mantissa.find('.') == std::string_view::npos) out += ".0";
  out += 'p';
  out += power;
}

}  // namespace neve

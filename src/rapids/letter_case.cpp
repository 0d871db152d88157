#include "rapids/letter_case.hpp"

#include <clocale>
#include <cstddef>
#include <cwctype>

#include <neve/base/utf8.hpp>

namespace neve::rapids {
namespace {

using Change = wint_t (*)(wint_t, locale_t);

/// The C library's tables of Unicode, which are part of it: no locale need be installed.
locale_t unicode() {
  static const locale_t kLocale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return kLocale;
}

/// The code point of a well-formed character.
wint_t decode(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
  wint_t point = byte(0);
  if (character.size() > 1) point &= 0x7FU >> character.size();
  for (std::size_t i = 1; i < character.size(); ++i) point = point << 6U | (byte(i) & 0x3FU);
  return point;
}

void append(std::string& text, wint_t point) {
  if (point < 0x80) {
    text += static_cast<char>(point);
    return;
  }
  const int more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
  const unsigned head = 0xFF00U >> static_cast<unsigned>(more + 1);
  text += static_cast<char>((head & 0xFFU) | point >> static_cast<unsigned>(6 * more));
  for (int i = more - 1; i >= 0; --i) {
    text += static_cast<char>(0x80U | (point >> static_cast<unsigned>(6 * i) & 0x3FU));
  }
}

std::string changed(std::string_view text, Change change) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) {
      out += text.front();
      text.remove_prefix(1);
      continue;
    }
    append(out, change(decode(text.substr(0, length)), unicode()));
    text.remove_prefix(length);
  }
  return out;
}

}  // namespace

std::string upper_case(std::string_view text) { return changed(text, towupper_l); }
std::string lower_case(std::string_view text) { return changed(text, towlower_l); }

}  // namespace neve::rapids

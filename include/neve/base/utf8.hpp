#pragma once

#include <cstddef>
#include <string_view>

namespace neve {

/// Bytes of the well-formed UTF-8 character that `text` starts with; 0 where there is none.
/// Overlong forms, surrogates and code points above U+10FFFF are not well-formed (RFC 3629).
std::size_t utf8_length(std::string_view text);

/// Position of the first byte that is not part of well-formed UTF-8; `text.size()` if there is
/// none.
std::size_t find_bad_utf8(std::string_view text);

/// Whether every byte is below 0x80, so that characters are bytes.
bool is_ascii(std::string_view text);

/// How many characters the text has; a byte that is no part of one counts as one.
std::size_t count_characters(std::string_view text);

}  // namespace neve

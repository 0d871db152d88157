#pragma once

#include <string>
#include <string_view>

#include "rest/http/message.hpp"

namespace neve::rest::http {

enum class Plus { is_space, is_plus };

/// Undoes %XX. Throws InputError (400) on a broken escape or on bytes that are no UTF-8.
std::string decode_percent(std::string_view text, Plus plus);

/// Pairs of an application/x-www-form-urlencoded text, in order, repeated keys kept; a pair without
/// '=' has an empty value. Throws as decode_percent.
Pairs parse_form(std::string_view text);

}  // namespace neve::rest::http

#pragma once

#include <string>
#include <string_view>

namespace neve::rapids {

/// The text with each letter of whatever alphabet in the other case, where that is one letter, too
/// ("ß" stays); bytes that are no UTF-8 stay as they are.
std::string upper_case(std::string_view text);
std::string lower_case(std::string_view text);

}  // namespace neve::rapids

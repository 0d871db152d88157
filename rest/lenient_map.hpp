#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <neve/schema/schema.hpp>

namespace neve::rest {

/// The members of a map as clients write it, in their order: JSON, or what Python makes of a
/// dictionary, with words without quotes or in single ones, or what R does, with = for the colon.
/// Text without its quotes; lists and maps as JSON lists and as they are. Nothing where brackets or
/// quotes do not match or a name is missing.
std::optional<schema::Form> split_map(std::string_view text);

/// The elements of such a list, or the value itself where it is none.
std::optional<std::vector<std::string>> split_elements(std::string_view text);

}  // namespace neve::rest

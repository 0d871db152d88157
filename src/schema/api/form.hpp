#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <neve/schema/schema.hpp>

namespace neve::schema {

/// Gives a name this value, in the place of any that it had.
inline void set(Form& form, std::string_view name, std::string value) {
  std::erase_if(form, [&](const auto& given) { return given.first == name; });
  form.emplace_back(name, std::move(value));
}

}  // namespace neve::schema

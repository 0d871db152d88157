#pragma once

#include <string>
#include <utility>

#include <neve/model/algorithm.hpp>

namespace neve::model {

/// Adds what keeps training from starting.
inline void add_error(Messages& messages, std::string field, std::string text) {
  messages.push_back({Message::Kind::error, std::move(field), std::move(text)});
}

}  // namespace neve::model

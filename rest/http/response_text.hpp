#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "rest/http/message.hpp"

namespace neve::rest::http {

/// How the body of an answer is delimited.
struct Framing {
  std::optional<std::uint64_t> length;  ///< Content-Length
  bool chunked = false;
  bool keep_alive = true;
  bool http_1_0 = false;
};

/// Status line and header fields, with the blank line behind them. Line ends and other control
/// characters in values become spaces: a frame's name must not add a header.
std::string header_text(const Response& response, const Framing& framing,
                        const std::string& standard);

/// "name: value" lines for header_text.
std::string header_lines(const Pairs& fields);

}  // namespace neve::rest::http

#include <array>
#include <chrono>
#include <cstdio>

#include <neve/base/utf8.hpp>

#include "rest/http/server.hpp"

namespace neve::rest::http {

namespace {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : find_bad_utf8(text) == text.size() ? text : std::string_view("?")) {
    if (c == '"' || c == '\\') {
      out.append({'\\', c});
    } else if (static_cast<unsigned char>(c) < 0x20) {
      std::array<char, 8> escape{};
      std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(c));
      out.append(escape.data());
    } else {
      out.push_back(c);
    }
  }
  return out.append("\"");
}

}  // namespace

std::string plain_error_body(const Error& error, std::string_view url) {
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  const std::string message = quoted("\n\nERROR MESSAGE:\n\n" + std::string(error.what()) + "\n\n");
  std::string out =
      R"({"__meta":{"schema_version":3,"schema_name":"H2OErrorV3","schema_type":"H2OError"})";
  out += ",\"timestamp\":" + std::to_string(now.count()) + ",\"error_url\":" + quoted(url);
  out += ",\"msg\":" + message + ",\"dev_msg\":" + message;
  out += ",\"http_status\":" + std::to_string(error.http_status()) + ",\"values\":{";
  const char* comma = "";
  for (const auto& [name, value] : error.values()) {
    out += comma + quoted(name) + ":" + quoted(value);
    comma = ",";
  }
  out += "},\"exception_type\":" + quoted(error.exception_type()) + ",\"exception_msg\":" + message;
  return out + ",\"stacktrace\":[]}";
}

}  // namespace neve::rest::http

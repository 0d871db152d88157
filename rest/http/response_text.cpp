#include "rest/http/response_text.hpp"

#include <array>
#include <boost/beast/http/status.hpp>
#include <ctime>

namespace neve::rest::http {

namespace {

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ");
  for (const char c : value)
    out.push_back(static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c);
  out.append("\r\n");
}

/// IMF-fixdate of RFC 9110, section 5.6.7.
std::string date_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 40> text{};
  const std::size_t length =
      std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text.data(), length};
}

}  // namespace

std::string header_lines(const Pairs& fields) {
  std::string out;
  for (const auto& [name, value] : fields) append_field(out, name, value);
  return out;
}

std::string header_text(const Response& response, const Framing& framing,
                        const std::string& standard) {
  const auto reason = boost::beast::http::obsolete_reason(
      boost::beast::http::int_to_status(static_cast<unsigned>(response.status)));
  std::string out;
  out.reserve(512 + standard.size());
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  out.append(reason.data(), reason.size()).append("\r\n");
  append_field(out, "Date", date_now());
  out.append(standard);
  if (!response.content_type.empty()) append_field(out, "Content-Type", response.content_type);
  out.append(header_lines(response.headers));
  if (framing.length) append_field(out, "Content-Length", std::to_string(*framing.length));
  if (framing.chunked) append_field(out, "Transfer-Encoding", "chunked");
  if (!framing.keep_alive) append_field(out, "Connection", "close");
  if (framing.keep_alive && framing.http_1_0) append_field(out, "Connection", "keep-alive");
  out.append("\r\n");
  return out;
}

}  // namespace neve::rest::http

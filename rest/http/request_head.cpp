#include "rest/http/request_head.hpp"

#include <algorithm>
#include <array>
#include <boost/beast/http/error.hpp>
#include <charconv>

#include "rest/http/form.hpp"
#include "rest/http/upload.hpp"

namespace neve::rest::http {

namespace {

constexpr std::string_view kHttpException = "java.lang.IllegalArgumentException";

Error http_error(int status, const std::string& message) {
  return InputError(status, std::string(kHttpException), message);
}

Error too_large(std::uint64_t limit) {
  return http_error(413, "The body of the request is larger than " +
                             readable_bytes(static_cast<std::int64_t>(limit)) +
                             ", the limit of this URL. Send files to /3/PostFile.");
}

/// "http://host/path" (as sent to proxies) -> "/path".
std::string_view origin_form(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!target.starts_with(scheme)) continue;
    const std::size_t slash = target.find('/', scheme.size());
    return slash == std::string_view::npos ? "/" : target.substr(slash);
  }
  return target;
}

}  // namespace

Request request_head(const boost::beast::http::request<boost::beast::http::buffer_body>& message) {
  Request request;
  const auto method = message.method_string();
  request.method.assign(method.data(), method.size());
  const auto target = message.target();
  request.target = origin_form({target.data(), target.size()});
  for (const auto& field : message) {
    const auto name = field.name_string();
    const auto value = field.value();
    request.headers.add({name.data(), name.size()}, {value.data(), value.size()});
  }
  if (!request.target.starts_with('/') && request.target != "*") {
    throw InputError::bad_request("The URL must be a path that begins with '/'.");
  }
  const std::size_t question = request.target.find('?');
  request.raw_path = request.target.substr(0, question);
  request.path = decode_percent(request.raw_path, Plus::is_plus);
  if (question != std::string::npos) {
    request.query = parse_form(std::string_view(request.target).substr(question + 1));
  }
  return request;
}

void check_head(const Request& request, unsigned version, const ServerOptions& options) {
  const auto host = request.headers.find("Host");
  if (version >= 11 && !host) throw http_error(400, "The request has no Host header.");
  const auto refusal = refuse_host(options.hosts, host, request.headers.find("Origin"));
  if (refusal) throw InputError::forbidden(*refusal);
  if (request.method == "TRACE" || request.method == "CONNECT") {
    throw http_error(405, "Method " + request.method + " is not supported.");
  }
  const auto expect = request.headers.find("Expect");
  if (expect && !same_ignoring_case(*expect, "100-continue")) {
    throw http_error(417,
                     "Expect: '" + std::string(*expect) + "' is unknown; only 100-continue is.");
  }
}

Error timeout_error(std::string_view part, std::chrono::milliseconds limit) {
  return http_error(408, "The " + std::string(part) + " of the request did not come within " +
                             std::to_string(limit.count()) + " ms.");
}

Error unauthorized_error() {
  return InputError(401, "java.lang.SecurityException",
                    "This server asks for a user name and a password (HTTP basic authentication).");
}

std::optional<Error> header_error(const boost::system::error_code& code, std::size_t max_bytes) {
  namespace http = boost::beast::http;
  if (code == http::error::end_of_stream || code == http::error::partial_message)
    return std::nullopt;
  if (code == http::error::header_limit || code == http::error::buffer_overflow) {
    return http_error(431, "The header of the request is larger than " +
                               readable_bytes(static_cast<std::int64_t>(max_bytes)) + ".");
  }
  if (code.category() == http::make_error_code(http::error::bad_method).category()) {
    return http_error(400, "The request is not valid HTTP/1.1: " + code.message() + ".");
  }
  return std::nullopt;
}

std::optional<Error> body_error(const boost::system::error_code& code) {
  namespace http = boost::beast::http;
  if (code == http::error::end_of_stream || code == http::error::partial_message)
    return std::nullopt;
  if (code.category() != http::make_error_code(http::error::bad_chunk).category())
    return std::nullopt;
  return http_error(400, "The body of the request is not valid HTTP/1.1: " + code.message() + ".");
}

void append_chunk(std::string& out, std::string_view block, bool chunked) {
  if (block.empty()) return;  // an empty chunk would end the body
  if (!chunked) {
    out.append(block);
    return;
  }
  std::array<char, 16> size{};
  const auto [end, error] = std::to_chars(size.data(), size.data() + size.size(), block.size(), 16);
  NEVE_CHECK(error == std::errc{});
  out.append(size.data(), end).append("\r\n").append(block).append("\r\n");
}

BodyReceiver::BodyReceiver(Request& request, const ServerOptions& options)
    : request_(request), budget_(options.budget), announced_(content_length(request.headers)) {
  plan_.max_bytes = options.max_body_bytes;
  if (options.plan_body) plan_ = options.plan_body(request);
  request_.sink = plan_.sink;
  if (plan_.sink || !announced_) return;
  if (*announced_ > plan_.max_bytes) throw too_large(plan_.max_bytes);
  reserve(*announced_);
  request_.body.reserve(static_cast<std::size_t>(*announced_));
}

std::size_t BodyReceiver::block_size(std::size_t largest) const {
  const std::uint64_t wanted = announced_.value_or(largest);
  return static_cast<std::size_t>(std::clamp<std::uint64_t>(wanted, 1, largest));
}

void BodyReceiver::reserve(std::uint64_t bytes) {
  const auto wanted = static_cast<std::int64_t>(bytes);
  if (budget_ == nullptr || wanted <= request_.body_memory.bytes()) return;
  request_.body_memory = budget_->reserve(wanted, "The body of the request");
}

void BodyReceiver::write(std::string_view block) {
  if (plan_.sink) {
    plan_.sink->write(std::as_bytes(std::span(block)));
    return;
  }
  const std::uint64_t size = request_.body.size() + block.size();
  if (size > plan_.max_bytes) throw too_large(plan_.max_bytes);
  if (!announced_) reserve(std::max<std::uint64_t>(size, request_.body.capacity()));
  request_.body.append(block);
}

void BodyReceiver::finish() {
  if (plan_.sink) plan_.sink->finish();
}

}  // namespace neve::rest::http

#pragma once

#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/system/error_code.hpp>
#include <optional>
#include <string_view>

#include "rest/http/server.hpp"

namespace neve::rest::http {

/// Our form of a request header. Throws InputError (400) on a target that is no path.
Request request_head(const boost::beast::http::request<boost::beast::http::buffer_body>& message);

/// Throws the error with which a request is refused by its header alone: method, host, expectation.
void check_head(const Request& request, unsigned version, const ServerOptions& options);

Error timeout_error(std::string_view part, std::chrono::milliseconds limit);
Error unauthorized_error();
/// What the client is told about a header or body that cannot be read; nothing where it has left.
std::optional<Error> header_error(const boost::system::error_code& code, std::size_t max_bytes);
std::optional<Error> body_error(const boost::system::error_code& code);

/// Adds a block to an answer, as a chunk where it is chunked.
void append_chunk(std::string& out, std::string_view block, bool chunked);

/// Takes the body of one request to where plan_body wants it, within the limits.
class BodyReceiver {
 public:
  /// Throws Error (413, 503) where the announced length is too large.
  BodyReceiver(Request& request, const ServerOptions& options);
  [[nodiscard]] std::size_t block_size(std::size_t largest) const;
  void write(std::string_view block);
  void finish();

 private:
  void reserve(std::uint64_t bytes);
  Request& request_;
  BodyPlan plan_;
  Budget* budget_;
  std::optional<std::uint64_t> announced_;
};

}  // namespace neve::rest::http

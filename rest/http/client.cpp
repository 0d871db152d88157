#include "rest/http/client.hpp"

#include <openssl/evp.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <chrono>

#include <neve/base/error.hpp>

namespace neve::rest::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;

struct Place {
  std::string host;
  std::string port;
};

Place place_of(const std::string& url) {
  constexpr std::string_view kScheme = "http://";
  std::string_view rest = url;
  const bool has_scheme = rest.starts_with(kScheme);
  if (has_scheme) rest.remove_prefix(kScheme.size());
  while (rest.ends_with('/')) rest.remove_suffix(1);
  const std::size_t colon = rest.rfind(':');
  if (!has_scheme || colon == std::string_view::npos || colon == 0 || colon + 1 == rest.size()) {
    throw InputError::illegal_argument("'" + url + "' is no address such as http://127.0.0.1:54321",
                                       {{"url", url}});
  }
  std::string host(rest.substr(0, colon));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return {std::move(host), std::string(rest.substr(colon + 1))};
}

std::string base64(const std::string& text) {
  std::string encoded(4 * (text.size() / 3 + 1) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  encoded.resize(static_cast<std::size_t>(size));
  return encoded;
}

using Request = beast::http::request<beast::http::string_body>;

asio::awaitable<ClientAnswer> converse(const Place& place, const Request& request) {
  constexpr std::chrono::seconds kPatience(60);
  const auto executor = co_await asio::this_coro::executor;
  asio::ip::tcp::resolver resolver(executor);
  beast::tcp_stream stream(executor);
  stream.expires_after(kPatience);
  co_await stream.async_connect(
      co_await resolver.async_resolve(place.host, place.port, asio::use_awaitable),
      asio::use_awaitable);
  co_await beast::http::async_write(stream, request, asio::use_awaitable);
  beast::flat_buffer buffer;
  beast::http::response<beast::http::string_body> response;
  co_await beast::http::async_read(stream, buffer, response, asio::use_awaitable);
  co_return ClientAnswer{static_cast<int>(response.result_int()), std::move(response.body())};
}

}  // namespace

ClientAnswer ask(const Target& target, const std::string& method, const std::string& path,
                 const std::string& form) {
  const Place place = place_of(target.url);
  Request request;
  request.version(11);
  request.method_string(method);
  request.target(path);
  request.set(beast::http::field::host, place.host + ":" + place.port);
  request.set(beast::http::field::connection, "close");
  if (!target.credentials.empty()) {
    request.set(beast::http::field::authorization, "Basic " + base64(target.credentials));
  }
  if (!form.empty()) {
    request.set(beast::http::field::content_type, "application/x-www-form-urlencoded");
  }
  request.body() = form;
  request.prepare_payload();
  asio::io_context context;
  auto answer = asio::co_spawn(context, converse(place, request), asio::use_future);
  context.run();
  try {
    return answer.get();
  } catch (const boost::system::system_error& error) {
    throw ClusterError("Nobody answers at " + target.url + ": " + error.code().message() + ".");
  }
}

}  // namespace neve::rest::http

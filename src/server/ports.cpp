#include "server/ports.hpp"

#include <cerrno>
#include <optional>

#include <neve/base/error.hpp>

namespace neve::server {

namespace {

using rest::http::ListenSocket;

Ports open_pair(const std::string& address, std::uint16_t port) {
  auto first = ListenSocket::open(address, port);
  auto second = ListenSocket::open(address, static_cast<std::uint16_t>(port + 1));
  return {std::move(first), std::move(second)};
}

constexpr int kHighestPort = 65'535;
constexpr int kPortTaken = 409;  // status of ListenSocket's error for it

}  // namespace

Ports open_ports(const Options& options) {
  if (options.port != 0) return open_pair(options.bind_address, options.port);
  for (int port = options.base_port; port < kHighestPort; ++port) {
    try {
      return open_pair(options.bind_address, static_cast<std::uint16_t>(port));
    } catch (const InputError& error) {
      if (error.http_status() != kPortTaken) throw;
    }
  }
  throw InputError::illegal_argument("No two neighbouring ports are free from " +
                                     std::to_string(options.base_port) + " upward.");
}

}  // namespace neve::server

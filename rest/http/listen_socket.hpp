#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace neve::rest::http {

/// A bound TCP port of this machine, held by its file descriptor.
class ListenSocket {
 public:
  /// Binds and listens; port 0 takes a free one. Throws InputError where the address is unknown or
  /// not of this machine, or the port is taken (exception type java.net.BindException).
  static ListenSocket open(const std::string& address, std::uint16_t port);
  ListenSocket(ListenSocket&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)),
        address_(std::move(other.address_)),
        port_(other.port_),
        ipv6_(other.ipv6_) {}
  ListenSocket(const ListenSocket&) = delete;
  ListenSocket& operator=(const ListenSocket&) = delete;
  ListenSocket& operator=(ListenSocket&&) = delete;
  ~ListenSocket();
  [[nodiscard]] const std::string& address() const { return address_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] bool is_ipv6() const { return ipv6_; }
  /// Gives the descriptor to the caller.
  [[nodiscard]] int release() { return std::exchange(descriptor_, -1); }
  /// Lets go of the port.
  void close();

 private:
  ListenSocket(int descriptor, std::string address, std::uint16_t port, bool ipv6)
      : descriptor_(descriptor), address_(std::move(address)), port_(port), ipv6_(ipv6) {}
  int descriptor_;
  std::string address_;
  std::uint16_t port_;
  bool ipv6_;
};

/// The numeric form of an address or host name; throws InputError where the name is unknown.
std::string resolve_address(const std::string& name);
/// The numeric address that this machine has on its way to another, by which that one reaches it.
/// Throws InputError where the name is unknown or no way leads there.
std::string address_towards(const std::string& name);

}  // namespace neve::rest::http

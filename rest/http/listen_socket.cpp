#include "rest/http/listen_socket.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <system_error>

#include <neve/base/error.hpp>

namespace neve::rest::http {

namespace {

using AddressList = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

AddressList look_up(const std::string& name, const std::string& port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int code = getaddrinfo(name.c_str(), port.c_str(), &hints, &found);
  if (code != 0) {
    throw InputError::illegal_argument(
        "'" + name + "' is no address of this machine: " + gai_strerror(code) + ".");
  }
  return {found, &freeaddrinfo};
}

std::string numeric(const sockaddr* address, socklen_t length) {
  std::array<char, NI_MAXHOST> text{};
  const int code =
      getnameinfo(address, length, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST);
  NEVE_CHECK(code == 0, gai_strerror(code));
  return text.data();
}

std::uint16_t port_of(int descriptor) {
  sockaddr_storage bound{};
  socklen_t length = sizeof bound;
  NEVE_CHECK(getsockname(descriptor, reinterpret_cast<sockaddr*>(&bound), &length) == 0);
  // The port has one place in both families.
  return ntohs(reinterpret_cast<const sockaddr_in*>(&bound)->sin_port);
}

[[noreturn]] void refuse(const std::string& name, std::uint16_t port, int error) {
  const std::string reason = std::system_category().message(error);
  throw InputError(
      error == EADDRINUSE ? 409 : 412, "java.net.BindException",
      "Port " + std::to_string(port) + " of " + name + " cannot be opened: " + reason + ".");
}

}  // namespace

ListenSocket::~ListenSocket() { close(); }

void ListenSocket::close() {
  if (const int descriptor = release(); descriptor >= 0) ::close(descriptor);
}

ListenSocket ListenSocket::open(const std::string& address, std::uint16_t port) {
  const AddressList found = look_up(address, std::to_string(port));
  const int descriptor =
      ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
  if (descriptor < 0) refuse(address, port, errno);
  ListenSocket made(descriptor, numeric(found->ai_addr, found->ai_addrlen), port,
                    found->ai_family == AF_INET6);
  const int on = 1;
  // A restarted server takes its port although old connections linger in TIME_WAIT.
  ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(descriptor, found->ai_addr, found->ai_addrlen) != 0) refuse(address, port, errno);
  // A port that is only kept for later listens as well: only that keeps others away.
  if (::listen(descriptor, SOMAXCONN) != 0) refuse(address, port, errno);
  made.port_ = port_of(descriptor);
  return made;
}

std::string resolve_address(const std::string& name) {
  const AddressList found = look_up(name, "0");
  return numeric(found->ai_addr, found->ai_addrlen);
}

std::string address_towards(const std::string& name) {
  constexpr const char* kAnyPort = "9";  // nothing is sent
  const AddressList found = look_up(name, kAnyPort);
  const int descriptor = ::socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_storage own{};
  socklen_t size = sizeof own;
  auto* const address = reinterpret_cast<sockaddr*>(&own);
  const bool known = descriptor >= 0 &&
                     ::connect(descriptor, found->ai_addr, found->ai_addrlen) == 0 &&
                     ::getsockname(descriptor, address, &size) == 0;
  if (descriptor >= 0) ::close(descriptor);
  if (known) return numeric(address, size);
  throw InputError::illegal_argument("No way leads from this machine to " + name + ".");
}

}  // namespace neve::rest::http

// Connections: whatever is sent, the server answers or closes, and lives on. The first byte cuts
// the rest into two sends.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "rest/http/server.hpp"

namespace {

using namespace neve::rest::http;

/// One server for all inputs, as in life.
class Target {
 public:
  Target() : server_(options(), workers_, answer) {
    auto socket = ListenSocket::open("127.0.0.1", 0);
    port_ = socket.port();
    server_.start(std::move(socket));
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  static ServerOptions options() {
    ServerOptions made;
    made.max_body_bytes = 4096;
    made.max_header_bytes = 4096;
    return made;
  }
  static void answer(const Request& request, const Responder& responder) {
    responder.send({.body = request.method + request.path + request.body});
  }
  WorkerPool workers_;
  Server server_;
  std::uint16_t port_ = 0;
};

void send_all(int socket, std::string_view text) {
  while (!text.empty()) {
    const auto sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Target target;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t cut = std::min<std::size_t>(data[0], text.size());
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(target.port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    send_all(socket, text.substr(0, cut));
    send_all(socket, text.substr(cut));
    ::shutdown(socket, SHUT_WR);
    char block[4096];
    while (::recv(socket, block, sizeof block, 0) > 0) {
    }
  }
  ::close(socket);
  return 0;
}

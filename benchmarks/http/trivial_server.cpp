// The least that can answer over HTTP, to compare latencies with: answers every GET with the
// contents of one file. trivial_server PORT FILE, one thread for each connection, kept alive.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

namespace {

constexpr int kBacklog = 64;
constexpr std::size_t kReadBytes = 4096;

std::string answer_with(const char* path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream body;
  body << file.rdbuf();
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.str().size()) + "\r\n\r\n" + body.str();
}

void send_all(int connection, const std::string& text) {
  std::size_t sent = 0;
  while (sent < text.size()) {
    const ssize_t count = ::send(connection, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return;
    sent += static_cast<std::size_t>(count);
  }
}

/// Answers one request after the other; a request ends with its head, as those of a GET do.
void serve(int connection, const std::string& answer) {
  const int on = 1;
  ::setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  std::string pending;
  char buffer[kReadBytes];
  for (ssize_t count = 0; (count = ::recv(connection, buffer, sizeof buffer, 0)) > 0;) {
    pending.append(buffer, static_cast<std::size_t>(count));
    for (std::size_t end = 0; (end = pending.find("\r\n\r\n")) != std::string::npos;) {
      pending.erase(0, end + 4);
      send_all(connection, answer);
    }
  }
  ::close(connection);
}

int listen_on(std::uint16_t port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener, kBacklog) != 0) {
    std::perror("trivial_server");
    std::exit(1);
  }
  return listener;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    std::fputs("usage: trivial_server PORT FILE\n", stderr);
    return 2;
  }
  const int listener = listen_on(static_cast<std::uint16_t>(std::atoi(arguments[1])));
  const std::string answer = answer_with(arguments[2]);
  for (int connection = 0; (connection = ::accept(listener, nullptr, nullptr)) >= 0;) {
    std::thread(serve, connection, std::cref(answer)).detach();
  }
  return 0;
}

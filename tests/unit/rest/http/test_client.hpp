#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace neve::rest::http {

/// A client that sends exactly what it is told; reads whole answers with a Content-Length.
class TestClient {
 public:
  explicit TestClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("cannot connect");
    }
  }
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;
  ~TestClient() { ::close(socket_); }

  TestClient& send(std::string_view text) {
    while (!text.empty()) {
      const auto sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) break;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return *this;
  }
  /// Reads up to the end of the header and of a body with Content-Length.
  std::string answer() {
    std::size_t end = std::string::npos;
    while ((end = pending_.find("\r\n\r\n")) == std::string::npos && more()) {
    }
    if (end == std::string::npos) return take(pending_.size());
    const std::size_t field = pending_.find("Content-Length: ");
    const std::size_t length = field < end ? std::stoul(pending_.substr(field + 16)) : 0;
    while (pending_.size() < end + 4 + length && more()) {
    }
    return take(end + 4 + length);
  }
  /// Reads the header of an answer to HEAD, or up to the blank line of 100 Continue.
  std::string header() {
    while (pending_.find("\r\n\r\n") == std::string::npos && more()) {
    }
    return take(pending_.find("\r\n\r\n") + 4);
  }
  /// Reads all until the server closes.
  std::string rest() {
    while (more()) {
    }
    return take(pending_.size());
  }

 private:
  bool more() {
    char block[4096];
    const auto count = ::recv(socket_, block, sizeof block, 0);
    if (count > 0) pending_.append(block, static_cast<std::size_t>(count));
    return count > 0;
  }
  std::string take(std::size_t size) {
    std::string taken = pending_.substr(0, size);
    pending_.erase(0, taken.size());
    return taken;
  }
  int socket_;
  std::string pending_;
};

}  // namespace neve::rest::http

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "rest/http/auth.hpp"
#include "rest/http/host_rules.hpp"
#include "rest/http/listen_socket.hpp"
#include "rest/http/message.hpp"
#include "rest/http/worker_pool.hpp"

namespace neve::rest::http {

/// Where the body of a request goes, decided when its header is there.
struct BodyPlan {
  std::uint64_t max_bytes = 0;     ///< of a body that goes into Request::body
  std::shared_ptr<BodySink> sink;  ///< if set, takes the body, however long it is
};

/// JSON text that tells an error to the client.
using ErrorBody = std::function<std::string(const Error& error, std::string_view url)>;

struct ServerOptions {
  int threads = 2;
  std::size_t max_header_bytes = std::size_t{64} << 10U;
  std::uint64_t max_body_bytes = std::uint64_t{64} << 20U;
  std::size_t max_connections = 4096;
  std::chrono::milliseconds header_timeout{30'000};
  /// For every 64 KiB of a body, so that a sender of single bytes is told off too.
  std::chrono::milliseconds body_timeout{30'000};
  /// For every 256 KiB of an answer.
  std::chrono::milliseconds write_timeout{60'000};
  std::chrono::milliseconds idle_timeout{300'000};
  Pairs standard_headers;  ///< of every answer
  HostRules hosts;
  std::shared_ptr<Authenticator> auth;  ///< null: everybody may ask
  Budget* budget = nullptr;             ///< bodies are reserved here; null: unbounded
  std::function<BodyPlan(const Request& head)> plan_body;  ///< empty: a string of max_body_bytes
  ErrorBody error_body;                                    ///< empty: plain_error_body
  /// Told of every answer, refusals of malformed requests too, and how long it took from the first
  /// byte of the request to the last one that was handed to the system. Must not block.
  std::function<void(int status, std::chrono::nanoseconds took)> on_answer;
};

/// H2OErrorV3 without schema tables, for a server without a router.
std::string plain_error_body(const Error& error, std::string_view url);

/// HTTP/1.1 on one port. Life: construct, start, any number of requests, stop (or destroy).
/// Threads: a few I/O threads of its own, which also call the handler; answers come from anywhere.
/// Of a node there is one; it lives as long as the node.
class Server {
 public:
  /// `workers` computes streamed answers and password hashes; it may outlive the server or not: it
  /// must be idle or destroyed before what its work uses goes.
  Server(ServerOptions options, WorkerPool& workers, Handler handler);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();
  void start(ListenSocket socket);
  /// Takes no more requests and waits for the running ones to be answered, up to `drain`.
  void stop(std::chrono::milliseconds drain = std::chrono::milliseconds{3'000});
  using Scheduler = std::function<void(std::chrono::milliseconds, std::function<void()>)>;
  /// Calls back on an I/O thread after that time, which is how an answer waits without a thread;
  /// the callback must be short. May outlive the server: then nothing is called any more.
  [[nodiscard]] Scheduler scheduler();

 private:
  struct Core;
  std::unique_ptr<Core> core_;
};

}  // namespace neve::rest::http

#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <neve/base/budget.hpp>
#include <neve/base/error.hpp>

namespace neve::rest::http {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// Header fields in the order sent; names compare without case.
class Headers {
 public:
  void add(std::string name, std::string value) {
    fields_.emplace_back(std::move(name), std::move(value));
  }
  /// Value of the first field of that name.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
  [[nodiscard]] const Pairs& all() const { return fields_; }

 private:
  Pairs fields_;
};

bool same_ignoring_case(std::string_view left, std::string_view right);

/// Takes a body that is too large for a string, block by block, on an I/O thread. What it throws
/// ends the request with that error.
class BodySink {
 public:
  BodySink() = default;
  BodySink(const BodySink&) = delete;
  BodySink& operator=(const BodySink&) = delete;
  virtual ~BodySink() = default;
  virtual void write(std::span<const std::byte> block) = 0;
  /// All of the body has come.
  virtual void finish() = 0;
};

/// Whether the client of one request is still there. Copies share their state. Any thread.
class Connection {
 public:
  Connection() : state_(std::make_shared<State>()) {}
  [[nodiscard]] bool closed() const { return state_->closed.load(std::memory_order_acquire); }
  /// Calls back once, on an I/O thread, when the client leaves before it has its answer; at once
  /// where it has left already. Forgotten when the answer is sent.
  void on_close(std::function<void()> callback) const;

 private:
  friend class Session;
  struct State {
    std::atomic<bool> closed{false};
    std::mutex mutex;
    std::vector<std::function<void()>> callbacks;
  };
  void close() const;
  void forget() const;
  std::shared_ptr<State> state_;
};

/// One request, complete but for a body that went into a sink.
struct Request {
  std::string method;
  std::string target;    ///< as sent: path and query
  std::string raw_path;  ///< of the target, not decoded
  std::string path;      ///< decoded, valid UTF-8
  Pairs query;           ///< decoded, repeated keys kept
  Headers headers;
  std::string body;
  Reservation body_memory;
  std::shared_ptr<BodySink> sink;  ///< where the body is instead, as plan_body said
  std::string remote;              ///< the client's address
  std::string user;                ///< empty without authentication
  Connection connection;
};

/// Puts the next block of a body into `block` (empty when called) and returns whether more follow.
/// Runs on a worker thread, may take its time; a throw before the first block becomes an error
/// answer, later it breaks the connection.
using Producer = std::function<bool(std::string& block)>;

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  Pairs headers{};
  std::string body{};
  Producer producer{};  ///< instead of the body
};

/// What an exchange ends with: a response, or an error that the session writes as JSON.
struct Answer {
  Response response;
  std::optional<Error> error;
};

/// Answers one request, from any thread and at any time; the first answer counts, later ones are
/// dropped. Copies share the request. Where the last copy goes without an answer, the client gets
/// status 500.
class Responder {
 public:
  using Deliver = std::function<void(Answer)>;
  explicit Responder(Deliver deliver);
  /// False where the request was answered before.
  bool send(Response response) const;
  bool fail(const Error& error) const;
  /// fail() for whatever was thrown; what is not an Error is a bug and told as such.
  bool fail(const std::exception_ptr& thrown) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Called on an I/O thread, which it must not hold: what computes or waits goes to a worker pool.
/// What it throws is answered as an error.
using Handler = std::function<void(Request, Responder)>;

}  // namespace neve::rest::http

#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "rest/http/response_text.hpp"
#include "rest/http/server.hpp"

namespace neve::rest::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
using RequestParser = beast::http::request_parser<beast::http::buffer_body>;

/// Closed when the server goes, after which answers are dropped: they may be held by anyone.
struct Gate {
  std::mutex mutex;
  bool open = true;
};

/// What all sessions of a server use; outlives them.
struct SessionShared {
  SessionShared(ServerOptions o, WorkerPool& w, Handler h)
      : options(std::move(o)), workers(w), handler(std::move(h)) {}
  ServerOptions options;
  WorkerPool& workers;
  Handler handler;
  std::string standard_lines;
  std::shared_ptr<Gate> gate = std::make_shared<Gate>();
  std::atomic<std::size_t> connections{0};
  std::atomic<bool> stopping{false};
  std::mutex busy_mutex;
  std::condition_variable idle;
  int busy = 0;  // requests between their first byte and the end of their answer

  /// A large answer is gone, and with it what it was made of, which was larger still. What the
  /// allocator keeps of such goes back to the system now and then, as seldom as it is worth it.
  void note_freed(std::size_t bytes);

 private:
  std::atomic<std::size_t> freed_{0};  // since it was last given back
};

/// One connection: reads a request, has it answered, writes the answer, and again. All its state
/// belongs to one I/O thread; the coroutine run() owns it.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(asio::ip::tcp::socket socket, SessionShared& shared);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();
  asio::awaitable<void> run();

 private:
  using Clock = std::chrono::steady_clock;
  struct Exchange;
  /// Reaches the session from any thread, as long as it and the server are there.
  struct Door {
    std::shared_ptr<Gate> gate;
    std::weak_ptr<Session> session;
    template <class Action>
    void post(Action action) const {
      const std::lock_guard lock(gate->mutex);
      if (!gate->open) return;
      if (auto target = session.lock()) {
        auto executor = target->socket_.get_executor();
        asio::dispatch(executor, [target = std::move(target),
                                  action = std::move(action)]() mutable { action(*target); });
      }
    }
  };
  [[nodiscard]] Door door() { return {shared_.gate, weak_from_this()}; }

  asio::awaitable<bool> serve_one();
  asio::awaitable<bool> wait_for_bytes();
  asio::awaitable<void> receive(Exchange& exchange);
  asio::awaitable<void> read_header(Exchange& exchange);
  asio::awaitable<void> authenticate(Exchange& exchange);
  asio::awaitable<void> send_continue(const Exchange& exchange);
  asio::awaitable<void> read_body(Exchange& exchange);
  asio::awaitable<void> wait_for_answer(Exchange& exchange);
  asio::awaitable<bool> write_answer(Exchange& exchange);
  asio::awaitable<bool> write_streamed(Exchange& exchange, Framing framing);
  asio::awaitable<bool> write_all(std::string_view text);
  asio::awaitable<void> linger();
  asio::awaitable<void> wait_for_signal();
  void signal();
  void call_handler(Request request);
  void render_error(Exchange& exchange) const;
  void watch_client(const Connection& connection);
  void set_deadline(std::chrono::milliseconds from_now);
  void no_deadline() { deadline_ = Clock::time_point::max(); }
  void tick();

  asio::ip::tcp::socket socket_;
  SessionShared& shared_;
  beast::flat_buffer buffer_;
  asio::steady_timer wake_;
  bool signalled_ = false;
  std::optional<Answer> answer_;
  std::optional<Connection> asking_;  // of the request that the handler has
  asio::steady_timer watchdog_;
  Clock::time_point deadline_ = Clock::time_point::max();
  bool timed_out_ = false;
  bool ended_ = false;
  std::string remote_;
};

}  // namespace neve::rest::http

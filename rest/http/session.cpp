#include "rest/http/session.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <utility>

#include <neve/base/free_memory.hpp>
#include <neve/base/log.hpp>

#include "rest/http/request_head.hpp"

namespace neve::rest::http {

namespace {

using boost::system::error_code;

constexpr std::size_t kBodyBlockBytes = std::size_t{64} << 10U;
constexpr std::size_t kWriteSliceBytes = std::size_t{256} << 10U;
/// What a refused client may still have on its way; more is cut off.
constexpr std::size_t kLingerBytes = std::size_t{1} << 20U;
constexpr std::chrono::milliseconds kLingerTime{2'000};

auto into(error_code& error) { return asio::redirect_error(asio::use_awaitable, error); }

/// The client is gone, so that nobody is there to be told.
struct ConnectionLost {};

/// Counts a request that stop() waits for.
class Busy {
 public:
  explicit Busy(SessionShared& shared) : shared_(shared) {
    const std::lock_guard lock(shared_.busy_mutex);
    ++shared_.busy;
  }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;
  ~Busy() {
    const std::lock_guard lock(shared_.busy_mutex);
    if (--shared_.busy == 0) shared_.idle.notify_all();
  }

 private:
  SessionShared& shared_;
};

}  // namespace

void SessionShared::note_freed(std::size_t bytes) {
  constexpr std::size_t kWorthIt = std::size_t{256} << 10U;
  if (freed_.fetch_add(bytes) + bytes < kWorthIt) return;
  freed_ = 0;
  workers.submit([] { return_free_memory(); });
}

/// A request on its way through the session.
struct Session::Exchange {
  RequestParser parser;
  Request request;
  Answer answer;
  bool body_complete = false;
  bool received = false;
};

Session::Session(asio::ip::tcp::socket socket, SessionShared& shared)
    : socket_(std::move(socket)),
      shared_(shared),
      buffer_(shared.options.max_header_bytes + kBodyBlockBytes),
      wake_(socket_.get_executor(), Clock::time_point::max()),
      watchdog_(socket_.get_executor()) {
  ++shared_.connections;
  error_code ignored;
  const auto peer = socket_.remote_endpoint(ignored);
  if (!ignored) remote_ = peer.address().to_string(ignored);
}

Session::~Session() {
  // The server ends before the answer came: whoever computes it can stop.
  if (asking_) asking_->close();
  --shared_.connections;
}

asio::awaitable<void> Session::run() {
  const auto self = shared_from_this();
  tick();
  try {
    while (co_await serve_one()) {
    }
  } catch (const ConnectionLost&) {
    // Nothing is left to do: the socket closes below.
  } catch (const std::exception& error) {
    log::error("Connection of " + remote_ + " ends: " + error.what());
  }
  ended_ = true;
  watchdog_.cancel();
  error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
}

asio::awaitable<bool> Session::serve_one() {
  if (!co_await wait_for_bytes()) co_return false;
  const Busy busy(shared_);
  const auto began = Clock::now();
  Exchange exchange;
  try {
    co_await receive(exchange);
    exchange.received = true;
  } catch (const Error& error) {
    exchange.answer.error = error;
  }
  no_deadline();
  if (exchange.received) co_await wait_for_answer(exchange);
  const bool keep = co_await write_answer(exchange);
  if (shared_.options.on_answer) {
    shared_.options.on_answer(exchange.answer.response.status, Clock::now() - began);
  }
  if (!exchange.body_complete) co_await linger();
  co_return keep&& exchange.body_complete;
}

asio::awaitable<bool> Session::wait_for_bytes() {
  if (buffer_.size() != 0) co_return !shared_.stopping;
  if (buffer_.capacity() > kBodyBlockBytes) buffer_.shrink_to_fit();
  set_deadline(shared_.options.idle_timeout);
  error_code error;
  const std::size_t count = co_await socket_.async_read_some(buffer_.prepare(4096), into(error));
  buffer_.commit(count);
  co_return !error && !shared_.stopping;
}

asio::awaitable<void> Session::receive(Exchange& exchange) {
  co_await read_header(exchange);
  Request& request = exchange.request;
  request = request_head(exchange.parser.get());
  request.remote = remote_;
  exchange.body_complete = exchange.parser.is_done();
  check_head(request, exchange.parser.get().version(), shared_.options);
  if (shared_.options.auth) co_await authenticate(exchange);
  if (!exchange.body_complete) co_await read_body(exchange);
}

asio::awaitable<void> Session::read_header(Exchange& exchange) {
  exchange.parser.header_limit(static_cast<std::uint32_t>(shared_.options.max_header_bytes));
  exchange.parser.body_limit(boost::none);
  set_deadline(shared_.options.header_timeout);
  error_code error;
  co_await beast::http::async_read_header(socket_, buffer_, exchange.parser, into(error));
  if (!error) co_return;
  if (timed_out_) throw timeout_error("header", shared_.options.header_timeout);
  if (const auto refusal = header_error(error, shared_.options.max_header_bytes)) throw *refusal;
  throw ConnectionLost{};
}

asio::awaitable<void> Session::authenticate(Exchange& exchange) {
  const auto given = exchange.request.headers.find("Authorization");
  auto result = std::make_shared<Authenticator::Result>(shared_.options.auth->recall(given));
  if (result->verdict == Authenticator::Verdict::unknown) {
    no_deadline();
    shared_.workers.submit(
        [result, auth = shared_.options.auth, credentials = std::string(*given), door = door()] {
          *result = auth->verify(credentials);
          door.post([](Session& session) { session.signal(); });
        });
    co_await wait_for_signal();
  }
  if (result->verdict != Authenticator::Verdict::accepted) throw unauthorized_error();
  exchange.request.user = result->user;
}

asio::awaitable<void> Session::send_continue(const Exchange& exchange) {
  const auto expect = exchange.request.headers.find("Expect");
  if (!expect || buffer_.size() != 0) co_return;
  if (!co_await write_all("HTTP/1.1 100 Continue\r\n\r\n")) throw ConnectionLost{};
}

asio::awaitable<void> Session::read_body(Exchange& exchange) {
  BodyReceiver receiver(exchange.request, shared_.options);
  co_await send_continue(exchange);
  std::string block(receiver.block_size(kBodyBlockBytes), '\0');
  auto& body = exchange.parser.get().body();
  while (!exchange.parser.is_done()) {
    body.data = block.data();
    body.size = block.size();
    body.more = true;
    set_deadline(shared_.options.body_timeout);
    error_code error;
    co_await beast::http::async_read(socket_, buffer_, exchange.parser, into(error));
    if (error && error != beast::http::error::need_buffer) {
      if (timed_out_) throw timeout_error("body", shared_.options.body_timeout);
      if (const auto refusal = body_error(error)) throw *refusal;
      throw ConnectionLost{};
    }
    receiver.write(std::string_view(block).substr(0, block.size() - body.size));
  }
  exchange.body_complete = true;
  receiver.finish();
}

asio::awaitable<void> Session::wait_for_answer(Exchange& exchange) {
  answer_.reset();
  const Connection connection = exchange.request.connection;
  // The rest of the request belongs to the handler; the answer needs these two.
  Request kept;
  kept.method = exchange.request.method;
  kept.target = exchange.request.target;
  call_handler(std::exchange(exchange.request, std::move(kept)));
  if (!answer_) watch_client(connection);
  asking_ = connection;
  co_await wait_for_signal();
  asking_.reset();
  exchange.answer = std::move(*answer_);
  answer_.reset();
}

void Session::call_handler(Request request) {
  const Connection connection = request.connection;
  const Responder responder([door = door(), connection](Answer answer) {
    door.post([connection, answer = std::move(answer)](Session& session) mutable {
      connection.forget();
      session.answer_ = std::move(answer);
      session.signal();
    });
  });
  try {
    shared_.handler(std::move(request), responder);
  } catch (const std::exception&) {
    responder.fail(std::current_exception());
  }
}

void Session::watch_client(const Connection& connection) {
  socket_.async_wait(asio::ip::tcp::socket::wait_read, [this, self = shared_from_this(),
                                                        connection](error_code error) {
    if (error) return;
    char byte = 0;
    const auto count = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    const bool gone = count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR);
    if (gone) connection.close();
  });
}

void Session::render_error(Exchange& exchange) const {
  const Error& error = *exchange.answer.error;
  Response& response = exchange.answer.response;
  const std::string& target = exchange.request.target;
  const std::string_view url = std::string_view(target).substr(0, target.find('?'));
  response = {};
  response.status = error.http_status();
  const ErrorBody& body = shared_.options.error_body;
  response.body = body ? body(error, url) : plain_error_body(error, url);
  if (response.status == 401) {
    response.headers.emplace_back("WWW-Authenticate", R"(Basic realm="Neve", charset="UTF-8")");
  }
}

asio::awaitable<bool> Session::write_answer(Exchange& exchange) {
  error_code ignored;
  socket_.cancel(ignored);  // ends watch_client
  timed_out_ = false;
  if (exchange.answer.error) render_error(exchange);
  Framing framing;
  framing.http_1_0 = exchange.received && exchange.parser.get().version() == 10;
  framing.keep_alive = exchange.received && exchange.parser.get().keep_alive() && !shared_.stopping;
  Response& response = exchange.answer.response;
  const bool head = exchange.request.method == "HEAD";
  if (response.producer && !head) co_return co_await write_streamed(exchange, framing);
  const bool has_length = response.status != 204 && response.status != 304 && !response.producer;
  if (has_length) framing.length = response.body.size();
  std::string text = header_text(response, framing, shared_.standard_lines);
  const bool together = !head && response.body.size() <= kBodyBlockBytes;
  if (together) text.append(response.body);
  bool written = co_await write_all(text);
  if (!together && !head) {
    if (written) written = co_await write_all(response.body);
    const std::size_t size = std::exchange(response.body, {}).size();
    shared_.note_freed(size);
  }
  co_return written&& framing.keep_alive;
}

asio::awaitable<bool> Session::write_all(std::string_view text) {
  error_code error;
  while (!text.empty() && !error) {
    const std::string_view slice = text.substr(0, kWriteSliceBytes);
    set_deadline(shared_.options.write_timeout);
    co_await asio::async_write(socket_, asio::buffer(slice), into(error));
    text.remove_prefix(slice.size());
  }
  no_deadline();
  co_return !error;
}

asio::awaitable<bool> Session::write_streamed(Exchange& exchange, Framing framing) {
  struct Step {
    Producer producer;
    std::string block;
    bool more = true;
    std::exception_ptr thrown;
  };
  auto step = std::make_shared<Step>();
  step->producer = std::move(exchange.answer.response.producer);
  exchange.answer.response.producer = nullptr;
  bool first = true;
  bool alive = true;
  while (alive && step->more) {
    step->block.clear();
    shared_.workers.submit([step, door = door()] {
      try {
        step->more = step->producer(step->block);
      } catch (...) {
        step->thrown = std::current_exception();
      }
      door.post([](Session& session) { session.signal(); });
    });
    co_await wait_for_signal();
    if (step->thrown && !first) co_return false;
    if (step->thrown) {
      Responder([&](Answer answer) { exchange.answer = std::move(answer); }).fail(step->thrown);
      co_return co_await write_answer(exchange);
    }
    if (first && !step->more) {
      exchange.answer.response.body = std::move(step->block);
      co_return co_await write_answer(exchange);
    }
    std::string text;
    if (first) {
      framing.chunked = !framing.http_1_0;
      framing.keep_alive = framing.keep_alive && framing.chunked;
      text = header_text(exchange.answer.response, framing, shared_.standard_lines);
      first = false;
    }
    append_chunk(text, step->block, framing.chunked);
    if (!step->more && framing.chunked) text.append("0\r\n\r\n");
    alive = co_await write_all(text);
  }
  co_return alive&& framing.keep_alive;
}

asio::awaitable<void> Session::linger() {
  error_code error;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, error);
  set_deadline(kLingerTime);
  std::size_t rest = kLingerBytes;
  std::string block(4096, '\0');
  while (!error && rest != 0 && !timed_out_) {
    const std::size_t count = co_await socket_.async_read_some(asio::buffer(block), into(error));
    rest -= std::min(rest, count);
  }
}

asio::awaitable<void> Session::wait_for_signal() {
  while (!signalled_) {
    error_code ignored;
    co_await wake_.async_wait(into(ignored));
  }
  signalled_ = false;
}

void Session::signal() {
  signalled_ = true;
  wake_.cancel();
}

void Session::set_deadline(std::chrono::milliseconds from_now) {
  timed_out_ = false;
  deadline_ = Clock::now() + from_now;
}

/// Looks at the deadline now and then instead of setting a timer for every read and write.
void Session::tick() {
  const auto& options = shared_.options;
  const auto shortest =
      std::min({options.header_timeout, options.body_timeout, options.write_timeout, kLingerTime});
  watchdog_.expires_after(std::max(shortest / 4, std::chrono::milliseconds{10}));
  watchdog_.async_wait([this, self = shared_from_this()](error_code error) {
    if (error || ended_) return;
    if (Clock::now() >= deadline_) {
      timed_out_ = true;
      no_deadline();
      error_code ignored;
      socket_.cancel(ignored);
    }
    tick();
  });
}

}  // namespace neve::rest::http

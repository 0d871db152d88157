#include "rest/http/server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <thread>
#include <utility>
#include <vector>

#include "rest/http/session.hpp"
#include <neve/base/thread_name.hpp>

namespace neve::rest::http {

namespace {

/// How long accepting rests after an error, which mostly is that descriptors have run out.
constexpr std::chrono::milliseconds kAcceptPause{50};

}  // namespace

/// A context for each thread: a coroutine then stays on its thread, which is also what clang before
/// version 17 needs, since it keeps addresses of thread-local variables over a suspension.
struct Server::Core {
  Core(ServerOptions options, WorkerPool& workers, Handler handler)
      : shared(std::move(options), workers, std::move(handler)),
        contexts(make_contexts(shared.options.threads)),
        acceptor(*contexts[0]) {}
  static std::vector<std::unique_ptr<asio::io_context>> make_contexts(int count);
  asio::awaitable<void> accept_all();
  void begin_session(asio::ip::tcp::socket socket);

  SessionShared shared;  // first, so that it outlives the sessions, which the contexts own
  std::vector<std::unique_ptr<asio::io_context>> contexts;
  asio::ip::tcp::acceptor acceptor;  // on the first context, like timers
  std::size_t next_context = 0;
  std::vector<std::thread> threads;
};

std::vector<std::unique_ptr<asio::io_context>> Server::Core::make_contexts(int count) {
  std::vector<std::unique_ptr<asio::io_context>> made;
  for (int i = 0; i < count; ++i) made.push_back(std::make_unique<asio::io_context>(1));
  return made;
}

asio::awaitable<void> Server::Core::accept_all() {
  asio::steady_timer pause(acceptor.get_executor());
  while (acceptor.is_open()) {
    boost::system::error_code error;
    asio::ip::tcp::socket socket(*contexts[next_context++ % contexts.size()]);
    co_await acceptor.async_accept(socket, asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) co_return;
    if (error) {
      pause.expires_after(kAcceptPause);
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
      continue;
    }
    if (shared.connections < shared.options.max_connections) begin_session(std::move(socket));
  }
}

void Server::Core::begin_session(asio::ip::tcp::socket socket) {
  boost::system::error_code ignored;
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  auto executor = socket.get_executor();
  auto session = std::make_shared<Session>(std::move(socket), shared);
  asio::co_spawn(
      executor, [session] { return session->run(); }, asio::detached);
}

Server::Server(ServerOptions options, WorkerPool& workers, Handler handler)
    : core_(std::make_unique<Core>(std::move(options), workers, std::move(handler))) {
  core_->shared.standard_lines = header_lines(core_->shared.options.standard_headers);
}

Server::~Server() {
  stop(std::chrono::milliseconds{0});
  {
    const std::lock_guard lock(core_->shared.gate->mutex);
    core_->shared.gate->open = false;
  }
  for (const auto& context : core_->contexts) context->stop();
  for (std::thread& thread : core_->threads) thread.join();
}

void Server::start(ListenSocket socket) {
  const auto protocol = socket.is_ipv6() ? asio::ip::tcp::v6() : asio::ip::tcp::v4();
  core_->acceptor.assign(protocol, socket.release());
  asio::co_spawn(
      core_->acceptor.get_executor(), [core = core_.get()] { return core->accept_all(); },
      asio::detached);
  for (const auto& context : core_->contexts) {
    core_->threads.emplace_back([io = context.get()] {
      name_this_thread("http");
      const auto work = asio::make_work_guard(*io);
      io->run();
    });
  }
}

void Server::stop(std::chrono::milliseconds drain) {
  core_->shared.stopping = true;
  asio::post(core_->acceptor.get_executor(), [core = core_.get()] {
    boost::system::error_code ignored;
    core->acceptor.close(ignored);
  });
  std::unique_lock lock(core_->shared.busy_mutex);
  core_->shared.idle.wait_for(lock, drain, [&] { return core_->shared.busy == 0; });
}

Server::Scheduler Server::scheduler() {
  return [core = core_.get(), gate = core_->shared.gate](std::chrono::milliseconds delay,
                                                         std::function<void()> callback) {
    const std::lock_guard lock(gate->mutex);
    if (!gate->open) return;
    auto timer = std::make_shared<asio::steady_timer>(*core->contexts[0], delay);
    timer->async_wait([timer, callback = std::move(callback)](boost::system::error_code error) {
      if (!error) callback();
    });
  };
}

}  // namespace neve::rest::http

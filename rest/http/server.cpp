#include "rest/http/server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <thread>
#include <utility>
#include <vector>

#include "rest/http/session.hpp"

namespace neve::rest::http {

namespace {

/// How long accepting rests after an error, which mostly is that descriptors have run out.
constexpr std::chrono::milliseconds kAcceptPause{50};

}  // namespace

struct Server::Core {
  Core(ServerOptions options, WorkerPool& workers, Handler handler)
      : shared(std::move(options), workers, std::move(handler)),
        io(shared.options.threads),
        acceptor(asio::make_strand(io)) {}
  asio::awaitable<void> accept_all();
  void begin_session(asio::ip::tcp::socket socket);

  SessionShared shared;  // first, so that it outlives the sessions, which io owns
  asio::io_context io;
  asio::ip::tcp::acceptor acceptor;
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  std::vector<std::thread> threads;
};

asio::awaitable<void> Server::Core::accept_all() {
  asio::steady_timer pause(acceptor.get_executor());
  while (acceptor.is_open()) {
    boost::system::error_code error;
    asio::ip::tcp::socket socket(asio::make_strand(io));
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
  core_->io.stop();
  for (std::thread& thread : core_->threads) thread.join();
}

void Server::start(ListenSocket socket) {
  const auto protocol = socket.is_ipv6() ? asio::ip::tcp::v6() : asio::ip::tcp::v4();
  core_->acceptor.assign(protocol, socket.release());
  asio::co_spawn(
      core_->acceptor.get_executor(), [core = core_.get()] { return core->accept_all(); },
      asio::detached);
  for (int i = 0; i < core_->shared.options.threads; ++i) {
    core_->threads.emplace_back([core = core_.get()] { core->io.run(); });
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

void Server::run_after(std::chrono::milliseconds delay, std::function<void()> callback) {
  auto timer = std::make_shared<asio::steady_timer>(core_->io, delay);
  timer->async_wait([timer, callback = std::move(callback)](boost::system::error_code error) {
    if (!error) callback();
  });
}

}  // namespace neve::rest::http

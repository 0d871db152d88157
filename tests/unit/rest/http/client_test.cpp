#include "rest/http/client.hpp"

#include <gtest/gtest.h>

#include <mutex>
#include <vector>

#include "rest/http/server.hpp"

namespace neve::rest::http {
namespace {

/// A server that gives back what came.
class HttpClient : public ::testing::Test {
 protected:
  HttpClient() : server_(options(), workers_, &echo) {
    auto socket = ListenSocket::open("127.0.0.1", 0);
    target_.url = "http://127.0.0.1:" + std::to_string(socket.port());
    server_.start(std::move(socket));
  }
  static void echo(const Request& request, const Responder& responder) {
    if (request.path == "/wrong") throw InputError::illegal_argument("wrong");
    Response response;
    response.body = request.method + " " + request.path + " " + request.body + " " +
                    std::string(request.headers.find("Authorization").value_or("nobody"));
    responder.send(std::move(response));
  }
  ServerOptions options() {
    ServerOptions made;
    made.on_answer = [this](int status, std::chrono::nanoseconds took) {
      const std::lock_guard lock(mutex_);
      if (took.count() > 0) statuses_.push_back(status);
    };
    return made;
  }
  std::mutex mutex_;
  std::vector<int> statuses_;
  WorkerPool workers_;
  Server server_;
  Target target_;
};

TEST_F(HttpClient, AsksAndIsCounted) {
  EXPECT_EQ(ask(target_, "GET", "/3/x").body, "GET /3/x  nobody");
  target_.credentials = "ann:secret";
  target_.url += "/";
  EXPECT_EQ(ask(target_, "POST", "/3/y", "node=a").body, "POST /3/y node=a Basic YW5uOnNlY3JldA==");
  EXPECT_EQ(ask(target_, "GET", "/wrong").status, 412);
  server_.stop();
  EXPECT_EQ(statuses_, (std::vector<int>{200, 200, 412}));
}

TEST_F(HttpClient, SaysWhatIsWrongWithAnAddress) {
  for (const char* url :
       {"", "127.0.0.1:1", "https://127.0.0.1:1", "http://127.0.0.1", "http://:1"}) {
    EXPECT_THROW((void)ask({.url = url, .credentials = {}}, "GET", "/"), InputError) << url;
  }
  server_.stop();
  EXPECT_THROW((void)ask(target_, "GET", "/"), ClusterError);
}

}  // namespace
}  // namespace neve::rest::http

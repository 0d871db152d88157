#include "rest/http/server.hpp"

#include <gtest/gtest.h>

#include <future>
#include <latch>
#include <thread>

#include "test_client.hpp"

namespace neve::rest::http {
namespace {

using namespace std::chrono_literals;

/// A server that echoes what it was asked, with short limits.
class HttpServer : public ::testing::Test {
 protected:
  void start(ServerOptions options = {}) {
    options.threads = 2;
    options.standard_headers = {{"X-Standard", "yes"}};
    server_ = std::make_unique<Server>(
        std::move(options), workers_,
        [this](Request request, Responder r) { handler_(std::move(request), std::move(r)); });
    auto socket = ListenSocket::open("127.0.0.1", 0);
    port_ = socket.port();
    server_->start(std::move(socket));
  }
  static void echo(const Request& request, const Responder& responder) {
    Response response;
    response.body = request.method + " " + request.path + " " + request.body;
    for (const auto& [key, value] : request.query) response.body += " " + key + "=" + value;
    responder.send(std::move(response));
  }
  std::string ask(std::string_view text) { return TestClient(port_).send(text).answer(); }

  WorkerPool workers_;
  Handler handler_ = echo;
  std::uint16_t port_ = 0;
  std::unique_ptr<Server> server_;
};

::testing::AssertionResult has(const std::string& text, std::string_view part) {
  if (text.find(part) != std::string::npos) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "'" << part << "' is not in:\n" << text;
}

TEST_F(HttpServer, AnswersAndKeepsTheConnection) {
  start();
  TestClient client(port_);
  for (int i = 0; i < 3; ++i) {
    client.send("GET /3/a%20b?x=1+2 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const auto answer = client.answer();
    EXPECT_TRUE(has(answer, "HTTP/1.1 200 OK\r\nDate: "));
    EXPECT_TRUE(has(answer, "X-Standard: yes\r\nContent-Type: application/json\r\n"));
    EXPECT_TRUE(has(answer, "\r\n\r\nGET /3/a b  x=1 2"));
  }
}

TEST_F(HttpServer, AnswersPipelinedRequestsInOrder) {
  start();
  std::string all;
  for (int i = 0; i < 20; ++i) {
    all += "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: [::1]\r\nContent-Length: 2\r\n\r\nab";
  }
  TestClient client(port_);
  client.send(all);
  for (int i = 0; i < 20; ++i)
    EXPECT_TRUE(has(client.answer(), "POST /" + std::to_string(i) + " ab"));
}

TEST_F(HttpServer, ReadsChunkedBodies) {
  start();
  EXPECT_TRUE(has(ask("POST /c HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                      "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n"),
                  "POST /c abcdefg"));
}

TEST_F(HttpServer, AsksForABodyThatWaitsForIt) {
  start();
  TestClient client(port_);
  client.send(
      "POST /e HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.header(), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_TRUE(has(client.send("body").answer(), "POST /e body"));
}

TEST_F(HttpServer, GivesHeadTheHeaderOnly) {
  start();
  TestClient client(port_);
  client.send(
      "HEAD /h HTTP/1.1\r\nHost: localhost\r\n\r\nGET /g HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_TRUE(has(client.header(), "Content-Length: 8\r\n"));
  EXPECT_TRUE(has(client.answer(), "GET /g"));
}

TEST_F(HttpServer, ClosesWhenAskedTo) {
  start();
  TestClient client(port_);
  client.send("GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(has(client.rest(), "Connection: close\r\n\r\nGET /x"));
  TestClient old(port_);
  EXPECT_TRUE(has(old.send("GET /old HTTP/1.0\r\n\r\n").rest(), "GET /old"));
}

struct Refusal {
  const char* request;
  const char* status;
};

TEST_F(HttpServer, RefusesWhatItCannotAnswerWithTypedErrors) {
  ServerOptions options;
  options.max_body_bytes = 10;
  options.max_header_bytes = 2000;
  start(std::move(options));
  const std::string long_header =
      "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(3000, 'x') + "\r\n\r\n";
  const Refusal refusals[] = {
      {"nonsense\r\n\r\n", "400"},
      {"GET / HTTP/3.7\r\n\r\n", "400"},
      {"GET / HTTP/1.1\r\n\r\n", "400"},
      {"GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n", "400"},
      {"GET nopath HTTP/1.1\r\nHost: localhost\r\n\r\n", "400"},
      {"GET / HTTP/1.1\r\nHost: evil.example.org\r\n\r\n", "403"},
      {"GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example.org\r\n\r\n", "403"},
      {"TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n", "405"},
      {"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 11\r\n\r\nhello world", "413"},
      {"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello "
       "world\r\n0\r\n\r\n",
       "413"},
      {"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "400"},
      {"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n", "400"},
      {"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
       "400"},
      {"POST / HTTP/1.1\r\nHost: localhost\r\nExpect: magic\r\nContent-Length: 1\r\n\r\na", "417"},
      {long_header.c_str(), "431"},
  };
  for (const auto& [request, status] : refusals) {
    const auto answer = TestClient(port_).send(request).rest();
    EXPECT_TRUE(has(answer, "HTTP/1.1 " + std::string(status))) << request;
    EXPECT_TRUE(has(answer, R"("schema_name":"H2OErrorV3")")) << request;
    EXPECT_TRUE(has(answer, "\"http_status\":" + std::string(status))) << request;
  }
}

TEST_F(HttpServer, TellsSlowSendersAndCloses) {
  ServerOptions options;
  options.header_timeout = 100ms;
  options.body_timeout = 100ms;
  start(std::move(options));
  TestClient header(port_);
  EXPECT_TRUE(has(header.send("GET / HT").rest(), "HTTP/1.1 408"));
  TestClient body(port_);
  body.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nab");
  EXPECT_TRUE(has(body.rest(), "HTTP/1.1 408"));
}

TEST_F(HttpServer, ClosesIdleConnectionsSilently) {
  ServerOptions options;
  options.idle_timeout = 50ms;
  options.header_timeout = 100ms;
  start(std::move(options));
  EXPECT_EQ(TestClient(port_).rest(), "");
}

TEST_F(HttpServer, TurnsExceptionsAndForgottenAnswersIntoErrors) {
  handler_ = [](const Request& request, const Responder&) {
    if (request.path == "/gone") throw InputError::object_not_found("f1", "key");
    if (request.path == "/bug") throw std::logic_error("a bug");
  };
  start();
  EXPECT_TRUE(has(ask("GET /gone HTTP/1.1\r\nHost: localhost\r\n\r\n"), "HTTP/1.1 404"));
  EXPECT_TRUE(has(ask("GET /bug HTTP/1.1\r\nHost: localhost\r\n\r\n"), "HTTP/1.1 500"));
  EXPECT_TRUE(has(ask("GET /forgets HTTP/1.1\r\nHost: localhost\r\n\r\n"), "HTTP/1.1 500"));
}

TEST_F(HttpServer, TakesAnAnswerFromAnotherThreadOnce) {
  handler_ = [this](Request, const Responder& responder) {
    workers_.submit([responder] {
      EXPECT_TRUE(responder.send({.body = "late"}));
      EXPECT_FALSE(responder.send({.body = "too late"}));
    });
  };
  start();
  EXPECT_TRUE(has(ask("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), "\r\n\r\nlate"));
}

TEST_F(HttpServer, AnswersAfterATimeWithoutAThread) {
  handler_ = [this](Request, const Responder& responder) {
    server_->scheduler()(20ms, [responder] { responder.send({.body = "waited"}); });
  };
  start();
  EXPECT_TRUE(has(ask("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), "\r\n\r\nwaited"));
  EXPECT_EQ(workers_.threads(), 0U);
}

TEST_F(HttpServer, StreamsAnAnswerInChunks) {
  handler_ = [](Request, const Responder& responder) {
    Response response;
    response.content_type = "text/csv";
    response.producer = [i = 0](std::string& block) mutable {
      block = std::to_string(i) + "\n";
      return ++i < 3;
    };
    responder.send(std::move(response));
  };
  start();
  TestClient client(port_);
  client.send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(has(client.rest(),
                  "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                  "2\r\n0\n\r\n2\r\n1\n\r\n2\r\n2\n\r\n0\r\n\r\n"));
  TestClient old(port_);
  EXPECT_TRUE(has(old.send("GET / HTTP/1.0\r\n\r\n").rest(), "\r\n\r\n0\n1\n2\n"));
}

TEST_F(HttpServer, TellsAFailureBeforeTheFirstBlockAndBreaksOffLater) {
  handler_ = [](const Request& request, const Responder& responder) {
    Response response;
    response.producer = [late = request.path == "/late", i = 0](std::string& block) mutable {
      if (!late || i++ > 0) throw InputError::illegal_argument("no such column");
      block = "x";
      return true;
    };
    responder.send(std::move(response));
  };
  start();
  EXPECT_TRUE(has(ask("GET /early HTTP/1.1\r\nHost: localhost\r\n\r\n"), "HTTP/1.1 412"));
  const auto broken =
      TestClient(port_).send("GET /late HTTP/1.1\r\nHost: localhost\r\n\r\n").rest();
  EXPECT_TRUE(has(broken, "1\r\nx\r\n"));
  EXPECT_FALSE(has(broken, "0\r\n\r\n"));
}

TEST_F(HttpServer, NoticesAClientThatLeaves) {
  std::promise<void> left;
  std::latch asked(1);
  handler_ = [&](const Request& request, const Responder& responder) {
    request.connection.on_close([&left, responder] { left.set_value(); });
    asked.count_down();
  };
  start();
  {
    TestClient client(port_);
    client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    asked.wait();
  }
  left.get_future().get();
}

TEST_F(HttpServer, AsksForAPassword) {
  ServerOptions options;
  options.auth = std::make_shared<Authenticator>(Authenticator::from_text(
      "ann:$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW\n", "users"));
  handler_ = [](const Request& request, const Responder& responder) {
    responder.send({.body = "user " + request.user});
  };
  start(std::move(options));
  const auto refused = TestClient(port_).send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").rest();
  EXPECT_TRUE(has(refused, "HTTP/1.1 401"));
  EXPECT_TRUE(has(refused, "WWW-Authenticate: Basic realm="));
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(has(
        ask("GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic YW5uOnNlY3JldA==\r\n\r\n"),
        "\r\n\r\nuser ann"));
  }
  EXPECT_TRUE(
      has(ask("GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic YW5uOndyb25n\r\n\r\n"),
          "HTTP/1.1 401"));
}

TEST_F(HttpServer, KeepsHeadersCleanOfLineEnds) {
  handler_ = [](Request, const Responder& responder) {
    responder.send({.headers = {{"X-Name", "a\r\nX-Injected: 1"}}});
  };
  start();
  const auto answer = ask("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_TRUE(has(answer, "X-Name: a  X-Injected: 1\r\n"));
}

TEST_F(HttpServer, SendsBodiesOfAnySize) {
  handler_ = [](const Request& request, const Responder& responder) {
    responder.send({.body = std::string(std::stoul(request.path.substr(1)), 'x')});
  };
  start();
  for (const std::size_t size : {0UL, 1UL, 65'536UL, 65'537UL, 5'000'000UL}) {
    const auto answer =
        ask("GET /" + std::to_string(size) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_EQ(answer.size() - answer.find("\r\n\r\n") - 4, size);
  }
}

TEST_F(HttpServer, StopsAfterTheRunningAnswer) {
  std::latch asked(1);
  std::promise<Responder> promised;
  handler_ = [&](Request, const Responder& responder) {
    promised.set_value(responder);
    asked.count_down();
  };
  start();
  TestClient client(port_);
  client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  asked.wait();
  std::thread stopper([&] { server_->stop(std::chrono::minutes{1}); });
  promised.get_future().get().send({.body = "last words"});
  EXPECT_TRUE(has(client.answer(), "last words"));
  stopper.join();
}

TEST_F(HttpServer, DropsAnswersThatComeAfterItsEnd) {
  std::promise<Responder> promised;
  Connection asking;
  handler_ = [&](const Request& request, const Responder& responder) {
    asking = request.connection;
    promised.set_value(responder);
  };
  start();
  TestClient client(port_);
  client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const Responder responder = promised.get_future().get();
  const auto scheduler = server_->scheduler();
  server_.reset();
  scheduler(0ms, [] { FAIL() << "the server is gone"; });
  EXPECT_TRUE(asking.closed());
  EXPECT_TRUE(responder.send({.body = "for nobody"}));
}

}  // namespace
}  // namespace neve::rest::http

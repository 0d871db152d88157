#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <numeric>
#include <thread>

#include <neve/base/error.hpp>

#include "cluster/api/rpc.hpp"
#include "support/rpc_nodes.hpp"

namespace neve::cluster {
namespace {

using std::chrono::milliseconds;
using testing::AddressBook;
using testing::RpcNode;

constexpr std::uint64_t kCluster = 77;

RpcSettings settings_of(std::uint64_t node) {
  RpcSettings settings;
  settings.self = NodeId(node);
  settings.cluster = kCluster;
  return settings;
}

wire::Bytes bytes_of(std::size_t size, unsigned seed = 1) {
  wire::Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<std::byte>((i * 2654435761U + seed) >> 13U);
  }
  return bytes;
}

wire::Bytes copy_of(std::span<const std::byte> bytes) { return {bytes.begin(), bytes.end()}; }

/// Waits for what another thread counts.
template <class Condition>
void wait_until(const Condition& condition) {
  while (!condition()) std::this_thread::yield();
}

TEST(Rpc, CarriesRequestsAndAnswersOfAnySize) {
  AddressBook book;
  RpcNode caller(book, settings_of(1));
  RpcNode server(book, settings_of(2));
  server.inbox.add("echo", [](auto request) { return copy_of(request); });
  server.start();
  constexpr std::size_t kMiB = std::size_t{1} << 20U;
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, kMiB - 1, kMiB, kMiB + 1, 3 * kMiB, 21 * kMiB + 12345}) {
    const wire::Bytes sent = bytes_of(size);
    EXPECT_EQ(caller.transport.call(server.id(), "echo", sent).get(), sent) << size;
  }
  EXPECT_EQ(caller.budget.used(), 0);
  EXPECT_EQ(server.budget.used(), 0);
  EXPECT_EQ(caller.traffic.calls, 7U);
  EXPECT_EQ(server.traffic.answered, 7U);
  EXPECT_EQ(caller.traffic.bytes_sent, server.traffic.bytes_received);
}

/// Calls a handler that throws `error` and expects to catch just that.
template <class E>
void expect_same(const E& error) {
  AddressBook book;
  RpcNode caller(book, settings_of(1));
  RpcNode server(book, settings_of(2));
  server.inbox.add("fail", [&](auto) -> wire::Bytes { throw E(error); });
  server.start();
  try {
    caller.transport.call(server.id(), "fail", {}).get();
    FAIL() << "no error came";
  } catch (const E& caught) {
    EXPECT_EQ(caught.http_status(), error.http_status());
    EXPECT_EQ(caught.exception_type(), error.exception_type());
    EXPECT_STREQ(caught.what(), error.what());
    EXPECT_EQ(caught.values(), error.values());
  }
}

TEST(Rpc, ErrorsArriveAsWhatTheyWere) {
  expect_same(
      InputError::illegal_argument("k is \xff 0; at least 1.", {{"k", "0"}, {"a", "\xfe"}}));
  expect_same(InputError::object_not_found("frame", "training_frame"));
  expect_same(OutOfMemoryError("3 GB are needed, 1 GB is free."));
  expect_same(ClusterError("A chunk is not at its home."));
  expect_same(Cancelled());
  expect_same(InternalError("a bug"));
  expect_same(Error(418, "java.lang.Teapot", "short and stout", {{"handle", "spout"}}));
}

TEST(Rpc, AnExceptionOfTheLibraryIsAnInternalError) {
  AddressBook book;
  RpcNode caller(book, settings_of(1));
  RpcNode server(book, settings_of(2));
  server.inbox.add("fail", [](auto) -> wire::Bytes { throw std::out_of_range("at()"); });
  server.start();
  EXPECT_THROW(caller.transport.call(server.id(), "fail", {}).get(), InternalError);
  EXPECT_THROW(caller.transport.call(server.id(), "no such service", {}).get(), ClusterError);
}

TEST(Rpc, WhatDoesNotFitTheBudgetIsRefusedWhileItIsStillSent) {
  AddressBook book;
  constexpr std::int64_t kLittle = 8 << 20;
  RpcNode caller(book, settings_of(1));
  RpcNode server(book, settings_of(2), kLittle);
  server.inbox.add("take", [](auto) { return wire::Bytes(); });
  server.inbox.add("give", [](auto) { return bytes_of(3 * kLittle); });
  server.start();
  EXPECT_THROW(caller.transport.call(server.id(), "take", bytes_of(9 * kLittle)).get(),
               OutOfMemoryError);
  EXPECT_EQ(server.budget.used(), 0);
  RpcNode poor(book, settings_of(3), kLittle);
  EXPECT_THROW(poor.transport.call(server.id(), "give", {}).get(), OutOfMemoryError);
  EXPECT_EQ(poor.budget.used(), 0);
}

TEST(Rpc, NestedCallsDoNotWaitForThreads) {
  constexpr int kCalls = 100;
  // What handlers use outlives the nodes that run them.
  std::latch all_in(kCalls);
  AddressBook book;
  RpcNode a(book, settings_of(1));
  RpcNode b(book, settings_of(2));
  // b's handler asks a, whose handler asks b; all of them are in hand at once before one ends.
  a.inbox.add("middle", [&](auto request) {
    return a.transport.call(b.id(), "leaf", copy_of(request)).get();
  });
  b.inbox.add("outer", [&](auto request) {
    all_in.arrive_and_wait();
    return b.transport.call(a.id(), "middle", copy_of(request)).get();
  });
  b.inbox.add("leaf", [](auto request) { return copy_of(request); });
  a.start();
  b.start();
  std::vector<Answer> answers;
  answers.reserve(kCalls);
  for (int i = 0; i < kCalls; ++i) {
    answers.push_back(a.transport.call(b.id(), "outer", wire::encode(i)));
  }
  for (int i = 0; i < kCalls; ++i) {
    EXPECT_EQ(wire::decode<int>(answers[static_cast<std::size_t>(i)].get()), i);
  }
}

TEST(Rpc, MoreRequestsThanMayBeInHandAreRefusedNotQueued) {
  // What handlers use outlives the nodes that run them.
  std::latch entered(2);
  std::latch leave(1);
  AddressBook book;
  RpcNode caller(book, settings_of(1));
  RpcSettings few = settings_of(2);
  few.most_requests = 2;
  RpcNode server(book, few);
  server.inbox.add("wait", [&](auto) {
    entered.count_down();
    leave.wait();
    return wire::Bytes();
  });
  server.start();
  Answer first = caller.transport.call(server.id(), "wait", {});
  Answer second = caller.transport.call(server.id(), "wait", {});
  entered.wait();
  EXPECT_THROW(caller.transport.call(server.id(), "wait", {}).get(), ClusterError);
  EXPECT_EQ(server.traffic.refused_for(Refusal::overloaded), 1U);
  leave.count_down();
  first.get();
  second.get();
}

TEST(Rpc, HeartbeatsKeepALongCallAlive) {
  AddressBook book;
  RpcSettings impatient = settings_of(1);
  impatient.silence = milliseconds(1000);
  RpcSettings beating = settings_of(2);
  beating.heartbeat = milliseconds(20);
  RpcNode caller(book, impatient);
  RpcNode server(book, beating);
  server.inbox.add("long", [&](auto) {
    // Longer than the caller waits for a sign of life.
    wait_until([&] { return server.traffic.heartbeats >= 75; });
    return bytes_of(3);
  });
  server.start();
  EXPECT_EQ(caller.transport.call(server.id(), "long", {}).get(), bytes_of(3));
}

TEST(Rpc, SilenceFailsTheCallAndNamesTheNode) {
  // What handlers use outlives the nodes that run them.
  std::latch leave(1);
  AddressBook book;
  RpcSettings impatient = settings_of(1);
  impatient.silence = milliseconds(100);
  RpcSettings silent = settings_of(0xAB);
  silent.heartbeat = std::chrono::hours(1);
  RpcNode caller(book, impatient);
  RpcNode server(book, silent);
  server.inbox.add("hang", [&](auto) {
    leave.wait();
    return wire::Bytes();
  });
  server.start();
  try {
    caller.transport.call(server.id(), "hang", {}).get();
    ADD_FAILURE() << "no error came";
  } catch (const ClusterError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("node 00000000000000ab at 127.0.0.1:"), std::string::npos) << text;
    EXPECT_NE(text.find("100 ms"), std::string::npos) << text;
  }
  leave.count_down();
}

TEST(Rpc, NobodyAtTheAddressIsSilenceToo) {
  AddressBook book;
  RpcSettings impatient = settings_of(1);
  impatient.silence = milliseconds(100);
  RpcNode caller(book, impatient);
  {
    RpcNode gone(book, settings_of(2));
    gone.start();
  }
  EXPECT_THROW(caller.transport.call(NodeId(2), "echo", {}).get(), ClusterError);
}

TEST(Rpc, ConnectsAgainWhenTheNodeIsBack) {
  AddressBook book;
  RpcNode caller(book, settings_of(1));
  RpcNode server(book, settings_of(2));
  server.inbox.add("echo", [](auto request) { return copy_of(request); });
  server.start();
  const int port = server.port();
  EXPECT_EQ(caller.transport.call(server.id(), "echo", bytes_of(5)).get(), bytes_of(5));
  server.stop_server();
  // Told at once, so that somebody else can be asked.
  EXPECT_THROW(caller.transport.call(server.id(), "echo", bytes_of(6)).get(), ClusterError);
  server.start(port);
  bool answered = false;
  for (int attempt = 0; attempt < 100'000 && !answered; ++attempt) {
    try {
      answered = caller.transport.call(server.id(), "echo", bytes_of(7)).get() == bytes_of(7);
    } catch (const ClusterError&) {
      continue;  // it backs off a little before it connects again
    }
  }
  EXPECT_TRUE(answered);
}

/// A server whose handler waits until its call is abandoned.
class Patient {
 public:
  explicit Patient(RpcNode& node) {
    node.inbox.add("wait", [this](auto, Call& call) {
      const auto abandoned = std::make_shared<std::promise<void>>();
      call.when_abandoned([abandoned] { abandoned->set_value(); });
      ++entered;
      abandoned->get_future().wait();
      ++left;
      return wire::Bytes();
    });
    node.start();
  }
  std::atomic<int> entered{0};
  std::atomic<int> left{0};
};

TEST(Rpc, ACallIsGivenUpWithItsAnswer) {
  AddressBook book;
  RpcNode caller(book, settings_of(1));
  RpcNode server(book, settings_of(2));
  Patient patient(server);
  {
    const Answer dropped = caller.transport.call(server.id(), "wait", {});
    wait_until([&] { return patient.entered == 1; });
  }
  wait_until([&] { return patient.left == 1; });
  Answer cancelled = caller.transport.call(server.id(), "wait", {});
  wait_until([&] { return patient.entered == 2; });
  cancelled.give_up();
  EXPECT_THROW(cancelled.get(), ClusterError);
  wait_until([&] { return patient.left == 2; });
}

TEST(Rpc, ANodeThatLeavesFailsItsCallsAndIsWorkedForNoMore) {
  AddressBook book;
  RpcNode caller(book, settings_of(1));
  RpcNode server(book, settings_of(2));
  Patient patient(server);
  Answer left = caller.transport.call(server.id(), "wait", {});
  wait_until([&] { return patient.entered == 1; });
  book.remove(server.id());
  caller.transport.leave(server.id());
  EXPECT_THROW(left.get(), ClusterError);
  EXPECT_THROW(caller.transport.call(server.id(), "wait", {}).get(), ClusterError);
  wait_until([&] { return patient.left == 1; });

  book.set(server.id(), server.server->address());
  Answer abandoned = caller.transport.call(server.id(), "wait", {});
  wait_until([&] { return patient.entered == 2; });
  server.server->leave(caller.id());
  EXPECT_THROW(abandoned.get(), ClusterError);
  wait_until([&] { return patient.left == 2; });
}

TEST(Rpc, ANodeThatWasGivenUpCallsNobodyAnyMore) {
  AddressBook book;
  RpcNode caller(book, settings_of(1));
  RpcNode server(book, settings_of(2));
  Patient patient(server);
  Answer waiting = caller.transport.call(server.id(), "wait", {});
  wait_until([&] { return patient.entered == 1; });
  caller.transport.leave_all();
  EXPECT_THROW(waiting.get(), ClusterError);
  EXPECT_THROW(caller.transport.call(server.id(), "wait", {}).get(), ClusterError);
  wait_until([&] { return patient.left == 1; });
  EXPECT_EQ(patient.entered, 1);
}

TEST(Rpc, AServerThatStopsFailsTheCallsInHand) {
  AddressBook book;
  RpcNode caller(book, settings_of(1));
  RpcNode server(book, settings_of(2));
  Patient patient(server);
  Answer answer = caller.transport.call(server.id(), "wait", {});
  wait_until([&] { return patient.entered == 1; });
  server.stop_server();
  EXPECT_THROW(answer.get(), ClusterError);
}

TEST(Rpc, MessagesOfAnotherClusterOrForAnotherNodeAreRefusedAndCounted) {
  // What handlers use outlives the nodes that run them.
  std::atomic<int> taken{0};
  AddressBook book;
  RpcNode server(book, settings_of(2));
  server.inbox.add("take", [&](auto) {
    ++taken;
    return wire::Bytes();
  });
  server.start();
  RpcSettings foreign = settings_of(1);
  foreign.cluster = kCluster + 1;
  RpcNode stranger(book, foreign);
  EXPECT_THROW(stranger.transport.call(server.id(), "take", {}).get(), ClusterError);
  stranger.transport.send(server.id(), "take", {});
  wait_until([&] { return server.traffic.refused_for(Refusal::other_cluster) >= 2; });
  // The address of a node that was restarted: the new one has another id.
  RpcNode late(book, settings_of(3));
  book.set(NodeId(9), server.server->address());
  EXPECT_THROW(late.transport.call(NodeId(9), "take", {}).get(), ClusterError);
  EXPECT_EQ(server.traffic.refused_for(Refusal::wrong_node), 1U);
  EXPECT_EQ(taken, 0);
}

TEST(Rpc, OneWayMessagesArriveInTheirOrder) {
  // What handlers use outlives the nodes that run them.
  std::atomic<bool> last{false};
  AddressBook book;
  RpcNode sender(book, settings_of(1));
  RpcNode server(book, settings_of(2));
  std::vector<int> seen;
  server.inbox.add("post", [&](auto message) {
    const int number = wire::decode<std::vector<int>>(message).at(0);
    if (number == 13) throw InputError::bad_request("unlucky");
    seen.push_back(number);
    if (number == 99) last = true;
    return wire::Bytes();
  });
  server.start();
  for (int i = 0; i < 100; ++i) {
    // Some of several frames; all that wait fit.
    std::vector<int> message(i % 10 == 0 ? 300'000 : 1, i);
    sender.transport.send(server.id(), "post", wire::encode(message));
  }
  wait_until([&] { return last.load(); });
  EXPECT_EQ(seen.size(), 99U);
  EXPECT_EQ(sender.traffic.posts_dropped, 0U);
  EXPECT_TRUE(std::ranges::is_sorted(seen));
  EXPECT_EQ(server.traffic.posts_dropped, 1U);
}

TEST(Rpc, OfOneWayMessagesThatWaitTheOldestAreDropped) {
  // What handlers use outlives the nodes that run them.
  std::atomic<bool> last{false};
  AddressBook book;
  RpcSettings small = settings_of(1);
  small.most_posts = 10;
  RpcNode sender(book, small);
  RpcNode server(book, settings_of(2));
  std::vector<int> seen;
  server.inbox.add("post", [&](auto message) {
    seen.push_back(wire::decode<int>(message));
    if (seen.back() == 99) last = true;
    return wire::Bytes();
  });
  // Nobody listens yet, so that all wait but the one that is being written.
  server.start();
  const int port = server.port();
  server.stop_server();
  for (int i = 0; i < 100; ++i) sender.transport.send(server.id(), "post", wire::encode(i));
  server.start(port);
  wait_until([&] { return last.load(); });
  server.stop_server();
  EXPECT_LE(seen.size(), 11U);
  EXPECT_EQ(seen.size() + sender.traffic.posts_dropped, 100U);
  std::vector<int> newest(10);
  std::iota(newest.begin(), newest.end(), 90);
  EXPECT_TRUE(std::ranges::equal(std::span(seen).last(10), newest));
}

TEST(Rpc, PlainTextStaysOnThisMachine) {
  AddressBook book;
  RpcNode node(book, settings_of(1));
  EXPECT_THROW(RpcServer(settings_of(1), "0.0.0.0:0", node.inbox, node.budget, node.traffic),
               InputError);
  book.set(NodeId(2), "192.0.2.1:54322");
  EXPECT_THROW(node.transport.call(NodeId(2), "echo", {}), InputError);
  RpcSettings insecure = settings_of(1);
  insecure.insecure_cluster = true;
  EXPECT_NO_THROW(RpcServer(insecure, "0.0.0.0:0", node.inbox, node.budget, node.traffic));
}

TEST(Rpc, APortThatIsTakenIsATypedError) {
  AddressBook book;
  RpcNode node(book, settings_of(1));
  node.start();
  EXPECT_THROW(
      RpcServer(settings_of(1), node.server->address(), node.inbox, node.budget, node.traffic),
      InputError);
}

}  // namespace
}  // namespace neve::cluster

#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <neve/base/ids.hpp>
#include <neve/base/wire.hpp>

namespace neve::cluster {

/// A death is agreed on within seconds; what fails for longer is no matter of a lost node.
inline constexpr std::chrono::seconds kAgreeWithin{20};

/// A call that is being answered, as far as its handler may care. Thread-safe.
class Call {
 public:
  /// Calls back, on any thread, when nobody waits for the answer any more: the caller gave up, left
  /// or died. At once if that has happened. The callback must not block.
  void when_abandoned(std::function<void()> callback);
  void abandon();

 private:
  std::mutex mutex_;
  bool abandoned_ = false;
  std::vector<std::function<void()>> callbacks_;
};

/// What a node answers: service name → handler of request bytes. Filled once by the wiring of the
/// node, before its transport starts; then only read. Handlers run on transport threads, many at
/// once, and may call other nodes.
class Inbox {
 public:
  using Handler = std::function<wire::Bytes(std::span<const std::byte>)>;
  /// For work that is long enough to be stopped when nobody waits for it.
  using CallHandler = std::function<wire::Bytes(std::span<const std::byte>, Call&)>;
  /// A name that is there already is a bug.
  void add(std::string service, Handler handler);
  void add(std::string service, CallHandler handler);
  /// Throws whatever the handler throws; an unknown service is a ClusterError.
  wire::Bytes handle(std::string_view service, std::span<const std::byte> request,
                     Call& call) const;

 private:
  std::map<std::string, CallHandler, std::less<>> handlers_;
};

/// The answer to a call that is under way. Gives the call up when it goes before the answer came.
class Answer {
 public:
  Answer() = default;
  explicit Answer(std::future<wire::Bytes> future, std::function<void()> give_up = {})
      : future_(std::move(future)), give_up_(std::move(give_up)) {}
  Answer(Answer&&) = default;
  Answer& operator=(Answer&& other) noexcept;
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;
  ~Answer() { give_up(); }
  /// Waits; throws what the far side threw, or a ClusterError that names the node. Once only.
  wire::Bytes get() { return future_.get(); }
  /// Likewise; until the answer is there, calls `look` every 20 ms, which may throw.
  wire::Bytes get(const std::function<void()>& look);
  template <class Rep, class Period>
  std::future_status wait_for(std::chrono::duration<Rep, Period> time) const {
    return future_.wait_for(time);
  }
  /// Tells the far side that nobody waits any more; get() then throws, unless the answer was there.
  void give_up();

 private:
  std::future<wire::Bytes> future_;
  std::function<void()> give_up_;
};

/// Carries requests to other nodes. Errors of the far side arrive as the typed error they were.
class Transport {
 public:
  virtual ~Transport() = default;
  /// Starts a call.
  virtual Answer call(NodeId to, std::string service, wire::Bytes request) = 0;
};

/// Several nodes in one process. Nothing but bytes passes between them, so that what works here
/// works over a network. Each call runs on a thread of its own; for tests.
class QueueNetwork {
 public:
  void join(NodeId node, const Inbox& inbox);
  /// As if the node had died: it reaches nobody any more, and what it is doing is not answered.
  void leave(NodeId node);
  Answer call(NodeId from, NodeId to, std::string service, wire::Bytes request);
  /// All leave; returns when nothing works on a call any more, so that the nodes may end.
  void close();

 private:
  /// Throws ClusterError unless both are there; mutex_ is held.
  const Inbox& connect(NodeId from, NodeId to) const;
  std::mutex mutex_;
  std::condition_variable ended_;
  int working_ = 0;  ///< calls that a node works on
  std::map<NodeId, const Inbox*> inboxes_;
};

/// One node's way into a QueueNetwork.
class QueueTransport final : public Transport {
 public:
  QueueTransport(QueueNetwork& network, NodeId self) : network_(network), self_(self) {}
  Answer call(NodeId to, std::string service, wire::Bytes request) override {
    return network_.call(self_, to, std::move(service), std::move(request));
  }

 private:
  QueueNetwork& network_;
  NodeId self_;
};

}  // namespace neve::cluster

#include "cluster/api/transport.hpp"

#include <memory>

#include <neve/base/error.hpp>

namespace neve::cluster {

void Call::when_abandoned(std::function<void()> callback) {
  {
    const std::lock_guard lock(mutex_);
    if (!abandoned_) {
      callbacks_.push_back(std::move(callback));
      return;
    }
  }
  callback();
}

void Call::abandon() {
  std::vector<std::function<void()>> callbacks;
  {
    const std::lock_guard lock(mutex_);
    abandoned_ = true;
    callbacks.swap(callbacks_);
  }
  for (const auto& callback : callbacks) callback();
}

void Inbox::add(std::string service, CallHandler handler) {
  const bool added = handlers_.emplace(service, std::move(handler)).second;
  NEVE_CHECK(added, "two handlers for " + service);
}

void Inbox::add(std::string service, Handler handler) {
  add(std::move(service), CallHandler([handler = std::move(handler)](auto request, Call& /*call*/) {
        return handler(request);
      }));
}

wire::Bytes Inbox::handle(std::string_view service, std::span<const std::byte> request,
                          Call& call) const {
  const auto at = handlers_.find(service);
  if (at == handlers_.end()) throw ClusterError("No service '" + std::string(service) + "' here.");
  return at->second(request, call);
}

Answer& Answer::operator=(Answer&& other) noexcept {
  give_up();
  future_ = std::move(other.future_);
  give_up_ = std::move(other.give_up_);
  return *this;
}

wire::Bytes Answer::get(const std::function<void()>& look) {
  constexpr std::chrono::milliseconds kLook(20);
  while (wait_for(kLook) != std::future_status::ready) look();
  return get();
}

void Answer::give_up() {
  if (future_.valid() && give_up_) give_up_();
}

void QueueNetwork::join(NodeId node, const Inbox& inbox) {
  const std::lock_guard lock(mutex_);
  inboxes_[node] = &inbox;
}

void QueueNetwork::leave(NodeId node) {
  const std::lock_guard lock(mutex_);
  inboxes_.erase(node);
}

void QueueNetwork::close() {
  std::unique_lock lock(mutex_);
  inboxes_.clear();
  ended_.wait(lock, [this] { return working_ == 0; });
}

const Inbox& QueueNetwork::connect(NodeId from, NodeId to) const {
  const auto at = inboxes_.find(to);
  if (at == inboxes_.end() || !inboxes_.contains(from)) {
    throw ClusterError("The node has left the cluster.");
  }
  return *at->second;
}

Answer QueueNetwork::call(NodeId from, NodeId to, std::string service, wire::Bytes request) {
  const auto call = std::make_shared<Call>();
  auto answer = std::async(std::launch::async, [this, from, to, call, service = std::move(service),
                                                request = std::move(request)] {
    const Inbox* inbox = nullptr;
    {
      const std::lock_guard lock(mutex_);
      inbox = &connect(from, to);
      ++working_;
    }
    const auto end = [](QueueNetwork* network) {
      const std::lock_guard lock(network->mutex_);
      --network->working_;
      network->ended_.notify_all();
    };
    wire::Bytes bytes;
    {
      const std::unique_ptr<QueueNetwork, decltype(end)> work(this, end);
      bytes = inbox->handle(service, request, *call);
    }
    const std::lock_guard lock(mutex_);
    connect(from, to);  // the answer of a node that died meanwhile never arrives
    return bytes;
  });
  return Answer(std::move(answer), [call] { call->abandon(); });
}

}  // namespace neve::cluster

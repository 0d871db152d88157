#include <algorithm>
#include <atomic>
#include <iterator>
#include <map>
#include <set>

#include <neve/base/error.hpp>
#include <neve/base/log.hpp>
#include <neve/base/thread_name.hpp>

#include "cluster/api/rpc.hpp"
#include "cluster/rpc/certificates.hpp"
#include "cluster/rpc/join.hpp"
#include "cluster/rpc/outgoing_call.hpp"
#include "cluster/rpc/protection.hpp"
#include "cluster/rpc/served_call.hpp"
#include "cluster/rpc/streams.hpp"

namespace neve::cluster {

using rpc::Frame;
using rpc::Head;
using rpc::ServedCall;
using rpc::ServerStream;

namespace {

/// What a node without a certificate may send: a request to join fits into it.
constexpr std::uint64_t kStrangersBytes = std::uint64_t{64} << 10U;

/// How long a stream of one-way messages may say nothing.
constexpr std::chrono::hours kForEver(24 * 365 * 100);

/// Counts a request while it is worked on.
class InHand {
 public:
  InHand(std::atomic<std::size_t>& count, Traffic& traffic) : count_(count), open_(traffic.open) {
    ++count_;
    ++open_;
  }
  ~InHand() {
    --count_;
    --open_;
  }
  InHand(const InHand&) = delete;
  InHand& operator=(const InHand&) = delete;

 private:
  std::atomic<std::size_t>& count_;
  Traffic::Counter& open_;
};

/// A message that is not taken, and why.
struct Refused {
  Refusal why;
  std::string text;
};

}  // namespace

std::string_view name_of(Refusal why) {
  constexpr std::array<std::string_view, kRefusals> kNames = {
      "no certificate", "foreign certificate", "expired certificate", "claimed identity",
      "wrong token",    "other cluster",       "wrong node",          "overloaded"};
  return kNames.at(static_cast<std::size_t>(why));
}

struct RpcServer::Parts final : rpc::Service {
  Parts(const RpcSettings& s, const Inbox& i, Budget& b, Traffic& t)
      : settings(s),
        inbox(i),
        budget(b),
        traffic(t),
        certificates(s.credentials.authority),
        pulse(std::min(s.heartbeat, s.silence / 4)) {}
  void call(ServerStream& stream) noexcept override;
  void post(ServerStream& stream) noexcept override;

  /// Whether this node takes a message of this head.
  std::optional<Refused> judge(const Head& head, const std::string& certificate);
  std::optional<Refused> judge_sender(const Head& head, const std::string& certificate);
  void check(const Head& head, const std::string& certificate);
  /// Reads one message, whose head is judged before its body is read; nothing at the stream's end.
  std::optional<rpc::Message> read(ServedCall& served, const std::string& certificate);
  wire::Bytes work(ServedCall& served, const rpc::Message& request);
  /// One request. Whether the stream may bring another one.
  bool serve(ServedCall& served, const std::string& certificate);
  void take_posts(ServedCall& served, const std::string& certificate);
  /// Abandons those of the open calls of which `wanted` is true; asked under the lock.
  template <class Wanted>
  void abandon(const Wanted& wanted);
  void open(const std::shared_ptr<ServedCall>& served);
  void close(const std::shared_ptr<ServedCall>& served);

  const RpcSettings settings;
  const Inbox& inbox;
  Budget& budget;
  Traffic& traffic;
  rpc::CertificateChecker certificates;
  std::string address;
  std::mutex mutex;  ///< of the two below
  std::set<std::shared_ptr<ServedCall>> open_calls;
  std::map<const ServedCall*, NodeId> callers;
  std::atomic<bool> ending{false};
  std::atomic<std::size_t> in_hand{0};
  rpc::Pulse pulse;
  std::unique_ptr<rpc::Listener> listener;  ///< ends first: its streams use all above
};

std::optional<Refused> RpcServer::Parts::judge_sender(const Head& head,
                                                      const std::string& certificate) {
  if (settings.credentials.empty()) return std::nullopt;
  if (certificate.empty()) {
    if (head.service == rpc::kJoinService && head.bytes <= kStrangersBytes) return std::nullopt;
    return Refused{Refusal::no_certificate, "a call without a certificate; join first"};
  }
  const rpc::CertificateChecker::Verdict verdict = certificates.check(certificate);
  if (verdict.refusal) return Refused{*verdict.refusal, verdict.problem};
  if (verdict.node != head.from) {
    return Refused{Refusal::claimed_identity, "the certificate of " + rpc::name_of(verdict.node) +
                                                  " from one that says it is " +
                                                  rpc::name_of(head.from)};
  }
  return std::nullopt;
}

std::optional<Refused> RpcServer::Parts::judge(const Head& head, const std::string& certificate) {
  if (auto refused = judge_sender(head, certificate)) return refused;
  // Who joins knows the address only.
  if (head.service == rpc::kJoinService) return std::nullopt;
  if (head.cluster != settings.cluster) {
    return Refused{Refusal::other_cluster, "a message of another cluster"};
  }
  if (head.to != settings.self) {
    return Refused{Refusal::wrong_node, "a message for " + rpc::name_of(head.to) +
                                            ", which is not (any more) at this address"};
  }
  return std::nullopt;
}

void RpcServer::Parts::check(const Head& head, const std::string& certificate) {
  const auto refused = judge(head, certificate);
  if (!refused) return;
  ++traffic.refused.at(static_cast<std::size_t>(refused->why));
  throw ClusterError(rpc::name_of(settings.self) + " refused " + refused->text + ".");
}

std::optional<rpc::Message> RpcServer::Parts::read(ServedCall& served,
                                                   const std::string& certificate) {
  rpc::MessageReader reader(budget);
  Frame frame;
  while (served.read(frame)) {
    if (frame.head) {
      check(*frame.head, certificate);
      const std::lock_guard lock(mutex);
      callers[&served] = frame.head->from;
    }
    if (reader.add(frame)) return reader.take();
  }
  return std::nullopt;
}

template <class Wanted>
void RpcServer::Parts::abandon(const Wanted& wanted) {
  std::vector<std::shared_ptr<ServedCall>> chosen;
  {
    const std::lock_guard lock(mutex);
    std::ranges::copy_if(open_calls, std::back_inserter(chosen),
                         [&](const auto& served) { return wanted(*served); });
  }
  for (const auto& served : chosen) served->abandon();
}

void RpcServer::Parts::open(const std::shared_ptr<ServedCall>& served) {
  pulse.watch(served);
  {
    const std::lock_guard lock(mutex);
    open_calls.insert(served);
  }
  if (ending) served->abandon();
}

void RpcServer::Parts::close(const std::shared_ptr<ServedCall>& served) {
  pulse.forget(served);
  served->close();
  const std::lock_guard lock(mutex);
  open_calls.erase(served);
  callers.erase(served.get());
}

wire::Bytes RpcServer::Parts::work(ServedCall& served, const rpc::Message& request) {
  const InHand counted(in_hand, traffic);
  if (in_hand.load() > settings.most_requests) {
    ++traffic.refused.at(static_cast<std::size_t>(Refusal::overloaded));
    throw ClusterError(rpc::name_of(settings.self) + " has " +
                       std::to_string(settings.most_requests) +
                       " requests in hand and takes no more; try again later.");
  }
  served.begin_work();
  name_this_thread(request.head.service);
  return inbox.handle(request.head.service, request.body, served.call());
}

bool RpcServer::Parts::serve(ServedCall& served, const std::string& certificate) {
  try {
    const std::optional<rpc::Message> request = read(served, certificate);
    if (!request) return false;
    const wire::Bytes bytes = work(served, *request);
    ++traffic.answered;
    traffic.timeline.note(TimelineEvent::Kind::served, request->head.from, request->head.service,
                          bytes.size(), request->body.size());
    return served.answer(bytes);
  } catch (...) {
    served.refuse(rpc::current_failure());
    return false;
  }
}

void RpcServer::Parts::call(ServerStream& stream) noexcept {
  const std::string certificate = stream.certificate();
  ServedCall::Times times{settings.silence, settings.silence, settings.heartbeat};
  for (bool goes_on = true; goes_on; times.idle = rpc::kIdleOfServer) {
    const auto served = std::make_shared<ServedCall>(stream, times, traffic);
    open(served);
    goes_on = serve(*served, certificate);
    close(served);
  }
}

void RpcServer::Parts::take_posts(ServedCall& served, const std::string& certificate) {
  while (const std::optional<rpc::Message> message = read(served, certificate)) {
    try {
      inbox.handle(message->head.service, message->body, served.call());
    } catch (const std::exception& error) {
      log::warn("A message of " + rpc::name_of(message->head.from) + " failed: " + error.what());
      ++traffic.posts_dropped;
    }
  }
}

void RpcServer::Parts::post(ServerStream& stream) noexcept {
  // Idle for as long as there is nothing to say; that its far side lives is seen by pings.
  const auto served = std::make_shared<ServedCall>(
      stream, ServedCall::Times{kForEver, kForEver, settings.heartbeat}, traffic);
  open(served);
  try {
    take_posts(*served, stream.certificate());
  } catch (...) {
    served->refuse(rpc::current_failure());
  }
  close(served);
}

RpcServer::RpcServer(const RpcSettings& settings, const std::string& address, const Inbox& inbox,
                     Budget& budget, Traffic& traffic) {
  rpc::require_protection(address, settings);
  parts_ = std::make_unique<Parts>(settings, inbox, budget, traffic);
  parts_->listener = rpc::library().listen({.address = address,
                                            .credentials = settings.credentials,
                                            .peer_name = {},
                                            .silence_ms = settings.silence.count()},
                                           *parts_);
  if (!parts_->listener) {
    throw InputError::illegal_argument("Other nodes cannot be served at " + address +
                                       ": the port is taken, or not an address of this machine.");
  }
  parts_->address =
      address.substr(0, address.rfind(':')) + ":" + std::to_string(parts_->listener->port());
}

RpcServer::~RpcServer() {
  if (!parts_) return;
  parts_->ending = true;
  parts_->abandon([](const ServedCall& /*any*/) { return true; });
  parts_->listener.reset();
}

const std::string& RpcServer::address() const { return parts_->address; }

void RpcServer::leave(NodeId node) {
  parts_->abandon([this, node](const ServedCall& served) {
    const auto caller = parts_->callers.find(&served);
    return caller != parts_->callers.end() && caller->second == node;
  });
}

}  // namespace neve::cluster

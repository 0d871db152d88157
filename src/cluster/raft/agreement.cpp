#include "cluster/api/agreement.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <set>
#include <utility>

#include "cluster/raft/raft_thread.hpp"
#include "cluster/raft/replicated_state.hpp"

namespace neve::cluster {
namespace {

using raft::Envelope;
using raft::Outcome;
using raft::Reply;
using raft::Result;
using raft::ThreadStatus;

constexpr const char* kMessageService = "raft.message";
constexpr const char* kCommitService = "raft.commit";
constexpr const char* kReadService = "raft.read";

/// What one entry of the log holds at most; larger commands go in parts.
constexpr std::size_t kPartBytes = std::size_t{16} << 10U;
/// Larger ones would crowd the log that every node keeps in memory.
constexpr std::size_t kMostCommandBytes = std::size_t{64} << 20U;
/// How long a thread waits before it looks again whether the cluster has changed.
constexpr std::chrono::milliseconds kLook{50};

/// A message of Raft, which must say whose it is.
struct Letter {
  NodeId from;
  wire::Bytes message;
  template <class Archive>
  void fields(Archive& archive) {
    archive(from, message);
  }
};

/// What a leader answers to a request that was forwarded to it.
struct Forwarded {
  Outcome outcome = Outcome::failed;
  std::uint64_t index = 0;
  wire::Bytes bytes;
  template <class Archive>
  void fields(Archive& archive) {
    archive(outcome, index, bytes);
  }
};

wire::Bytes forwarded(std::future<Result> result) {
  Result it = result.get();
  return wire::encode(Forwarded{it.outcome, it.index, std::move(it.bytes)});
}

std::string text_of(const wire::Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

struct Agreement::Parts {
  Parts(const AgreementSettings& the_settings, Application& application, Transport& the_transport,
        Post post)
      : settings(the_settings),
        transport(the_transport),
        state(application),
        thread({.self = settings.self,
                .seed = settings.seed,
                .election_timeout_ms = settings.election_timeout_ms,
                .heartbeat_ms = settings.heartbeat_ms,
                .snapshot_timeout_ms = 3 * settings.election_timeout_ms,
                .snapshot_every = settings.snapshot_every,
                .snapshot_trailing = settings.snapshot_trailing},
               state,
               [post = std::move(post), self = settings.self](NodeId to, wire::Bytes message) {
                 post(to, kMessageService, wire::encode(Letter{self, std::move(message)}));
               }) {}

  /// One request's waiting for the cluster.
  struct Patience {
    explicit Patience(const Parts& the_parts) : parts(the_parts) {}
    /// Waits for the cluster to change a little; throws once it has not for too long.
    void pause(const ThreadStatus& seen) {
      if (seen.core.failed) parts.throw_stopped();
      const auto since =
          seen.core.leader ? std::max(began, seen.applied_more) : seen.leaderless_since;
      if (ThreadStatus::Clock::now() - since > parts.settings.patience) {
        parts.throw_no_quorum(seen, uncertain);
      }
      parts.thread.wait_for_change(seen, kLook);
    }
    const Parts& parts;
    ThreadStatus::Clock::time_point began = ThreadStatus::Clock::now();
    bool uncertain = false;  ///< whether the request may have been carried out
  };

  /// Numbers a command, and knows which ones are not finished.
  struct Ticket {
    explicit Ticket(Parts& the_parts) : parts(the_parts) {
      const std::lock_guard lock(parts.mutex);
      sequence = parts.next_sequence++;
      parts.unfinished.insert(sequence);
      floor = *parts.unfinished.begin();
    }
    ~Ticket() {
      const std::lock_guard lock(parts.mutex);
      parts.unfinished.erase(sequence);
    }
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;
    Parts& parts;
    std::uint64_t sequence = 0;
    std::uint64_t floor = 0;
  };

  [[noreturn]] void throw_stopped() const;
  [[noreturn]] void throw_no_quorum(const ThreadStatus& status, bool uncertain) const;
  enum class Question : std::uint8_t { commit, read };
  Result ask(Question question, const wire::Bytes& request);
  Result ask_leader(NodeId leader, Question question, const wire::Bytes& request);
  Result ask_until_done(Question question, const wire::Bytes& request);
  static Envelope envelope_of(const ViewChange& change, const Ticket& ticket);
  [[nodiscard]] wire::Bytes addressed(Envelope envelope, const Ticket& ticket) const;
  wire::Bytes decide(Envelope envelope, const Ticket& ticket);
  void read_barrier() { ask_until_done(Question::read, {}); }

  AgreementSettings settings;
  Transport& transport;
  raft::ReplicatedState state;
  raft::RaftThread thread;

  std::mutex mutex;
  std::uint64_t next_sequence = 1;
  std::set<std::uint64_t> unfinished;

  std::mutex sync_mutex;
  std::condition_variable sync_changed;
  std::uint64_t sync_begun = 0;
  std::uint64_t sync_done = 0;
  bool sync_running = false;
};

void Agreement::Parts::throw_stopped() const {
  throw ClusterError(
      "This node no longer takes part in the cluster. Restart it, so that it joins again.");
}

void Agreement::Parts::throw_no_quorum(const ThreadStatus& status, bool uncertain) const {
  const auto view = state.view();
  std::size_t voters = 0;
  std::vector<NodeId> silent_voters;
  for (const raft::Server& server : status.core.servers) {
    if (server.role != raft::ServerRole::voter) continue;
    ++voters;
    const auto& silent = status.silent;
    if (std::ranges::find(silent, server.id) != silent.end()) silent_voters.push_back(server.id);
  }
  std::string missing;
  for (const NodeId id : silent_voters) {
    const ClusterMember* member = view->find(id);
    missing += missing.empty() ? "" : ", ";
    missing += member == nullptr ? std::to_string(id.value()) : member->rest_address;
  }
  throw NoQuorumError(
      "No quorum: " + std::to_string(voters - silent_voters.size()) + " of " +
      std::to_string(voters) + " voting nodes can be reached, more than half are needed." +
      (missing.empty() ? "" : " Missing: " + missing + ".") +
      (uncertain ? " Whether the change was made will show once they are back."
                 : " Nothing was changed.") +
      " Data can still be read here. Bring the missing nodes back; a cluster of two nodes needs a "
      "third one or a --witness to go on without one of them.");
}

/// Asks the leader, which may be this node.
Result Agreement::Parts::ask(Question question, const wire::Bytes& request) {
  const ThreadStatus status = thread.status();
  if (status.core.is_leader) {
    return question == Question::read ? thread.read_index().get() : thread.propose(request).get();
  }
  if (!status.core.leader) return {Outcome::not_leader, 0, {}};
  return ask_leader(*status.core.leader, question, request);
}

/// A leader that does not answer may have carried out the request all the same.
Result Agreement::Parts::ask_leader(NodeId leader, Question question, const wire::Bytes& request) {
  try {
    const char* service = question == Question::read ? kReadService : kCommitService;
    auto answer = transport.call(leader, service, request);
    while (answer.wait_for(kLook) != std::future_status::ready) {
      if (thread.status().core.leader != leader) return {Outcome::leadership_lost, 0, {}};
    }
    auto it = wire::decode<Forwarded>(answer.get());
    // Of the leader's replica, not of this one.
    if (it.outcome == Outcome::failed) it.outcome = Outcome::leadership_lost;
    return {it.outcome, it.index, std::move(it.bytes)};
  } catch (const ClusterError&) {
    return {Outcome::leadership_lost, 0, {}};
  }
}

/// Tries until the request is carried out and applied here.
Result Agreement::Parts::ask_until_done(Question question, const wire::Bytes& request) {
  Patience patience(*this);
  while (true) {
    Result result = ask(question, request);
    if (result.outcome == Outcome::leadership_lost) patience.uncertain = true;
    if (result.outcome == Outcome::failed) throw_stopped();
    const ThreadStatus seen = thread.status();
    if (result.outcome != Outcome::done) {
      patience.pause(seen);
      continue;
    }
    patience.uncertain = true;
    for (ThreadStatus now = seen; now.core.applied < result.index; now = thread.status()) {
      patience.pause(now);
    }
    return result;
  }
}

Envelope Agreement::Parts::envelope_of(const ViewChange& change, const Ticket& ticket) {
  Envelope envelope;
  envelope.sequence = ticket.sequence;
  envelope.target = Envelope::Target::view;
  envelope.body = wire::encode(change);
  return envelope;
}

wire::Bytes Agreement::Parts::addressed(Envelope envelope, const Ticket& ticket) const {
  envelope.origin = settings.self;
  envelope.floor = ticket.floor;
  return wire::encode(envelope);
}

wire::Bytes Agreement::Parts::decide(Envelope envelope, const Ticket& ticket) {
  const Result result = ask_until_done(Question::commit, addressed(std::move(envelope), ticket));
  Reply reply = wire::decode<Reply>(result.bytes);
  switch (reply.status) {
    case Reply::Status::applied:
      return std::move(reply.body);
    case Reply::Status::stale_epoch:
      throw StaleEpochError(reply.epoch);
    case Reply::Status::no_member:
      throw ClusterError(
          "The cluster has removed this node, or not admitted it yet. Restart it, so that it "
          "joins again.");
    default:
      throw InternalError("A command was refused: " + text_of(reply.body));
  }
}

Agreement::Agreement(const AgreementSettings& settings, Application& application,
                     Transport& transport, Post post)
    : parts_(std::make_unique<Parts>(settings, application, transport, std::move(post))) {}

Agreement::~Agreement() = default;

void Agreement::add_services(Inbox& inbox) {
  Parts* parts = parts_.get();
  inbox.add(kMessageService, [parts](std::span<const std::byte> bytes) {
    auto letter = wire::decode<Letter>(bytes);
    parts->thread.receive(letter.from, std::move(letter.message));
    return wire::Bytes{};
  });
  inbox.add(kCommitService, [parts](std::span<const std::byte> bytes) {
    return forwarded(parts->thread.propose({bytes.begin(), bytes.end()}));
  });
  inbox.add(kReadService, [parts](std::span<const std::byte> /*bytes*/) {
    return forwarded(parts->thread.read_index());
  });
}

void Agreement::found(const ClusterMember& self) {
  parts_->thread.start(true);
  change_view({ViewChange::Kind::join, self});
}

void Agreement::stop() { parts_->thread.stop(); }

void Agreement::join() { parts_->thread.start(false); }

wire::Bytes Agreement::commit(const wire::Bytes& command, std::uint64_t epoch) {
  if (command.size() > kMostCommandBytes) {
    throw InputError::illegal_argument("A change of the catalogue has " +
                                       std::to_string(command.size()) + " bytes, at most " +
                                       std::to_string(kMostCommandBytes) + " are possible.");
  }
  const Parts::Ticket ticket(*parts_);
  Envelope envelope;
  envelope.sequence = ticket.sequence;
  envelope.epoch = epoch;
  if (command.size() <= kPartBytes) {
    envelope.body = command;
    return parts_->decide(std::move(envelope), ticket);
  }
  for (std::size_t begin = 0; begin < command.size(); begin += kPartBytes) {
    const std::span<const std::byte> rest = std::span(command).subspan(begin);
    const auto bytes = rest.first(std::min(kPartBytes, rest.size()));
    const Parts::Ticket own(*parts_);
    Envelope part;
    part.sequence = own.sequence;
    part.target = Envelope::Target::part;
    part.body =
        wire::encode(raft::Part{ticket.sequence, envelope.parts++, {bytes.begin(), bytes.end()}});
    parts_->decide(std::move(part), own);
  }
  return parts_->decide(std::move(envelope), ticket);
}

void Agreement::change_view(const ViewChange& change) {
  const Parts::Ticket ticket(*parts_);
  parts_->decide(Parts::envelope_of(change, ticket), ticket);
}

void Agreement::remove(const ClusterMember& member) {
  const Parts::Ticket ticket(*parts_);
  Envelope envelope = Parts::envelope_of({ViewChange::Kind::leave, member}, ticket);
  const Result result =
      parts_->thread.propose(parts_->addressed(std::move(envelope), ticket)).get();
  if (result.outcome == Outcome::failed) parts_->throw_stopped();
}

/// Threads that ask while a barrier is under way share the next one.
void Agreement::sync() {
  Parts& parts = *parts_;
  std::unique_lock lock(parts.sync_mutex);
  const std::uint64_t wanted = parts.sync_begun + 1;
  while (parts.sync_done < wanted) {
    if (parts.sync_running) {
      parts.sync_changed.wait(lock);
      continue;
    }
    const std::uint64_t mine = ++parts.sync_begun;
    parts.sync_running = true;
    lock.unlock();
    std::exception_ptr error;
    try {
      parts.read_barrier();
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    parts.sync_running = false;
    if (!error) parts.sync_done = mine;
    parts.sync_changed.notify_all();
    if (error) std::rethrow_exception(error);
  }
}

std::shared_ptr<const ClusterView> Agreement::view() const { return parts_->state.view(); }

AgreementStatus Agreement::status() const {
  const ThreadStatus status = parts_->thread.status();
  AgreementStatus made;
  made.term = status.core.term;
  made.leader = status.core.leader;
  made.is_leader = status.core.is_leader;
  made.failed = status.core.failed;
  made.applied = status.core.applied;
  made.committed = status.core.committed;
  made.silent = status.silent;
  std::size_t silent_voters = 0;
  for (const raft::Server& server : status.core.servers) {
    if (server.role != raft::ServerRole::voter) continue;
    made.voters.push_back(server.id);
    if (std::ranges::find(made.silent, server.id) != made.silent.end()) ++silent_voters;
  }
  const auto election = std::chrono::milliseconds(3 * parts_->settings.election_timeout_ms);
  const bool electing = ThreadStatus::Clock::now() - status.leaderless_since < election;
  made.has_quorum =
      !made.failed && (made.leader ? 2 * silent_voters < made.voters.size() : electing);
  return made;
}

}  // namespace neve::cluster

#include "cluster/raft/raft_core.hpp"

#include <algorithm>
#include <cstring>
#include <deque>
#include <map>
#include <string>
#include <utility>

#include <neve/base/error.hpp>
#include <neve/base/log.hpp>
extern "C" {
#include <raft.h>
}
#include "cluster/raft/deliveries.hpp"
#include "cluster/raft/raft_io.hpp"
#include "cluster/raft/read_rounds.hpp"

namespace neve::cluster::raft {
namespace {

// libraft has functions of the same names.
using BarrierRequest = struct ::raft_barrier;
using ApplyRequest = struct ::raft_apply;
using CoreTransfer = struct ::raft_transfer;

/// Commands that enter the log together. More wait for the next round trip.
constexpr std::size_t kBatch = 256;

/// In memory that the core frees.
raft_buffer copied(const wire::Bytes& bytes) {
  void* base = raft_malloc(std::max<std::size_t>(bytes.size(), 1));
  if (base == nullptr) throw std::bad_alloc();
  if (!bytes.empty()) std::memcpy(base, bytes.data(), bytes.size());
  return {base, bytes.size()};
}

}  // namespace

struct RaftCore::Impl {
  /// A request's memory, which the core uses until it calls back.
  template <class Request>
  struct Pending {
    Request request{};
    Impl* self = nullptr;
    Callback callback;
  };
  using ChangeRequest = Pending<raft_change>;
  using TransferRequest = Pending<CoreTransfer>;
  struct Proposal {
    wire::Bytes command;
    Callback callback;
  };

  Impl(const CoreSettings& the_settings, StateMachine& the_machine, Send the_send)
      : settings(the_settings),
        machine(the_machine),
        send(std::move(the_send)),
        io(the_settings.self, the_settings.seed,
           [this](NodeId to, const Message& message) { deliveries.post(to, message); }) {
    NEVE_CHECK(settings.self != NodeId{});
    fsm.version = 1;
    fsm.data = this;
    fsm.apply = apply;
    fsm.snapshot = take_snapshot;
    fsm.restore = restore;
    const int code = raft_init(&core, &io.table(), &fsm, settings.self.value(),
                               server_address(settings.self).c_str());
    NEVE_CHECK(code == 0, raft_strerror(code));
    raft_set_election_timeout(&core, settings.election_timeout_ms);
    raft_set_heartbeat_timeout(&core, settings.heartbeat_ms);
    raft_set_install_snapshot_timeout(&core, settings.snapshot_timeout_ms);
    raft_set_snapshot_threshold(&core, settings.snapshot_every);
    raft_set_snapshot_trailing(&core, settings.snapshot_trailing);
    raft_set_pre_vote(&core, true);
  }

  ~Impl() {
    raft_close(&core, nullptr);
    for (auto& [index, callback] : proposed) answer(std::move(callback), Outcome::failed);
    for (Proposal& proposal : queued) answer(std::move(proposal.callback), Outcome::failed);
    for (const auto& read : reads.abandon()) read(0);
    deliveries.give_answers();
  }

  void start(std::uint64_t now_ms) {
    io.set_time(now_ms);
    const int code = raft_start(&core);
    NEVE_CHECK(code == 0, raft_strerror(code));
    settle();
  }

  // --- what the core calls ------------------------------------------------------------------
  static int apply(raft_fsm* fsm, const raft_buffer* command, void** result) {
    auto& self = *static_cast<Impl*>(fsm->data);
    *result = nullptr;
    const std::uint64_t index = self.core.last_applied + 1;
    try {
      wire::Bytes made =
          self.machine.apply(index, {static_cast<const std::byte*>(command->base), command->len});
      const auto at = self.proposed.find(index);
      // Once another leads, the entry here may be another's.
      if (at == self.proposed.end() || self.core.state != RAFT_LEADER) return 0;
      self.deliveries.answer(std::move(at->second), {Outcome::done, index, std::move(made)});
      self.proposed.erase(at);
      return 0;
    } catch (const std::exception& error) {
      self.stop(std::string("a command could not be applied: ") + error.what());
      return RAFT_CORRUPT;
    }
  }

  static int take_snapshot(raft_fsm* fsm, raft_buffer* buffers[], unsigned* count) {
    auto& self = *static_cast<Impl*>(fsm->data);
    // The core would put a configuration into the snapshot that may yet be rolled back.
    if (self.core.configuration_uncommitted_index != 0) return RAFT_BUSY;
    auto* made = static_cast<raft_buffer*>(raft_malloc(sizeof(raft_buffer)));
    if (made == nullptr) return RAFT_NOMEM;
    *made = copied(self.machine.snapshot());
    *buffers = made;
    *count = 1;
    return 0;
  }

  static int restore(raft_fsm* fsm, raft_buffer* buffer) {
    auto& self = *static_cast<Impl*>(fsm->data);
    try {
      self.machine.restore({static_cast<const std::byte*>(buffer->base), buffer->len});
    } catch (const std::exception& error) {
      self.stop(std::string("a snapshot could not be restored: ") + error.what());
      return RAFT_CORRUPT;
    }
    raft_free(buffer->base);
    return 0;
  }

  /// Of requests whose end says nothing new.
  template <class Request, class... Ending>
  static void forget(Request* request, Ending...) {
    delete request;
  }
  static void change_done(raft_change* request, int status) {
    const std::unique_ptr<ChangeRequest> change(static_cast<ChangeRequest*>(request->data));
    change->self->answer(std::move(change->callback), outcome_of(status));
  }
  static void transfer_done(CoreTransfer* request) {
    const std::unique_ptr<TransferRequest> transfer(static_cast<TransferRequest*>(request->data));
    Impl& self = *transfer->self;
    const bool moved = self.leader() == NodeId(request->id);
    self.answer(std::move(transfer->callback), moved ? Outcome::done : Outcome::unreachable);
  }

  // --- after each event ---------------------------------------------------------------------
  /// Brings the core to rest, then says what came of it. Callbacks may come back here.
  void settle() {
    io.complete();
    check_leadership();
    submit();
    tell_commit();
    serve_reads();
    if (core.state == RAFT_UNAVAILABLE) stop("the core stopped");
    deliveries.send_messages(send);
    deliveries.give_answers();
  }

  void check_leadership() {
    // A snapshot that was installed may hold the change that was uncommitted; the core forgets
    // to say so.
    if (core.configuration_uncommitted_index <= core.last_applied) {
      core.configuration_uncommitted_index = 0;
    }
    const bool leads = core.state == RAFT_LEADER;
    if (leads && (!led || led_term != core.current_term)) begin_leading();
    if (!leads && led) end_leading();
  }

  void begin_leading() {
    if (led) end_leading();
    if (core.voted_for != settings.self.value() || core.current_term == led_term) {
      // The sole voter became leader without an election, so perhaps in a term that had another.
      ++core.current_term;
      core.voted_for = settings.self.value();
    }
    led = true;
    led_term = core.current_term;
    close_transfer();
    auto request = std::make_unique<BarrierRequest>();
    const int code = raft_barrier(&core, request.get(), forget);
    if (code != 0) return stop(raft_strerror(code));
    (void)request.release();
    first_index = raft_last_index(&core);
    io.complete();
  }

  void end_leading() {
    led = false;
    // What is in the log may be committed by the next leader; what is not, will not.
    for (auto& [index, callback] : proposed) answer(std::move(callback), Outcome::leadership_lost);
    proposed.clear();
    for (Proposal& proposal : queued) answer(std::move(proposal.callback), Outcome::not_leader);
    queued.clear();
    for (const auto& read : reads.abandon()) read(0);
  }

  /// A transfer that was under way when leadership went and came back blocks all proposals.
  void close_transfer() {
    if (core.transfer == nullptr) return;
    CoreTransfer* transfer = std::exchange(core.transfer, nullptr);
    transfer->cb(transfer);
  }

  [[nodiscard]] bool ready() const { return led && core.last_applied >= first_index; }

  /// Appends the next batch once everything in the log is committed.
  void submit() {
    while (ready() && !queued.empty() && core.transfer == nullptr &&
           core.commit_index == core.last_stored) {
      const std::size_t count = std::min(queued.size(), kBatch);
      if (!append(count)) return stop("proposals could not be appended");
      io.complete();
      check_leadership();
    }
  }

  /// Who waits on another node for a command sees it once that node knows it is committed: tells
  /// them now, where no further entries will, by a heartbeat ahead of time.
  void tell_commit() {
    if (!led || core.commit_index <= told_commit || core.commit_index != core.last_stored) return;
    told_commit = core.commit_index;
    for (unsigned i = 0; i < core.configuration.n; ++i) core.leader_state.progress[i].last_send = 0;
    io.tick();
    io.complete();
    check_leadership();
  }

  bool append(std::size_t count) {
    std::vector<raft_buffer> buffers;
    for (std::size_t i = 0; i < count; ++i) {
      buffers.push_back(copied(queued[i].command));
    }
    auto request = std::make_unique<ApplyRequest>();
    std::uint64_t index = raft_last_index(&core);
    const int code =
        raft_apply(&core, request.get(), buffers.data(), static_cast<unsigned>(count), forget);
    if (code != 0) return false;
    (void)request.release();
    for (std::size_t i = 0; i < count; ++i) {
      proposed.emplace(++index, std::move(queued.front().callback));
      queued.pop_front();
    }
    return true;
  }

  void serve_reads() {
    if (!ready()) return;
    do {
      if (reads.begin(core.commit_index)) ask_voters();
      ReadRounds::Finished finished =
          reads.finish(configuration_of(core.configuration), settings.self);
      if (finished.reads.empty()) return;
      for (const auto& read : finished.reads) read(finished.index);
    } while (true);
  }

  void ask_voters() {
    asked_ms = io.time();
    for (const Server& server : configuration_of(core.configuration)) {
      if (server.id == settings.self || server.role != ServerRole::voter) continue;
      deliveries.post(server.id, ConfirmLeader{core.current_term, reads.round()});
    }
  }

  void answer(Callback callback, Outcome outcome) {
    deliveries.answer(std::move(callback), outcome);
  }

  void stop(const std::string& why) {
    if (failed) return;
    failed = true;
    log::error("Agreement stopped on this node: " + why +
               ". Restart the node, so that it joins the cluster again.");
  }

  // --- messages of our own ------------------------------------------------------------------
  void on(NodeId from, const ConfirmLeader& message) {
    if (message.term != core.current_term) return;
    deliveries.post(from, LeaderConfirmed{message.term, message.round});
  }
  void on(NodeId from, const LeaderConfirmed& message) {
    if (led && message.term == core.current_term) reads.confirm(from, message.round);
  }
  template <class Other>
  void on(NodeId from, const Other& message) {
    // There is one leader in a term, so that only a faulty node sends these to it; the core
    // would overwrite its state.
    const bool from_leader =
        std::is_same_v<Other, AppendEntries> || std::is_same_v<Other, InstallSnapshot>;
    if (from_leader && core.state == RAFT_LEADER && message.term == core.current_term) return;
    io.deliver(from, message);
  }

  /// A candidate that won the pre-vote but not the vote would go on without pre-votes.
  void renew_pre_vote() {
    if (core.state != RAFT_CANDIDATE) return;
    auto& candidate = core.candidate_state;
    if (io.time() - core.election_timer_start < candidate.randomized_election_timeout) return;
    candidate.in_pre_vote = true;
    candidate.disrupt_leader = false;
  }

  int begin_change(const Change& change, ChangeRequest& request) {
    request.request.data = &request;
    raft_change* it = &request.request;
    const raft_id id = change.server.value();
    switch (change.kind) {
      case ChangeKind::add:
        return raft_add(&core, it, id, server_address(change.server).c_str(), change_done);
      case ChangeKind::replicate:
      case ChangeKind::demote:
        return raft_assign(&core, it, id, RAFT_STANDBY, change_done);
      case ChangeKind::promote:
        return raft_assign(&core, it, id, RAFT_VOTER, change_done);
      default:
        return raft_remove(&core, it, id, change_done);
    }
  }

  void begin_transfer(NodeId to, Callback callback) {
    auto request = std::make_unique<TransferRequest>();
    request->self = this;
    request->callback = std::move(callback);
    request->request.data = request.get();
    const int code = raft_transfer(&core, &request->request, to.value(), transfer_done);
    if (code != 0) return answer(std::move(request->callback), outcome_of(code));
    (void)request.release();
  }

  [[nodiscard]] Outcome may_change(const Change& change) const {
    if (failed) return Outcome::failed;
    if (core.state != RAFT_LEADER) return Outcome::not_leader;
    if (change.server == NodeId{}) return Outcome::refused;
    // A change is safe only behind a committed entry of the leader's term (Ongaro, 2015).
    if (!ready() || core.transfer != nullptr) return Outcome::busy;
    const bool itself = change.server == settings.self;
    const bool gives_up_vote =
        change.kind == ChangeKind::remove || change.kind == ChangeKind::demote;
    return itself && gives_up_vote ? Outcome::refused : Outcome::done;
  }

  [[nodiscard]] std::optional<NodeId> leader() const {
    raft_id id = 0;
    const char* address = nullptr;
    // The library takes a mutable pointer, but only reads.
    raft_leader(const_cast<::raft*>(&core), &id, &address);
    if (id == 0 || NodeId(id) == settings.self) {
      return id == 0 ? std::nullopt : std::optional(settings.self);
    }
    // A server without a vote would hold on to a leader that is gone, or that has removed it.
    const bool silent = io.time() - core.election_timer_start > 2ULL * settings.election_timeout_ms;
    return silent ? std::nullopt : std::optional(NodeId(id));
  }

  CoreSettings settings;
  StateMachine& machine;
  Send send;
  MemoryIo io;
  raft_fsm fsm{};
  ::raft core{};
  bool failed = false;
  bool led = false;
  std::uint64_t led_term = 0;     ///< the last term led
  std::uint64_t first_index = 0;  ///< the first entry of that term
  std::uint64_t told_commit = 0;  ///< the others know that so much is committed
  std::uint64_t asked_ms = 0;
  ReadRounds reads;
  std::deque<Proposal> queued;
  std::map<std::uint64_t, Callback> proposed;  ///< by index in the log
  Deliveries deliveries;
  std::map<NodeId, std::uint64_t> heard_ms;
};

RaftCore::RaftCore(const CoreSettings& settings, StateMachine& machine, Send send)
    : impl_(std::make_unique<Impl>(settings, machine, std::move(send))) {}
RaftCore::~RaftCore() = default;

void RaftCore::bootstrap(std::uint64_t now_ms) {
  raft_configuration alone;
  raft_configuration_init(&alone);
  const NodeId id = impl_->settings.self;
  raft_configuration_add(&alone, id.value(), server_address(id).c_str(), RAFT_VOTER);
  const int code = raft_bootstrap(&impl_->core, &alone);
  raft_configuration_close(&alone);
  NEVE_CHECK(code == 0, raft_strerror(code));
  impl_->start(now_ms);
}

void RaftCore::join(std::uint64_t now_ms) { impl_->start(now_ms); }

void RaftCore::tick(std::uint64_t now_ms) {
  Impl& self = *impl_;
  if (self.failed) return;
  self.io.set_time(now_ms);
  self.renew_pre_vote();
  self.io.tick();
  if (self.reads.open() && now_ms - self.asked_ms >= self.settings.heartbeat_ms) {
    self.ask_voters();
  }
  self.settle();
}

void RaftCore::receive(std::uint64_t now_ms, NodeId from, std::span<const std::byte> message) {
  Impl& self = *impl_;
  if (self.failed || from == NodeId{} || from == self.settings.self) return;
  const std::optional<Message> decoded = decode(message);
  if (!decoded) return;
  self.io.set_time(now_ms);
  self.heard_ms[from] = now_ms;
  std::visit([&](const auto& one) { self.on(from, one); }, *decoded);
  self.settle();
}

void RaftCore::propose(wire::Bytes command, Callback callback) {
  Impl& self = *impl_;
  if (self.failed || !self.led) {
    self.answer(std::move(callback), self.failed ? Outcome::failed : Outcome::not_leader);
    return self.deliveries.give_answers();
  }
  self.queued.push_back({std::move(command), std::move(callback)});
  self.settle();
}

void RaftCore::read_index(Callback callback) {
  Impl& self = *impl_;
  if (self.failed || !self.led) {
    self.answer(std::move(callback), self.failed ? Outcome::failed : Outcome::not_leader);
    return self.deliveries.give_answers();
  }
  self.reads.request([&self, callback = std::move(callback)](std::uint64_t index) {
    const Outcome outcome = index == 0 ? Outcome::not_leader : Outcome::done;
    self.deliveries.answer(callback, Result{outcome, index, {}});
  });
  self.settle();
}

void RaftCore::change(const Change& change, Callback callback) {
  Impl& self = *impl_;
  if (const Outcome outcome = self.may_change(change); outcome != Outcome::done) {
    self.answer(std::move(callback), outcome);
    return self.deliveries.give_answers();
  }
  if (change.kind == ChangeKind::transfer) {
    self.begin_transfer(change.server, std::move(callback));
    return self.settle();
  }
  auto request = std::make_unique<Impl::ChangeRequest>();
  request->self = &self;
  request->callback = std::move(callback);
  const int code = self.begin_change(change, *request);
  if (code == 0) {
    (void)request.release();
  } else {
    self.answer(std::move(request->callback), outcome_of(code));
  }
  self.settle();
}

CoreStatus RaftCore::status() const {
  const ::raft& core = impl_->core;
  CoreStatus status;
  status.term = core.current_term;
  status.is_leader = impl_->led && !impl_->failed;
  status.leader = impl_->failed ? std::nullopt : impl_->leader();
  status.ready = status.is_leader && impl_->ready();
  status.failed = impl_->failed;
  status.changing = core.configuration_uncommitted_index != 0 || core.transfer != nullptr ||
                    (status.is_leader && core.leader_state.promotee_id != 0);
  status.applied = core.last_applied;
  status.committed = core.commit_index;
  status.last = raft_last_index(const_cast<::raft*>(&core));
  status.servers = configuration_of(core.configuration);
  return status;
}

std::uint64_t RaftCore::applied() const { return impl_->core.last_applied; }

std::optional<std::uint64_t> RaftCore::last_heard_ms(NodeId server) const {
  const auto at = impl_->heard_ms.find(server);
  return at == impl_->heard_ms.end() ? std::nullopt : std::optional(at->second);
}

std::uint64_t RaftCore::match_index(NodeId server) const {
  const ::raft& core = impl_->core;
  for (unsigned i = 0; core.state == RAFT_LEADER && i < core.configuration.n; ++i) {
    if (core.configuration.servers[i].id != server.value()) continue;
    return core.leader_state.progress[i].match_index;
  }
  return 0;
}

}  // namespace neve::cluster::raft

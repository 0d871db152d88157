#include "cluster/raft/raft_io.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include <neve/base/error.hpp>
extern "C" {
#include <raft.h>
}

namespace neve::cluster::raft {

/// Kept in our own form, as the core frees what it hands in.
struct MemoryIo::Snapshot {
  std::uint64_t index = 0;
  std::uint64_t term = 0;
  std::uint64_t configuration_index = 0;
  Configuration configuration;
  wire::Bytes data;
};

namespace {

void* allocate(std::size_t size) {
  // An empty buffer has an address too: the core takes null for a failure.
  void* memory = raft_malloc(std::max<std::size_t>(size, 1));
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

raft_buffer buffer_of(std::span<const std::byte> bytes) {
  raft_buffer buffer{allocate(bytes.size()), bytes.size()};
  if (!bytes.empty()) std::memcpy(buffer.base, bytes.data(), bytes.size());
  return buffer;
}

wire::Bytes bytes_of(const raft_buffer& buffer) {
  const auto* begin = static_cast<const std::byte*>(buffer.base);
  return {begin, begin + buffer.len};
}

raft_configuration make_configuration(const Configuration& servers) {
  raft_configuration made;
  raft_configuration_init(&made);
  for (const Server& server : servers) {
    const int failed = raft_configuration_add(
        &made, server.id.value(), server_address(server.id).c_str(), static_cast<int>(server.role));
    NEVE_CHECK(failed == 0, raft_strerror(failed));
  }
  return made;
}

/// The term of an entry of the core's log; 0 where it has none.
std::uint64_t term_of(const raft_log& log, std::uint64_t index) {
  if (index != 0 && index == log.snapshot.last_index) return log.snapshot.last_term;
  const std::size_t count =
      log.front <= log.back ? log.back - log.front : log.size - log.front + log.back;
  if (index <= log.offset || index > log.offset + count) return 0;
  return log.entries[(log.front + (index - 1 - log.offset)) % log.size].term;
}

/// The index of the first entry that contradicts the log; 0 where none does.
std::uint64_t first_conflict(const raft_log& log, const AppendEntries& message) {
  std::uint64_t index = message.previous_index;
  if (index != 0 && term_of(log, index) != message.previous_term) return 0;
  for (const Entry& entry : message.entries) {
    const std::uint64_t term = term_of(log, ++index);
    if (term == 0) return 0;
    if (term != entry.term) return index;
  }
  return 0;
}

/// A message that was long on its way may begin before the snapshot that has replaced the log
/// since; to the core, entries from the very first on always follow its log. All up to the snapshot
/// is committed, so that the rest of the message follows the snapshot.
AppendEntries behind_snapshot(const raft_log& log, AppendEntries message) {
  const std::uint64_t last = log.snapshot.last_index;
  if (message.previous_index >= last) return message;
  const auto known = std::min<std::uint64_t>(message.entries.size(), last - message.previous_index);
  message.entries.erase(message.entries.begin(),
                        message.entries.begin() + static_cast<std::ptrdiff_t>(known));
  message.previous_index = last;
  message.previous_term = log.snapshot.last_term;
  return message;
}

/// One memory block holds the data of all entries, as the core frees it by the block.
raft_entry* make_entries(const std::vector<Entry>& entries) {
  if (entries.empty()) return nullptr;
  std::size_t size = 0;
  for (const Entry& entry : entries) size += entry.data.size();
  auto* block = static_cast<std::byte*>(allocate(size));
  auto* made = static_cast<raft_entry*>(allocate(entries.size() * sizeof(raft_entry)));
  std::byte* next = block;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Entry& entry = entries[i];
    made[i] = {.term = entry.term,
               .type = static_cast<unsigned short>(entry.kind),
               .buf = {next, entry.data.size()},
               .batch = block};
    if (!entry.data.empty()) std::memcpy(next, entry.data.data(), entry.data.size());
    next += entry.data.size();
  }
  return made;
}

/// Fills in the form that the core reads; it takes over what is allocated here.
struct ToCore {
  raft_message& out;
  NodeId from;

  bool operator()(const AppendEntries& in) const {
    out.type = RAFT_IO_APPEND_ENTRIES;
    out.append_entries = {.term = in.term,
                          .prev_log_index = in.previous_index,
                          .prev_log_term = in.previous_term,
                          .leader_commit = in.leader_commit,
                          .entries = make_entries(in.entries),
                          .n_entries = static_cast<unsigned>(in.entries.size())};
    return true;
  }
  bool operator()(const AppendResult& in) const {
    out.type = RAFT_IO_APPEND_ENTRIES_RESULT;
    out.append_entries_result = {
        .term = in.term, .rejected = in.rejected, .last_log_index = in.last_index};
    return true;
  }
  bool operator()(const RequestVote& in) const {
    out.type = RAFT_IO_REQUEST_VOTE;
    out.request_vote = {.term = in.term,
                        .candidate_id = from.value(),
                        .last_log_index = in.last_index,
                        .last_log_term = in.last_term,
                        .disrupt_leader = in.disrupt_leader,
                        .pre_vote = in.pre_vote};
    return true;
  }
  bool operator()(const VoteResult& in) const {
    out.type = RAFT_IO_REQUEST_VOTE_RESULT;
    out.request_vote_result = {
        .term = in.term, .vote_granted = in.granted, .pre_vote = TO_RAFT_TRIBOOL(in.pre_vote)};
    return true;
  }
  bool operator()(const InstallSnapshot& in) const {
    out.type = RAFT_IO_INSTALL_SNAPSHOT;
    out.install_snapshot = {.term = in.term,
                            .last_index = in.last_index,
                            .last_term = in.last_term,
                            .conf = make_configuration(in.configuration),
                            .conf_index = in.configuration_index,
                            .data = buffer_of(in.data)};
    return true;
  }
  bool operator()(const TimeoutNow& in) const {
    out.type = RAFT_IO_TIMEOUT_NOW;
    out.timeout_now = {
        .term = in.term, .last_log_index = in.last_index, .last_log_term = in.last_term};
    return true;
  }
  // The core has no part in these.
  bool operator()(const ConfirmLeader& /*in*/) const { return false; }
  bool operator()(const LeaderConfirmed& /*in*/) const { return false; }
};

AppendEntries from_core(const raft_append_entries& in) {
  AppendEntries out{in.term, in.prev_log_index, in.prev_log_term, in.leader_commit, {}};
  out.entries.reserve(in.n_entries);
  for (const raft_entry& entry : std::span(in.entries, in.n_entries)) {
    out.entries.push_back({entry.term, static_cast<EntryKind>(entry.type), bytes_of(entry.buf)});
  }
  return out;
}

Message from_core(const raft_message& in) {
  switch (in.type) {
    case RAFT_IO_APPEND_ENTRIES:
      return from_core(in.append_entries);
    case RAFT_IO_APPEND_ENTRIES_RESULT: {
      const auto& it = in.append_entries_result;
      return AppendResult{it.term, it.rejected, it.last_log_index};
    }
    case RAFT_IO_REQUEST_VOTE: {
      const auto& it = in.request_vote;
      return RequestVote{it.term, it.last_log_index, it.last_log_term, it.disrupt_leader,
                         it.pre_vote};
    }
    case RAFT_IO_REQUEST_VOTE_RESULT: {
      const auto& it = in.request_vote_result;
      return VoteResult{it.term, it.vote_granted, it.pre_vote == raft_tribool_true};
    }
    case RAFT_IO_INSTALL_SNAPSHOT: {
      const auto& it = in.install_snapshot;
      return InstallSnapshot{
          it.term,          it.last_index, it.last_term, it.conf_index, configuration_of(it.conf),
          bytes_of(it.data)};
    }
    default: {
      const auto& it = in.timeout_now;
      return TimeoutNow{it.term, it.last_log_index, it.last_log_term};
    }
  }
}

}  // namespace

/// What the table of libraft points to.
struct MemoryIo::Callbacks {
  static MemoryIo& of(const raft_io* io) { return *static_cast<MemoryIo*>(io->impl); }

  static int init(raft_io* /*io*/, raft_id /*id*/, const char* /*address*/) { return 0; }

  static void close(raft_io* io, raft_io_close_cb done) { done(io); }

  static int bootstrap(raft_io* io, const raft_configuration* configuration) {
    of(io).bootstrap_ = configuration_of(*configuration);
    return 0;
  }

  static int load(raft_io* io, raft_term* term, raft_id* voted_for, raft_snapshot** snapshot,
                  raft_index* first_index, raft_entry* entries[], size_t* count) {
    MemoryIo& self = of(io);
    *term = 0;
    *voted_for = 0;
    *snapshot = nullptr;
    *first_index = 1;
    *entries = nullptr;
    *count = 0;
    if (!self.bootstrap_) return 0;
    raft_configuration configuration = make_configuration(*self.bootstrap_);
    auto* entry = static_cast<raft_entry*>(allocate(sizeof(raft_entry)));
    *entry = {.term = 1, .type = RAFT_CHANGE, .buf = {}, .batch = nullptr};
    const int failed = raft_configuration_encode(&configuration, &entry->buf);
    raft_configuration_close(&configuration);
    if (failed != 0) return failed;
    self.configurations_[1] = *self.bootstrap_;
    *term = 1;
    *entries = entry;
    *count = 1;
    return 0;
  }

  static int start(raft_io* io, unsigned /*milliseconds*/, raft_io_tick_cb tick,
                   raft_io_recv_cb receive) {
    of(io).tick_ = tick;
    of(io).receive_ = receive;
    return 0;
  }

  // Terms and votes are in the core's memory, and a process start never comes back under its id.
  static int set_term(raft_io* /*io*/, raft_term /*term*/) { return 0; }
  static int set_vote(raft_io* /*io*/, raft_id /*server*/) { return 0; }

  static int send(raft_io* io, raft_io_send* request, const ::raft_message* message,
                  raft_io_send_cb done) {
    MemoryIo& self = of(io);
    Message out = from_core(*message);
    if (auto* vote = std::get_if<VoteResult>(&out); vote != nullptr && !vote->granted) {
      // To a pre-vote the core echoes the asked term, so that a server with the longer log but an
      // older term, which the others need, would never learn theirs.
      const std::uint64_t term = static_cast<::raft*>(io->data)->current_term;
      vote->term = std::max(vote->term, term);
    }
    if (auto* entries = std::get_if<AppendEntries>(&out)) {
      self.hold_back_demotion(NodeId(message->server_id), *entries);
    }
    self.send_(NodeId(message->server_id), std::move(out));
    if (done != nullptr) self.completions_.emplace_back([=] { done(request, 0); });
    return 0;
  }

  static int append(raft_io* io, raft_io_append* request, const raft_entry entries[],
                    unsigned count, raft_io_append_cb done) {
    MemoryIo& self = of(io);
    std::uint64_t index = static_cast<::raft*>(io->data)->last_stored;
    for (const raft_entry& entry : std::span(entries, count)) {
      ++index;
      if (entry.type != RAFT_CHANGE) continue;
      auto configuration =
          read_configuration({static_cast<const std::byte*>(entry.buf.base), entry.buf.len});
      if (configuration) self.configurations_[index] = *std::move(configuration);
    }
    self.completions_.emplace_back([=] { done(request, 0); });
    return 0;
  }

  static int truncate(raft_io* io, raft_index index) {
    auto& configurations = of(io).configurations_;
    configurations.erase(configurations.lower_bound(index), configurations.end());
    return 0;
  }

  static int snapshot_put(raft_io* io, unsigned trailing, raft_io_snapshot_put* request,
                          const raft_snapshot* snapshot, raft_io_snapshot_put_cb done) {
    MemoryIo& self = of(io);
    auto kept = std::make_unique<Snapshot>();
    kept->index = snapshot->index;
    kept->term = snapshot->term;
    kept->configuration_index = snapshot->configuration_index;
    kept->configuration = configuration_of(snapshot->configuration);
    for (const raft_buffer& buffer : std::span(snapshot->bufs, snapshot->n_bufs)) {
      const wire::Bytes bytes = bytes_of(buffer);
      kept->data.insert(kept->data.end(), bytes.begin(), bytes.end());
    }
    // No trailing entries: another node's snapshot replaces the log.
    if (trailing == 0) self.configurations_ = {{kept->configuration_index, kept->configuration}};
    self.snapshot_ = std::move(kept);
    self.completions_.emplace_back([=] { done(request, 0); });
    return 0;
  }

  static int snapshot_get(raft_io* io, raft_io_snapshot_get* request,
                          raft_io_snapshot_get_cb done) {
    MemoryIo& self = of(io);
    if (!self.snapshot_) return RAFT_NOTFOUND;
    const Snapshot& kept = *self.snapshot_;
    auto* made = static_cast<raft_snapshot*>(allocate(sizeof(raft_snapshot)));
    *made = {.index = kept.index,
             .term = kept.term,
             .configuration = make_configuration(kept.configuration),
             .configuration_index = kept.configuration_index,
             .bufs = static_cast<raft_buffer*>(allocate(sizeof(raft_buffer))),
             .n_bufs = 1};
    made->bufs[0] = buffer_of(kept.data);
    self.completions_.emplace_back([=] { done(request, made, 0); });
    return 0;
  }

  static raft_time time(raft_io* io) { return of(io).now_ms_; }

  static int random(raft_io* io, int low, int high) {
    MemoryIo& self = of(io);
    const auto range = static_cast<std::uint64_t>(high - low) + 1;
    return low + static_cast<int>(self.rng_.below(self.draws_++, range));
  }
};

MemoryIo::MemoryIo(NodeId self, std::uint64_t seed, Send send)
    : table_(std::make_unique<raft_io>()), send_(std::move(send)), rng_(seed, self.value()) {
  *table_ = raft_io{.version = 1,
                    .data = nullptr,
                    .impl = this,
                    .errmsg = {},
                    .init = Callbacks::init,
                    .close = Callbacks::close,
                    .load = Callbacks::load,
                    .start = Callbacks::start,
                    .bootstrap = Callbacks::bootstrap,
                    .recover = nullptr,
                    .set_term = Callbacks::set_term,
                    .set_vote = Callbacks::set_vote,
                    .send = Callbacks::send,
                    .append = Callbacks::append,
                    .truncate = Callbacks::truncate,
                    .snapshot_put = Callbacks::snapshot_put,
                    .snapshot_get = Callbacks::snapshot_get,
                    .time = Callbacks::time,
                    .random = Callbacks::random,
                    .async_work = nullptr};
}

MemoryIo::~MemoryIo() = default;

void MemoryIo::complete() {
  while (!completions_.empty()) {
    const std::function<void()> next = std::move(completions_.front());
    completions_.pop_front();
    next();
  }
  forget_old_configurations();
}

void MemoryIo::tick() { tick_(table_.get()); }

void MemoryIo::deliver(NodeId from, const Message& message) {
  NEVE_CHECK(completions_.empty());
  const std::string address = server_address(from);
  ::raft_message out{};
  if (const auto* entries = std::get_if<AppendEntries>(&message)) {
    const ::raft& core = *static_cast<::raft*>(table_->data);
    const AppendEntries rest = behind_snapshot(core.log, *entries);
    roll_back_configuration(rest);
    ToCore{out, from}(rest);
  } else if (!std::visit(ToCore{out, from}, message)) {
    return;
  }
  out.server_id = from.value();
  out.server_address = address.c_str();
  if (std::holds_alternative<RequestVote>(message)) return deliver_as_voter(out);
  receive_(table_.get(), &out);
}

/// A server whose vote is being taken away is not sent that entry before it is committed: with a
/// longer log than the others, which still need its vote, it would neither give the vote nor, as
/// libraft has it, stand for election. What is cut off is sent again when the server asks.
void MemoryIo::hold_back_demotion(NodeId to, AppendEntries& message) const {
  const ::raft& core = *static_cast<const ::raft*>(table_->data);
  const auto committed = configurations_.find(core.configuration_index);
  if (committed == configurations_.end()) return;
  // The core says that it is uncommitted only after it has sent it.
  const auto& [change, latest] = *configurations_.rbegin();
  const std::uint64_t first = message.previous_index + 1;
  if (change < first) return;
  const auto votes = [to](const Configuration& servers) {
    return std::ranges::find(servers, Server{to, ServerRole::voter}) != servers.end();
  };
  if (!votes(committed->second) || votes(latest)) return;
  const auto kept = std::min<std::uint64_t>(message.entries.size(), change - first);
  message.entries.resize(static_cast<std::size_t>(kept));
}

/// A server may be a voter in a configuration that it has not received yet, and whose leader is
/// gone; without its vote there might be none to send it. The core would refuse: by its own
/// configuration it has no vote, and it believes in the old leader for ever. Votes are safe
/// whoever gives them, as the candidate counts those of its voters only.
void MemoryIo::deliver_as_voter(raft_message& message) {
  ::raft& core = *static_cast<::raft*>(table_->data);
  const bool silent = now_ms_ - core.election_timer_start >= core.election_timeout;
  if (core.state == RAFT_FOLLOWER && silent) core.follower_state.current_leader.id = 0;
  const std::span servers(core.configuration.servers, core.configuration.n);
  const auto self = std::ranges::find(servers, core.id, &raft_server::id);
  if (self == servers.end()) return receive_(table_.get(), &message);
  const int role = std::exchange(self->role, RAFT_VOTER);
  receive_(table_.get(), &message);
  self->role = role;
}

/// Where entries replace an uncommitted configuration, the core goes back to the committed one by
/// reading its entry, and would follow a null pointer where a snapshot has taken that entry's
/// place. So it is done here, before.
void MemoryIo::roll_back_configuration(const AppendEntries& message) {
  ::raft& core = *static_cast<::raft*>(table_->data);
  if (core.configuration_uncommitted_index == 0 || message.term < core.current_term) return;
  const std::uint64_t conflict = first_conflict(core.log, message);
  if (conflict == 0 || core.configuration_uncommitted_index < conflict) return;
  const auto committed = configurations_.find(core.configuration_index);
  raft_configuration_close(&core.configuration);
  core.configuration =
      make_configuration(committed == configurations_.end() ? Configuration{} : committed->second);
  core.configuration_uncommitted_index = 0;
}

void MemoryIo::forget_old_configurations() {
  const ::raft& core = *static_cast<::raft*>(table_->data);
  configurations_.erase(configurations_.begin(),
                        configurations_.lower_bound(core.configuration_index));
}

Configuration configuration_of(const raft_configuration& from) {
  Configuration servers;
  servers.reserve(from.n);
  for (const raft_server& server : std::span(from.servers, from.n)) {
    servers.push_back({NodeId(server.id), static_cast<ServerRole>(server.role)});
  }
  return servers;
}

}  // namespace neve::cluster::raft

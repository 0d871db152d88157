#include "simulator/agreement_client.hpp"

#include <iterator>
#include <utility>
#include <vector>

#include "simulator/raft_ledger.hpp"

namespace neve::simulator {

using cluster::raft::Outcome;
using cluster::raft::Result;

namespace {

constexpr std::uint64_t kRetryMs = 1000;

}  // namespace

struct AgreementClient::Answer {
  Outcome outcome = Outcome::failed;
  std::uint64_t index = 0;
  wire::Bytes bytes;
  template <class Archive>
  void fields(Archive& archive) {
    archive(outcome, index, bytes);
  }
};

AgreementClient::AgreementClient(NodeId self, cluster::raft::RaftCore& core, RaftLedger& ledger,
                                 Post post)
    : self_(self), core_(core), ledger_(ledger), post_(std::move(post)) {}

void AgreementClient::commit(Envelope::Target target, wire::Bytes body, Done done) {
  Envelope envelope;
  envelope.origin = self_;
  envelope.sequence = next_sequence_++;
  envelope.floor = requests_.empty() ? envelope.sequence : requests_.begin()->first;
  envelope.target = target;
  envelope.body = std::move(body);
  Request& request = requests_[envelope.sequence];
  request.envelope = wire::encode(envelope);
  request.done = std::move(done);
}

void AgreementClient::commit_as_leader(Envelope::Target target, wire::Bytes body, Done done) {
  const std::uint64_t number = next_sequence_;
  commit(target, std::move(body), std::move(done));
  requests_.at(number).as_leader = true;
}

void AgreementClient::read(Done done) { requests_[next_sequence_++].done = std::move(done); }

/// What is decided is not given up any more.
void AgreementClient::give_up_as_leader() {
  if (core_.status().is_leader) return;
  std::vector<Done> given_up;
  for (auto at = requests_.begin(); at != requests_.end();) {
    const auto next = std::next(at);
    if (at->second.as_leader && !at->second.index) {
      given_up.push_back(std::move(at->second.done));
      requests_.erase(at);
    }
    at = next;
  }
  for (const Done& done : given_up) done({});
}

void AgreementClient::tick(std::uint64_t now_ms) {
  give_up_as_leader();
  std::vector<std::uint64_t> due;
  for (const auto& [number, request] : requests_) {
    if (request.index) continue;
    if (request.tried_ms == 0 || now_ms - request.tried_ms >= kRetryMs) due.push_back(number);
  }
  for (const std::uint64_t number : due) try_once(number, now_ms);
  finish();
}

void AgreementClient::try_once(std::uint64_t number, std::uint64_t now_ms) {
  const auto leader = core_.status().leader;
  if (!leader) return;
  Request& request = requests_.at(number);
  request.tried_ms = now_ms;
  wire::Bytes bytes = request.envelope;
  if (*leader == self_) return on_request(self_, number, std::move(bytes));
  post_(*leader, MailKind::request, number, std::move(bytes));
}

void AgreementClient::on_request(NodeId from, std::uint64_t number, wire::Bytes bytes) {
  const auto answer = [this, alive = std::weak_ptr(alive_), from, number](Result result) {
    if (alive.expired()) return;
    if (from == self_) return take(number, result);
    post_(from, MailKind::answer, number,
          wire::encode(Answer{result.outcome, result.index, std::move(result.bytes)}));
  };
  if (bytes.empty()) {
    core_.read_index(answer);
  } else {
    core_.propose(std::move(bytes), answer);
  }
}

void AgreementClient::on_answer(std::uint64_t number, std::span<const std::byte> bytes) {
  auto answer = wire::decode<Answer>(bytes);
  take(number, {answer.outcome, answer.index, std::move(answer.bytes)});
}

void AgreementClient::take(std::uint64_t number, const Result& result) {
  const auto at = requests_.find(number);
  if (at == requests_.end() || at->second.index || result.outcome != Outcome::done) return;
  if (!at->second.envelope.empty()) {
    at->second.reply = wire::decode<Reply>(result.bytes);
    const auto status = at->second.reply.status;
    if (status == Reply::Status::finished || status == Reply::Status::malformed) {
      ledger_.complain("a command was refused");
    }
    if (status != Reply::Status::applied) return;
  }
  at->second.index = result.index;
}

void AgreementClient::finish() {
  std::vector<Request> done;
  for (auto at = requests_.begin(); at != requests_.end();) {
    const auto next = std::next(at);
    if (at->second.index && core_.applied() >= *at->second.index) {
      done.push_back(std::move(at->second));
      requests_.erase(at);
    }
    at = next;
  }
  for (const Request& request : done) request.done(request.reply);
}

}  // namespace neve::simulator

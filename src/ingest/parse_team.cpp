#include "ingest/parse_team.hpp"

#include <utility>

#include <neve/base/error.hpp>

namespace neve::ingest {

ParseTeam::ParseTeam(ParseShares& shares, std::vector<NodeId> members, job::TokenPtr token)
    : shares_(shares),
      self_(shares.site().self()),
      id_(shares.site().node.store().next_id()),
      members_(std::move(members)),
      token_(std::move(token)),
      own_(shares.begin(id_, token_)) {
  for (const NodeId member : members_) {
    if (member == self_) continue;
    holds_.push_back(shares.site().node.transport().call(member, "parse.hold", wire::encode(id_)));
  }
}

ParseTeam::~ParseTeam() {
  release();
  shares_.end(id_);
}

wire::Bytes ParseTeam::wait_for(cluster::Answer& answer) {
  return answer.get([this] {
    if (token_->cancelled()) release();
  });
}

void ParseTeam::run(const Exchange& exchange) {
  token_->check();
  std::exception_ptr failure;
  const auto attempt = [&](const auto& step) {
    try {
      step();
    } catch (...) {  // thrown again below
      if (!failure) failure = std::current_exception();
      release();
    }
  };
  std::vector<std::pair<std::size_t, cluster::Answer>> answers;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    if (!exchange.requests[i]) continue;
    attempt([&] {
      answers.emplace_back(i, shares_.site().node.transport().call(members_[i], exchange.service,
                                                                   *exchange.requests[i]));
    });
  }
  if (exchange.here && !failure) attempt(exchange.here);
  for (auto& asked : answers) {
    attempt([&] { exchange.answered(asked.first, wait_for(asked.second)); });
  }
  token_->check();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace neve::ingest

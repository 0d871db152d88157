#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "ingest/parse_shares.hpp"

namespace neve::ingest {

/// The nodes that take part in one parse, as its driver sees them; the driver's own is one of them,
/// asked without a message. Their shares end with this.
class ParseTeam {
 public:
  /// `members` hold the driver's node. `token` is the job's.
  ParseTeam(ParseShares& shares, std::vector<NodeId> members, job::TokenPtr token);
  ~ParseTeam();
  ParseTeam(const ParseTeam&) = delete;
  ParseTeam& operator=(const ParseTeam&) = delete;

  [[nodiscard]] const std::vector<NodeId>& members() const { return members_; }
  [[nodiscard]] ParseShare& own() { return *own_; }

  /// Asks members, each by its order, all at once; returns what they answer, in their order. One
  /// without an order is not asked, its reply is empty. Once one fails the others are stopped; all
  /// are waited for, as nobody may go on working for a parse that is over. Throws what the first
  /// one threw, Cancelled, or ClusterError where a member is lost.
  template <class Order, class Reply>
  std::vector<Reply> ask(const char* service, const std::vector<std::optional<Order>>& orders,
                         Reply (ParseShare::*work)(const Order&)) {
    std::vector<Reply> replies(members_.size());
    Exchange exchange{.service = service, .requests = {}, .here = {}, .answered = {}};
    for (std::size_t i = 0; i < members_.size(); ++i) {
      std::optional<wire::Bytes>& request = exchange.requests.emplace_back();
      if (!orders[i]) continue;
      if (members_[i] == self_) {
        exchange.here = [&, i] { replies[i] = (own_.get()->*work)(*orders[i]); };
      } else {
        request = wire::encode(Asked<Order>{id_, *orders[i]});
      }
    }
    exchange.answered = [&](std::size_t i, const wire::Bytes& bytes) {
      replies[i] = wire::decode<Reply>(bytes);
    };
    run(exchange);
    return replies;
  }

 private:
  struct Exchange {
    const char* service;
    std::vector<std::optional<wire::Bytes>> requests;  // of the other members
    std::function<void()> here;
    std::function<void(std::size_t, const wire::Bytes&)> answered;
  };
  void run(const Exchange& exchange);
  wire::Bytes wait_for(cluster::Answer& answer);
  /// Has the others stop and forget their shares.
  void release() { holds_.clear(); }

  ParseShares& shares_;
  NodeId self_;
  ParseId id_;
  std::vector<NodeId> members_;
  job::TokenPtr token_;
  std::shared_ptr<ParseShare> own_;
  std::vector<cluster::Answer> holds_;  // calls that last as long as the others' shares
};

}  // namespace neve::ingest

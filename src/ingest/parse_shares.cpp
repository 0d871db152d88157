#include "ingest/parse_shares.hpp"

#include <chrono>

#include <neve/base/error.hpp>

#include "ingest/api/serve_parses.hpp"

namespace neve::ingest {

namespace {

/// A driver's call that begins a share may be overtaken by the next one, not by much.
constexpr std::chrono::seconds kBeginsWithin{10};

/// Answers a question by a share's member function.
template <class Order, class Reply>
wire::Bytes answer(ParseShare& share, Reply (ParseShare::*work)(const Order&), const Order& order) {
  return wire::encode((share.*work)(order));
}

}  // namespace

std::shared_ptr<ParseShare> ParseShares::begin(ParseId id, job::TokenPtr token) {
  auto share = std::make_shared<ParseShare>(site_, id, std::move(token));
  const std::lock_guard lock(mutex_);
  NEVE_CHECK(shares_.emplace(id, share).second, "two shares in one parse");
  changed_.notify_all();
  return share;
}

void ParseShares::end(ParseId id) {
  std::shared_ptr<ParseShare> gone;  // outlives the lock, as it takes time to free
  const std::lock_guard lock(mutex_);
  const auto at = shares_.find(id);
  if (at == shares_.end()) return;
  gone = std::move(at->second);
  shares_.erase(at);
  ended_.add(id);
  changed_.notify_all();
}

std::shared_ptr<ParseShare> ParseShares::find(ParseId id) {
  std::unique_lock lock(mutex_);
  const auto known = [&] { return shares_.contains(id) || ended_.contains(id); };
  if (!changed_.wait_for(lock, kBeginsWithin, known)) {
    throw ClusterError("A parse has ended that this node was to take part in.");
  }
  const auto at = shares_.find(id);
  if (at == shares_.end()) throw Cancelled();
  return at->second;
}

wire::Bytes ParseShares::hold(ParseId id, cluster::Call& call) {
  // The callback may come after this call has returned, so that it must not refer to it.
  struct Wait {
    std::mutex mutex;
    std::condition_variable changed;
    bool over = false;
  };
  const auto wait = std::make_shared<Wait>();
  const auto token = std::make_shared<job::Token>();
  begin(id, token);
  call.when_abandoned([wait, token] {
    token->cancel();
    const std::lock_guard lock(wait->mutex);
    wait->over = true;
    wait->changed.notify_all();
  });
  {
    std::unique_lock lock(wait->mutex);
    wait->changed.wait(lock, [&] { return wait->over; });
  }
  end(id);
  return {};
}

void ParseShares::serve(const std::shared_ptr<ParseShares>& shares, cluster::Inbox& inbox) {
  inbox.add("parse.hold", [shares](auto bytes, cluster::Call& call) {
    return shares->hold(wire::decode<ParseId>(bytes), call);
  });
  const auto add = [&]<class Order, class Reply>(const char* service,
                                                 Reply (ParseShare::*work)(const Order&)) {
    inbox.add(service, [shares, work](auto bytes) {
      const auto asked = wire::decode<Asked<Order>>(bytes);
      return answer(*shares->find(asked.id), work, asked.order);
    });
  };
  add("parse.unpack", &ParseShare::unpack);
  add("parse.read", &ParseShare::read);
  add("parse.correct", &ParseShare::correct);
  add("parse.complete", &ParseShare::complete);
  add("parse.encode", &ParseShare::encode);
  inbox.add("parse.bytes", [shares](auto bytes) {
    const auto asked = wire::decode<Asked<BytesOrder>>(bytes);
    return shares->find(asked.id)->bytes(asked.order);
  });
}

std::shared_ptr<ParseShares> serve_parses(mr::ComputeNode& node, const PathPolicy& policy) {
  auto shares = std::make_shared<ParseShares>(ParseSite{node, policy});
  ParseShares::serve(shares, node.inbox());
  return shares;
}

}  // namespace neve::ingest

#include "cluster/gossip/rumours.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace neve::cluster::gossip {

void Rumours::add(const Update& update) {
  rumours_.remove_if([&](const Rumour& rumour) {
    const bool counts_beside =
        update.state == MemberState::suspect && rumour.state == MemberState::suspect &&
        rumour.incarnation == update.incarnation && rumour.accuser != update.accuser;
    return rumour.id == update.id && !counts_beside;
  });
  Rumour rumour{update.id, update.accuser, update.incarnation, update.state, {}, 0};
  encode(update, rumour.bytes);
  rumours_.push_front(std::move(rumour));
}

void Rumours::fill(wire::Bytes& body, std::size_t most_bytes, int limit, NodeId first) {
  std::list<Rumour> sent;
  const auto take = [&](bool concerns_first) {
    for (auto at = rumours_.begin(); at != rumours_.end();) {
      const auto next = std::next(at);
      if ((at->id == first) == concerns_first && body.size() + at->bytes.size() <= most_bytes) {
        body.insert(body.end(), at->bytes.begin(), at->bytes.end());
        ++at->sent;
        sent.splice(sent.end(), rumours_, at);
      }
      at = next;
    }
  };
  if (first != NodeId()) take(true);
  take(false);
  sent.remove_if([&](const Rumour& rumour) { return rumour.sent >= limit; });
  sent.sort([](const Rumour& left, const Rumour& right) { return left.sent < right.sent; });
  rumours_.merge(sent,
                 [](const Rumour& left, const Rumour& right) { return left.sent < right.sent; });
}

void Rumours::forget(NodeId id) {
  rumours_.remove_if([&](const Rumour& rumour) { return rumour.id == id; });
}

}  // namespace neve::cluster::gossip

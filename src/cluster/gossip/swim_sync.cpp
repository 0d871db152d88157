// Push-pull: whole states, where rumours did not reach.
#include <utility>

#include "cluster/gossip/swim.hpp"

namespace neve::cluster::gossip {

// While news travel, tables differ as a matter of course; only a difference that stays while this
// node learns nothing is worth a sync. That others agree with it says nothing: they may all have
// missed the same.
void Swim::compare_digests(const Packet& packet, const Incoming& from, Time now) {
  const std::uint64_t mine = table_.digest();
  if (packet.digest == mine || !rumours_.empty()) return;
  if (!difference_ || difference_->mine != mine) difference_ = {now, mine};
  if (now - difference_->since < tuning_.sync_patience) return;
  request_sync(from.from, from.at, true);
  difference_ = {now, mine};
}

void Swim::request_sync(NodeId id, const Endpoint& at, bool wants_back) {
  Packet request;
  request.kind = PacketKind::sync_request;
  request.digest = table_.digest();
  request.wants_back = wants_back;
  request.updates.push_back(table_.full_update(table_.self()));
  post({id, at, std::move(request)});
}

void Swim::answer_sync(const Packet& request, const Incoming& from) {
  if (request.digest == table_.digest()) return;
  Packet answer;
  answer.kind = PacketKind::sync_answer;
  const wire::Bytes head = encode(answer);
  for (const wire::Bytes& page : state_pages(kMostBodyBytes - head.size())) {
    wire::Bytes body = head;
    body.insert(body.end(), page.begin(), page.end());
    packets_.push_back({from.from, from.at, std::move(body)});
  }
  if (request.wants_back) request_sync(from.from, from.at, false);
}

std::vector<wire::Bytes> Swim::state_pages(std::size_t page_bytes) const {
  std::vector<wire::Bytes> pages(1);
  for (const auto& [id, member] : table_.members()) {
    wire::Bytes bytes;
    encode(table_.full_update(member), bytes);
    if (pages.back().size() + bytes.size() > page_bytes) pages.emplace_back();
    pages.back().insert(pages.back().end(), bytes.begin(), bytes.end());
  }
  return pages;
}

wire::Bytes Swim::full_state() const { return state_pages(SIZE_MAX).front(); }

bool Swim::merge_state(std::span<const std::byte> bytes, Time now) {
  const auto updates = decode_updates(bytes);
  if (!updates) return false;
  for (const Update& update : *updates) hear(update, now);
  tick(now);
  return true;
}

}  // namespace neve::cluster::gossip

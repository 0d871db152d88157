#include "cluster/raft/replicated_state.hpp"

#include <algorithm>
#include <exception>
#include <new>
#include <string>
#include <utility>

#include <neve/base/error.hpp>

namespace neve::cluster::raft {
namespace {

wire::Bytes text_bytes(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

}  // namespace

struct ReplicatedState::Image {
  ClusterView view;
  std::map<NodeId, Origin> origins;
  wire::Bytes application;
  template <class Archive>
  void fields(Archive& archive) {
    archive(view, origins, application);
  }
};

void ReplicatedState::Origin::raise_floor(std::uint64_t to) {
  if (to <= floor) return;
  floor = to;
  replies.erase(replies.begin(), replies.lower_bound(to));
  uploads.erase(uploads.begin(), uploads.lower_bound(to));
}

wire::Bytes ReplicatedState::apply(std::uint64_t index, std::span<const std::byte> command) {
  Envelope envelope;
  try {
    envelope = wire::decode<Envelope>(command);
  } catch (const InternalError& error) {
    return wire::encode(Reply{Reply::Status::malformed, view_->epoch, text_bytes(error.what())});
  }
  // The first member of all adds itself.
  const bool founds = view_->members.empty() && envelope.target == Envelope::Target::view;
  if (!founds && view_->find(envelope.origin) == nullptr) {
    return wire::encode(Reply{Reply::Status::no_member, view_->epoch, {}});
  }
  Origin& origin = origins_[envelope.origin];
  if (envelope.sequence < origin.floor) {
    return wire::encode(Reply{Reply::Status::finished, view_->epoch, {}});
  }
  if (const auto known = origin.replies.find(envelope.sequence); known != origin.replies.end()) {
    return known->second;
  }
  const NodeId from = envelope.origin;
  const std::uint64_t sequence = envelope.sequence;
  origin.raise_floor(std::min(envelope.floor, sequence));
  wire::Bytes reply = wire::encode(run(index, envelope));
  // The command may have removed its own origin.
  if (const auto at = origins_.find(from); at != origins_.end()) {
    at->second.uploads.erase(sequence);
    at->second.replies[sequence] = reply;
  }
  return reply;
}

Reply ReplicatedState::run(std::uint64_t index, Envelope& envelope) {
  if (envelope.epoch != 0 && envelope.epoch < view_->fence) {
    return {Reply::Status::stale_epoch, view_->epoch, {}};
  }
  try {
    return dispatch(index, origins_[envelope.origin], envelope);
  } catch (const std::bad_alloc&) {
    throw;  // not the same on every replica
  } catch (const std::exception& error) {
    return {Reply::Status::malformed, view_->epoch, text_bytes(error.what())};
  }
}

Reply ReplicatedState::dispatch(std::uint64_t index, Origin& origin, Envelope& envelope) {
  if (envelope.target == Envelope::Target::view) {
    return change_view(wire::decode<ViewChange>(envelope.body));
  }
  if (envelope.target == Envelope::Target::part) {
    Part part = wire::decode<Part>(envelope.body);
    if (part.upload >= origin.floor) {
      origin.uploads[part.upload][part.number] = std::move(part.bytes);
    }
    return {Reply::Status::applied, view_->epoch, {}};
  }
  if (envelope.parts != 0) {
    const auto& parts = origin.uploads[envelope.sequence];
    NEVE_CHECK(parts.size() == envelope.parts, "parts of a command are missing");
    for (const auto& [number, bytes] : parts) {
      envelope.body.insert(envelope.body.end(), bytes.begin(), bytes.end());
    }
  }
  return {Reply::Status::applied, view_->epoch, application_.apply(index, envelope.body)};
}

Reply ReplicatedState::change_view(const ViewChange& change) {
  ClusterView next = *view_;
  if (cluster::apply(next, change)) {
    if (change.kind == ViewChange::Kind::leave) origins_.erase(change.member.id);
    set_view(std::move(next));
    application_.view_changed(*view_);
  }
  return {Reply::Status::applied, view_->epoch, {}};
}

wire::Bytes ReplicatedState::snapshot() const {
  return wire::encode(Image{*view_, origins_, application_.snapshot()});
}

void ReplicatedState::restore(std::span<const std::byte> snapshot) {
  Image image = wire::decode<Image>(snapshot);
  application_.restore(image.application);
  origins_ = std::move(image.origins);
  set_view(std::move(image.view));
  application_.view_changed(*view_);
}

void ReplicatedState::set_view(ClusterView view) {
  auto shared = std::make_shared<const ClusterView>(std::move(view));
  const std::lock_guard lock(mutex_);
  view_ = std::move(shared);
}

std::shared_ptr<const ClusterView> ReplicatedState::view() const {
  const std::lock_guard lock(mutex_);
  return view_;
}

}  // namespace neve::cluster::raft

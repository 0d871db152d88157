#include "cluster/rpc/outgoing_call.hpp"

#include <array>
#include <cstdio>

namespace neve::cluster::rpc {

std::string name_of(NodeId node) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "node %016llx",
                static_cast<unsigned long long>(node.value()));
  return text.data();
}

void OutgoingCall::stop(Stop why) {
  const std::lock_guard lock(mutex_);
  if (stop_ != Stop::none) return;
  stop_ = why;
  if (stream_) stream_->cancel();
}

void OutgoingCall::beat() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  if (now - last_progress_.load() > target_.silence) stop(Stop::silent);
}

bool OutgoingCall::send(std::unique_ptr<ClientStream> stream, const Head& head,
                        std::span<const std::byte> request) {
  if (!stream) return false;
  {
    const std::lock_guard lock(mutex_);
    stream_.swap(stream);
    if (stop_ != Stop::none) stream_->cancel();
  }
  return write_message(*stream_, head, request, [this](std::size_t bytes) {
    traffic_.bytes_sent += bytes;
    note_progress();
  });
}

/// Opens without the lock, as it may wait for a connection, for which whoever stops the call must
/// not. A write that fails may mean that the far side has answered already: it read enough to
/// refuse.
void OutgoingCall::send_afresh(const Head& head, std::span<const std::byte> request) {
  {
    const std::lock_guard lock(mutex_);
    if (stop_ != Stop::none) return;
  }
  send(target_.streams->fresh(), head, request);
}

void OutgoingCall::release() {
  std::unique_ptr<ClientStream> stream;
  {
    const std::lock_guard lock(mutex_);
    if (stop_ == Stop::none) stream = std::move(stream_);
  }
  if (stream) target_.streams->put_back(std::move(stream));
}

wire::Bytes OutgoingCall::run(const Head& head, std::span<const std::byte> request) {
  // A stream that has broken since its last call shows it now, and then nobody has the request.
  if (!send(target_.streams->used(), head, request)) send_afresh(head, request);
  if (!stream_) fail({});
  wire::Bytes answer = read_answer();
  release();
  return answer;
}

wire::Bytes OutgoingCall::read_answer() {
  MessageReader reader(budget_);
  Frame frame;
  while (stream_->read(frame)) {
    note_progress();
    traffic_.bytes_received += frame.body.size();
    if (reader.add(frame)) return reader.take().body;
  }
  fail(stream_->end());
}

void OutgoingCall::fail(const std::string& why) {
  const std::lock_guard lock(mutex_);
  switch (stop_) {
    case Stop::silent:
      throw ClusterError("There was no sign of life from " + target_.name + " for " +
                         std::to_string(target_.silence.count()) +
                         " ms. Does it run, is the network up, and has it this cluster's keys?");
    case Stop::left:
      throw ClusterError("The call failed as " + target_.name + " has left the cluster.");
    case Stop::given_up:
      throw ClusterError("The call to " + target_.name + " was given up.");
    case Stop::none:
      break;
  }
  throw ClusterError("The call to " + target_.name +
                     " failed: " + (why.empty() ? "it ended without an answer" : why) + ".");
}

}  // namespace neve::cluster::rpc

#include "cluster/rpc/message.hpp"

namespace neve::cluster::rpc {
namespace {

/// Messages up to here are not worth a reservation.
constexpr std::uint64_t kSmallBytes = std::uint64_t{64} << 10U;

/// More than any node's memory, and far from overflowing.
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 48U;

}  // namespace

void MessageReader::open(const Head& head) {
  NEVE_CHECK(!open_, "a message began within another");
  NEVE_CHECK(head.bytes <= kMostBytes, "a message claims to be longer than any can be");
  message_ = {};
  if (head.bytes > kSmallBytes) {
    message_.reservation = budget_.reserve(static_cast<std::int64_t>(head.bytes),
                                           "A message of another node (" + head.service + ")");
  }
  message_.head = head;
  message_.body.reserve(static_cast<std::size_t>(head.bytes));
  open_ = true;
}

bool MessageReader::add(const Frame& frame) {
  if (frame.failure) throw_failure(*frame.failure);
  if (frame.head) open(*frame.head);
  if (frame.body.empty() && !frame.head) return false;  // a heartbeat
  NEVE_CHECK(open_, "a message's body came before its head");
  NEVE_CHECK(frame.body.size() <= message_.head.bytes - message_.body.size(),
             "a message is longer than its head says");
  message_.body.insert(message_.body.end(), frame.body.begin(), frame.body.end());
  return message_.body.size() == message_.head.bytes;
}

Message MessageReader::take() {
  open_ = false;
  return std::move(message_);
}

}  // namespace neve::cluster::rpc

#include "cluster/rpc/served_call.hpp"

namespace neve::cluster::rpc {

bool ServedCall::read(Frame& frame) {
  do {
    if (!stream_->read(frame)) return false;
    const std::lock_guard lock(mutex_);
    last_sign_ = std::chrono::steady_clock::now();
    phase_ = Phase::reading;
  } while (!frame.head && !frame.failure && frame.body.empty());
  traffic_.bytes_received += frame.body.size();
  return true;
}

void ServedCall::begin_work() {
  const std::lock_guard lock(mutex_);
  phase_ = Phase::working;
  last_sign_ = std::chrono::steady_clock::now();
}

bool ServedCall::answer(std::span<const std::byte> bytes) {
  {
    const std::lock_guard lock(mutex_);
    phase_ = Phase::answering;
  }
  // Without the lock: a far side that reads slowly must not hold up the beat.
  return write_message(*stream_, {}, bytes, [this](std::size_t written) {
    traffic_.bytes_sent += written;
    const std::lock_guard lock(mutex_);
    last_sign_ = std::chrono::steady_clock::now();
  });
}

void ServedCall::refuse(const Failure& failure) {
  {
    const std::lock_guard lock(mutex_);
    phase_ = Phase::answering;
  }
  Frame frame;
  frame.failure = failure;
  stream_->write(frame);
}

void ServedCall::abandon() {
  {
    const std::lock_guard lock(mutex_);
    if (stream_ != nullptr) stream_->cancel();
  }
  call_.abandon();
}

void ServedCall::close() {
  const std::lock_guard lock(mutex_);
  stream_ = nullptr;
}

void ServedCall::beat() {
  bool gone = false;
  {
    const std::lock_guard lock(mutex_);
    if (stream_ == nullptr) return;
    const auto now = std::chrono::steady_clock::now();
    const auto silence = phase_ == Phase::idle ? times_.idle : times_.silence;
    gone = stream_->cancelled();
    if (phase_ == Phase::working && !gone && now - last_sign_ >= times_.heartbeat) {
      last_sign_ = now;
      gone = !stream_->write({});
      ++traffic_.heartbeats;
    } else if (phase_ != Phase::working && now - last_sign_ > silence) {
      gone = true;
    }
  }
  if (gone) abandon();
}

}  // namespace neve::cluster::rpc

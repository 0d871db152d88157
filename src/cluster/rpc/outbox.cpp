#include "cluster/rpc/outbox.hpp"

namespace neve::cluster::rpc {

void Outbox::add(Head head, wire::Bytes message) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  bytes_ += message.size();
  waiting_.push_back({std::move(head), std::move(message)});
  while (waiting_.size() > 1 && (waiting_.size() > limits_.messages || bytes_ > limits_.bytes)) {
    bytes_ -= waiting_.front().message.size();
    waiting_.pop_front();
    ++traffic_.posts_dropped;
  }
  changed_.notify_all();
}

std::optional<Outbox::Waiting> Outbox::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
  if (closed_) return std::nullopt;
  Waiting first = std::move(waiting_.front());
  waiting_.pop_front();
  bytes_ -= first.message.size();
  return first;
}

/// Opens and ends streams without the lock, as both may wait for the far side, for which whoever
/// closes the box must not.
bool Outbox::write(const Waiting& waiting) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
  }
  if (!stream_) {
    auto stream = connection_->open(Connection::Method::post);
    const std::lock_guard lock(mutex_);
    stream_ = std::move(stream);
    if (closed_) stream_->cancel();
  }
  if (write_message(*stream_, waiting.head, waiting.message,
                    [this](std::size_t bytes) { traffic_.bytes_sent += bytes; })) {
    return true;
  }
  const auto broken = [this] {
    const std::lock_guard lock(mutex_);
    return std::move(stream_);
  }();
  broken->end();
  return false;
}

void Outbox::run() {
  while (const auto waiting = next()) {
    // Twice: a stream that broke while nothing was sent shows only now.
    if (!write(*waiting) && !write(*waiting)) ++traffic_.posts_dropped;
  }
  const std::lock_guard lock(mutex_);
  stream_.reset();
}

void Outbox::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  waiting_.clear();
  bytes_ = 0;
  if (stream_) stream_->cancel();
  changed_.notify_all();
}

}  // namespace neve::cluster::rpc

#include "cluster/rpc/streams.hpp"

#include <utility>

namespace neve::cluster::rpc {
namespace {

constexpr std::size_t kKept = 8;

}  // namespace

std::unique_ptr<ClientStream> Streams::used() {
  std::vector<Idle> too_old;  // ended without the lock
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return nullptr;
  if (std::chrono::steady_clock::now() - idle_.back().since > kIdleOfCaller) {
    too_old.swap(idle_);
    return nullptr;
  }
  auto stream = std::move(idle_.back().stream);
  idle_.pop_back();
  return stream;
}

void Streams::put_back(std::unique_ptr<ClientStream> stream) {
  const std::lock_guard lock(mutex_);
  if (idle_.size() < kKept) idle_.push_back({std::move(stream), std::chrono::steady_clock::now()});
}

}  // namespace neve::cluster::rpc

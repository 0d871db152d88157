#include "job/api/part.hpp"

#include <utility>

#include <neve/base/clock.hpp>
#include <neve/base/error.hpp>

namespace neve::job {

Part::Part(Order order, std::shared_ptr<Bell> bell) : order_(std::move(order)) {
  Snapshot beginning;
  beginning.key = order_.destination;
  beginning.description = {order_.text, order_.destination, {}};
  beginning.start_time_ms = now_ms();
  Job::Hands hands;
  hands.keep = [this](const Job&, const auto& state) {
    if (order_.keeps && !order_.keeps()) return;
    wire::Bytes bytes = state();
    const std::lock_guard lock(mutex_);
    state_ = std::move(bytes);
  };
  state_ = order_.saved;
  job_ = std::make_unique<Job>(beginning, order_.saved, std::move(hands));
  job_->when_finished([bell = std::move(bell)] { bell->ring(); });
  thread_ = std::thread([this] {
    job_->run([this](Job& job) {
      try {
        order_.work(job);
      } catch (const ClusterError&) {
        lost_ = std::current_exception();
        throw;
      }
    });
  });
}

Part::~Part() {
  cancel();
  thread_.join();
}

std::optional<wire::Bytes> Part::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

Snapshot Part::end() const {
  if (lost_) std::rethrow_exception(lost_);
  return job_->snapshot();
}

}  // namespace neve::job

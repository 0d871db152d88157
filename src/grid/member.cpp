#include "grid/member.hpp"

#include <utility>

#include <neve/base/clock.hpp>
#include <neve/base/error.hpp>
#include <neve/store/store.hpp>

namespace neve::grid {

Member::Member(Order order, std::shared_ptr<job::Bell> bell) : order_(std::move(order)) {
  job::Snapshot beginning;
  beginning.key = order_.build.common().model_id.name;
  beginning.description = {std::string(order_.build.algorithm->title), beginning.key, {}};
  beginning.start_time_ms = now_ms();
  job::Job::Hands hands;
  hands.keep = [this](const job::Job&, const auto& state) {
    // Nobody else could go on with it.
    if (order_.models.engine().store().catalog().view()->members.size() < 2) return;
    wire::Bytes bytes = state();
    const std::lock_guard lock(mutex_);
    state_ = std::move(bytes);
  };
  state_ = order_.saved;
  job_ = std::make_unique<job::Job>(beginning, order_.saved, std::move(hands));
  job_->when_finished([bell = std::move(bell)] { bell->ring(); });
  thread_ = std::thread([this] { job_->run([this](job::Job& job) { train(job); }); });
}

Member::~Member() {
  cancel();
  thread_.join();
}

void Member::train(job::Job& job) {
  try {
    made_ = order_.models.make(order_.build, order_.terms, job);
  } catch (const ClusterError&) {
    lost_ = std::current_exception();
    throw;
  }
}

std::optional<wire::Bytes> Member::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

Member::End Member::end() {
  if (lost_) std::rethrow_exception(lost_);
  const job::Snapshot last = job_->snapshot();
  if (last.status == job::Status::cancelled) throw Cancelled();
  return {std::move(made_), last.exception, last.exception_type};
}

}  // namespace neve::grid

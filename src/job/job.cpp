#include <neve/job/job.hpp>

#include <algorithm>

#include <neve/base/clock.hpp>
#include <neve/base/log.hpp>
#include <neve/base/thread_name.hpp>

namespace neve::job {

Job::Job(const Snapshot& so_far, std::optional<wire::Bytes> saved, Hands hands)
    : key_(so_far.key),
      description_(so_far.description),
      saved_(std::move(saved)),
      hands_(std::move(hands)),
      next_state_at_(std::chrono::steady_clock::now() + hands_.between_states),
      progress_(so_far.progress),
      message_(so_far.message),
      start_ms_(so_far.start_time_ms),
      warnings_(so_far.warnings) {}

void Job::progress(double fraction, std::string_view message) {
  const std::lock_guard lock(mutex_);
  const double whole = part_begin_ + fraction * (part_end_ - part_begin_);
  progress_ = std::clamp(whole, progress_, 1.0);
  if (!message.empty()) message_ = part_ + std::string(message);
}

void Job::begin_part(double begin, double end, std::string name) {
  const std::lock_guard lock(mutex_);
  part_begin_ = begin;
  part_end_ = end;
  part_ = std::move(name) + ": ";
}

void Job::warn(std::string text) {
  const std::lock_guard lock(mutex_);
  // One that was taken over says things again.
  if (std::ranges::find(warnings_, text) != warnings_.end()) return;
  log::warn(text);
  warnings_.push_back(std::move(text));
}

void Job::cancel() {
  {
    const std::lock_guard lock(mutex_);
    if (status_ == Status::running) status_ = Status::cancel_pending;
  }
  token_->cancel();
}

void Job::keep(const std::function<wire::Bytes()>& state) {
  // A large state may take its time; all of them together shall cost a twentieth of the job's.
  constexpr int kShare = 20;
  const auto begin = std::chrono::steady_clock::now();
  if (begin < next_state_at_ || !hands_.keep) return;
  hands_.keep(*this, state);
  const auto end = std::chrono::steady_clock::now();
  next_state_at_ = begin + hands_.between_states;
  if (hands_.between_states.count() > 0) {
    next_state_at_ = std::max(next_state_at_, begin + kShare * (end - begin));
  }
}

Snapshot Job::snapshot() const {
  const std::lock_guard lock(mutex_);
  const std::int64_t end = end_ms_ != 0 ? end_ms_ : now_ms();
  return {key_,      description_,    status_,   progress_,  message_,
          start_ms_, end - start_ms_, warnings_, exception_, exception_type_};
}

bool Job::finished() const {
  const std::lock_guard lock(mutex_);
  return end_ms_ != 0;
}

Job::End Job::end_of(const std::function<void(Job&)>& work) {
  name_this_thread("job " + description_.text);
  const std::string name = "Job " + key_ + " (" + description_.text + ")";
  try {
    work(*this);
    return {};
  } catch (const Cancelled&) {
    return {Status::cancelled};
  } catch (const Error& error) {
    log::warn(name + " failed: " + error.what());
    return {Status::failed, error.what(), std::string(error.exception_type())};
  } catch (const std::bad_alloc&) {
    return {Status::failed, "The node has no memory left for this job.",
            "java.lang.OutOfMemoryError"};
  } catch (const std::exception& error) {
    log::error(name + " broke: " + error.what());
    return {Status::failed, error.what(), "java.lang.RuntimeException"};
  }
}

void Job::run(const std::function<void(Job&)>& work) {
  End end = end_of(work);
  Snapshot last = snapshot();
  last.status = end.status;
  last.exception = std::move(end.exception);
  last.exception_type = std::move(end.exception_type);
  if (end.status == Status::done) {
    last.progress = 1;
    last.message = "Done.";
  }
  if (hands_.end) hands_.end(last);
  finish(last);
}

void Job::finish(const Snapshot& last) {
  std::map<std::uint64_t, std::function<void()>> callbacks;
  {
    const std::lock_guard lock(mutex_);
    status_ = last.status;
    progress_ = last.progress;
    message_ = last.message;
    exception_ = last.exception;
    exception_type_ = last.exception_type;
    end_ms_ = std::max<std::int64_t>({now_ms(), start_ms_, 1});
    callbacks = std::move(callbacks_);
    callbacks_.clear();
  }
  changed_.notify_all();
  for (const auto& [number, callback] : callbacks) callback();
}

std::uint64_t Job::when_finished(std::function<void()> callback) {
  {
    const std::lock_guard lock(mutex_);
    ++last_callback_;
    if (end_ms_ == 0) {
      callbacks_.emplace(last_callback_, std::move(callback));
      return last_callback_;
    }
  }
  callback();
  return 0;
}

void Job::forget(std::uint64_t callback) {
  const std::lock_guard lock(mutex_);
  callbacks_.erase(callback);
}

void Job::wait() const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return end_ms_ != 0; });
}

}  // namespace neve::job

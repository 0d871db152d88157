#include <neve/base/clock.hpp>
#include <neve/job/job.hpp>

#include <malloc.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include <neve/base/log.hpp>
#include <neve/base/rng.hpp>

namespace neve::job {
Job::Job(std::string key, Description description)
    : key_(std::move(key)),
      description_(std::move(description)),
      message_("Starting."),
      start_ms_(now_ms()) {}

void Job::progress(double fraction, std::string_view message) {
  const std::lock_guard lock(mutex_);
  progress_ = std::clamp(fraction, progress_, 1.0);
  if (!message.empty()) message_ = message;
}

void Job::warn(std::string text) {
  const std::lock_guard lock(mutex_);
  warnings_.push_back(std::move(text));
}

void Job::cancel() {
  {
    const std::lock_guard lock(mutex_);
    if (status_ == Status::running) status_ = Status::cancel_pending;
  }
  token_->cancel();
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

void Job::run(const std::function<void(Job&)>& work) {
  try {
    work(*this);
    finish(Status::done, {}, {});
  } catch (const Cancelled&) {
    finish(Status::cancelled, {}, {});
  } catch (const Error& error) {
    log::warn("Job " + key_ + " (" + description_.text + ") failed: " + error.what());
    finish(Status::failed, error.what(), error.exception_type());
  } catch (const std::bad_alloc&) {
    finish(Status::failed, "The node has no memory left for this job.",
           "java.lang.OutOfMemoryError");
  } catch (const std::exception& error) {
    log::error("Job " + key_ + " (" + description_.text + ") broke: " + error.what());
    finish(Status::failed, error.what(), "java.lang.RuntimeException");
  }
}

void Job::finish(Status status, std::string exception, std::string exception_type) {
  std::vector<std::function<void()>> callbacks;
  {
    const std::lock_guard lock(mutex_);
    status_ = status;
    end_ms_ = std::max(now_ms(), start_ms_);
    if (end_ms_ == 0) end_ms_ = 1;
    exception_ = std::move(exception);
    exception_type_ = std::move(exception_type);
    if (status == Status::done) {
      progress_ = 1;
      message_ = "Done.";
    }
    callbacks = std::move(callbacks_);
    callbacks_.clear();
  }
  changed_.notify_all();
  for (const auto& callback : callbacks) callback();
}

void Job::when_finished(std::function<void()> callback) {
  {
    const std::lock_guard lock(mutex_);
    if (end_ms_ == 0) {
      callbacks_.push_back(std::move(callback));
      return;
    }
  }
  callback();
}

void Job::wait() const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return end_ms_ != 0; });
}

Jobs::Jobs(std::string cluster_tag)
    : tag_(std::move(cluster_tag)), seed_(static_cast<std::uint64_t>(draw_seed())) {}

Jobs::~Jobs() { stop(); }

void Jobs::stop() {
  cancel_all();
  for (Running& running : all_) {
    if (running.thread.joinable()) running.thread.join();
  }
}

std::shared_ptr<Job> Jobs::start(Description description, std::function<void(Job&)> work) {
  const std::lock_guard lock(mutex_);
  forget_old();
  const CounterRng names(seed_, ++counter_);
  std::array<char, 40> hex{};
  std::snprintf(hex.data(), hex.size(), "%016llx%016llx",
                static_cast<unsigned long long>(names.bits(0)),
                static_cast<unsigned long long>(names.bits(1)));
  auto made = std::make_shared<Job>("$" + tag_ + "$_" + hex.data(), std::move(description));
  all_.push_back({made, std::thread([made, work = std::move(work)]() mutable {
                    made->run(work);
                    work = nullptr;
                    // What a job freed goes back to the system, not only to the allocator.
                    ::malloc_trim(0);
                  })});
  return made;
}

std::shared_ptr<Job> Jobs::find(std::string_view key) const {
  const std::lock_guard lock(mutex_);
  const auto at = std::ranges::find(
      all_, key, [](const Running& r) -> std::string_view { return r.job->key(); });
  return at == all_.end() ? nullptr : at->job;
}

std::vector<std::shared_ptr<Job>> Jobs::list() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Job>> jobs;
  for (const Running& running : all_) jobs.push_back(running.job);
  return jobs;
}

void Jobs::cancel_all() {
  for (const auto& job : list()) {
    if (!job->finished()) job->cancel();
  }
}

void Jobs::forget_old() {
  const auto finished = [](const Running& running) { return running.job->finished(); };
  for (Running& running : all_) {
    if (finished(running) && running.thread.joinable()) running.thread.join();
  }
  auto surplus = std::ranges::count_if(all_, finished) - static_cast<std::ptrdiff_t>(kMostFinished);
  std::erase_if(all_, [&](const Running& running) { return finished(running) && surplus-- > 0; });
}

}  // namespace neve::job

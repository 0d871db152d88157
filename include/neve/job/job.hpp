#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <neve/job/token.hpp>

namespace neve::job {

enum class Status { running, done, failed, cancelled, cancel_pending };

/// What a job is about, fixed when it starts.
struct Description {
  std::string text;              ///< "Parse", "GLM": shown to the user
  std::string destination;       ///< name of the object it makes
  std::string destination_type;  ///< "Key<Frame>", "Key<Model>"
};

/// A job at one moment, for REST.
struct Snapshot {
  std::string key;
  Description description;
  Status status = Status::running;
  double progress = 0;  ///< 0 to 1
  std::string message;
  std::int64_t start_time_ms = 0;  ///< since the epoch
  std::int64_t run_time_ms = 0;
  std::vector<std::string> warnings;
  std::string exception;       ///< message of the failure
  std::string exception_type;  ///< its Java class name
};

/// Long work that can be watched and cancelled; runs on a thread of its own. The work gets the Job
/// to report to. Thread-safe.
class Job {
 public:
  Job(std::string key, Description description);
  [[nodiscard]] const std::string& key() const { return key_; }
  [[nodiscard]] const Description& description() const { return description_; }
  [[nodiscard]] const TokenPtr& token() const { return token_; }
  /// `fraction` in 0..1; never goes back.
  void progress(double fraction, std::string_view message = {});
  void warn(std::string text);
  void cancel();
  [[nodiscard]] Snapshot snapshot() const;
  [[nodiscard]] bool finished() const;
  /// True for the first caller only; who looks first waits for small jobs.
  bool first_look() { return !looked_at_.exchange(true); }
  /// Runs `work` and records how it ended. Called once, by Jobs.
  void run(const std::function<void(Job&)>& work);
  /// Calls back once the job has finished, at once if it has; on any thread, must not block.
  void when_finished(std::function<void()> callback);
  /// Blocks until finished.
  void wait() const;

 private:
  void finish(Status status, std::string exception, std::string exception_type);
  std::string key_;
  Description description_;
  std::atomic<bool> looked_at_{false};
  TokenPtr token_ = std::make_shared<Token>();
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  Status status_ = Status::running;
  double progress_ = 0;
  std::string message_;
  std::int64_t start_ms_ = 0;
  std::int64_t end_ms_ = 0;
  std::vector<std::string> warnings_;
  std::string exception_;
  std::string exception_type_;
  std::vector<std::function<void()>> callbacks_;
};

/// A node's jobs. Finished ones are kept for their record, the latest kMostFinished of them.
class Jobs {
 public:
  static constexpr std::size_t kMostFinished = 1000;
  /// `cluster_tag` makes keys of different nodes differ.
  explicit Jobs(std::string cluster_tag);
  /// Cancels what runs and waits for it.
  ~Jobs();
  Jobs(const Jobs&) = delete;
  Jobs& operator=(const Jobs&) = delete;
  /// Starts `work` on a new thread. What it throws becomes the job's failure.
  std::shared_ptr<Job> start(Description description, std::function<void(Job&)> work);
  /// Null if there is none of this key.
  [[nodiscard]] std::shared_ptr<Job> find(std::string_view key) const;
  /// In order of start.
  [[nodiscard]] std::vector<std::shared_ptr<Job>> list() const;
  /// Asks every running job to stop; returns at once.
  void cancel_all();
  /// Asks every running job to stop and waits for their ends. What jobs use must live until then.
  void stop();

 private:
  struct Running {
    std::shared_ptr<Job> job;
    std::thread thread;
  };
  void forget_old();
  std::string tag_;
  std::uint64_t seed_;  ///< of the random part of keys
  mutable std::mutex mutex_;
  std::uint64_t counter_ = 0;
  std::vector<Running> all_;
};

}  // namespace neve::job

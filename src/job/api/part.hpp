#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include <neve/base/wire.hpp>
#include <neve/job/job.hpp>

#include "job/api/bell.hpp"

namespace neve::job {

/// A part of a job's work with a job of its own, on a thread of its own: it begins when it begins,
/// tells its progress, and can be cancelled without the others. The end rings a bell. Who takes
/// over the whole job goes on from what the part has kept.
class Part {
 public:
  struct Order {
    std::string text;         ///< "GBM"
    std::string destination;  ///< name of what it makes
    std::function<void(Job&)> work;
    std::optional<wire::Bytes> saved = std::nullopt;  ///< what another driver kept of it
    /// Whether anybody could go on with it; empty: yes.
    std::function<bool()> keeps = {};
  };
  Part(Order order, std::shared_ptr<Bell> bell);
  /// Cancels and waits.
  ~Part();
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;

  [[nodiscard]] bool finished() const { return job_->finished(); }
  [[nodiscard]] double progress() const { return job_->snapshot().progress; }
  void cancel() { job_->cancel(); }
  /// What it would go on from; nothing where it has kept nothing so far.
  [[nodiscard]] std::optional<wire::Bytes> state() const;
  /// How it has ended, once finished. Throws what is no fault of the work: that nodes were lost.
  [[nodiscard]] Snapshot end() const;

 private:
  Order order_;
  mutable std::mutex mutex_;
  std::optional<wire::Bytes> state_;
  std::exception_ptr lost_;
  std::unique_ptr<Job> job_;
  std::thread thread_;  ///< last, as it uses all before
};

}  // namespace neve::job

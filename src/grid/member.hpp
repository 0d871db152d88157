#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include <neve/base/wire.hpp>
#include <neve/job/job.hpp>
#include <neve/model/models.hpp>

#include "job/api/bell.hpp"

namespace neve::grid {

/// One model of a search while it is trained, on a thread of its own. The end rings a bell.
class Member {
 public:
  struct Order {
    model::Models& models;
    model::Build build;
    model::TrainingTerms terms;
    std::optional<wire::Bytes> saved = std::nullopt;  ///< what another driver kept of it
  };
  Member(Order order, std::shared_ptr<job::Bell> bell);
  /// Cancels and waits.
  ~Member();
  Member(const Member&) = delete;
  Member& operator=(const Member&) = delete;

  [[nodiscard]] bool finished() const { return job_->finished(); }
  [[nodiscard]] double progress() const { return job_->snapshot().progress; }
  void cancel() { job_->cancel(); }
  /// What it would go on from; nothing where it has kept nothing so far.
  [[nodiscard]] std::optional<wire::Bytes> state() const;

  /// Once finished. Where training failed: message and type of the failure. Throws what is no fault
  /// of the model: that nodes were lost.
  struct End {
    model::Made made;
    std::string failure;  ///< empty where it has not failed
    std::string failure_type;
  };
  End end();

 private:
  void train(job::Job& job);
  Order order_;
  mutable std::mutex mutex_;
  std::optional<wire::Bytes> state_;
  model::Made made_;
  std::exception_ptr lost_;
  std::unique_ptr<job::Job> job_;
  std::thread thread_;  ///< last, as it uses all before
};

}  // namespace neve::grid

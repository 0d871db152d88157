#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <neve/job/job.hpp>
#include <neve/schema/schema.hpp>
#include <neve/schema/values.hpp>

namespace neve::rest {

/// A job as clients see it.
struct JobV3 {
  schema::JobRef key;
  std::string description;
  std::string status;
  float progress = 0;
  std::optional<std::string> progress_msg;
  std::int64_t start_time = 0;
  std::int64_t msec = 0;
  schema::RawJson dest;
  std::optional<std::vector<std::string>> warnings;
  std::optional<std::string> exception;
  std::optional<std::string> stacktrace;
  bool auto_recoverable = false;
  bool ready_for_view = true;
  static const schema::Schema& schema();
};

JobV3 job_v3(const job::Snapshot& now);
inline JobV3 job_v3(const job::Job& job) { return job_v3(job.snapshot()); }

}  // namespace neve::rest

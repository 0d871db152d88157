#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include <neve/job/job.hpp>
#include <neve/schema/values.hpp>

namespace neve::rest {

enum class JobStatusV4 : std::uint8_t { running, done, stopping, cancelled, failed };

}  // namespace neve::rest

template <>
struct neve::schema::EnumText<neve::rest::JobStatusV4> {
  static constexpr std::string_view name = "Apischemas4outputJobStatus";
  static constexpr std::array<std::string_view, 5> values = {"RUNNING", "DONE", "STOPPING",
                                                             "CANCELLED", "FAILED"};
};

namespace neve::rest {

/// A job as clients of version 4 see it.
struct JobV4 {
  std::string job_id;
  JobStatusV4 status = JobStatusV4::running;
  float progress = 0;
  std::optional<std::string> progress_msg;
  std::int64_t start_time = 0;
  std::int64_t duration = 0;
  std::optional<std::string> target_id;  ///< once it is there
  std::optional<std::string> target_type;
  std::optional<std::string> exception;
  std::optional<std::string> stacktrace;
  static const schema::Schema& schema();
};

JobV4 job_v4(const job::Snapshot& now);

}  // namespace neve::rest

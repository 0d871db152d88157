#pragma once

#include <cstdint>
#include <string>

namespace neve::rest::endpoints {

/// What the operating system says about this process and its machine.
struct ProcessFigures {
  std::int32_t process_id = 0;
  std::int32_t cores = 0;          ///< of the machine
  std::int32_t allowed_cores = 0;  ///< that this process may use
  float load = 0;                  ///< runnable threads, mean of a minute
  std::int64_t resident_bytes = 0;
  std::int64_t swapped_bytes = 0;
  std::int64_t free_disk_bytes = 0;
  std::int64_t disk_bytes = 0;
  std::int32_t open_files = 0;
};

/// Takes some 50 us; `directory` tells which disk is meant.
ProcessFigures process_figures(const std::string& directory);

/// Seconds since the epoch at which the program file was made.
std::int64_t program_time_s();

}  // namespace neve::rest::endpoints

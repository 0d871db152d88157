#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace neve::operations {

/// What the operating system says about a process and its machine.
struct ProcessFigures {
  std::int32_t process_id = 0;
  std::int32_t cores = 0;          ///< of the machine
  std::int32_t allowed_cores = 0;  ///< that this process may use
  float load = 0;                  ///< runnable threads, mean of a minute
  double cpu_seconds = 0;          ///< of all threads, user and system
  std::int32_t cpu_percent = -1;   ///< of the process, over the last second or more; -1: too new
  std::int32_t machine_cpu_percent = -1;
  std::int64_t resident_bytes = 0;
  std::int64_t swapped_bytes = 0;
  std::int64_t free_disk_bytes = 0;  ///< of the disk that holds logs
  std::int64_t disk_bytes = 0;
  std::int32_t open_files = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(process_id, cores, allowed_cores, load, cpu_seconds, cpu_percent, machine_cpu_percent);
    archive(resident_bytes, swapped_bytes, free_disk_bytes, disk_bytes, open_files);
  }
};

/// What a node says of itself.
struct NodeFigures {
  ProcessFigures process;
  std::int32_t threads = 0;        ///< that compute
  std::int64_t chunk_bytes = 0;    ///< of data held
  std::int64_t budget_bytes = 0;   ///< limit of the memory for data
  std::int64_t free_bytes = 0;     ///< of it
  std::int32_t names = 0;          ///< objects that the catalogue has
  std::int32_t open_calls = 0;     ///< between nodes, under way
  std::int32_t connections = 0;    ///< to other nodes
  std::int32_t running_jobs = 0;   ///< that this node drives
  std::int64_t start_time_ms = 0;  ///< of the process, since 1970
  template <class Archive>
  void fields(Archive& archive) {
    archive(process, threads, chunk_bytes, budget_bytes, free_bytes, names, open_calls);
    archive(connections, running_jobs, start_time_ms);
  }
};

/// The threads of a node at one moment, a line for each.
struct ThreadReport {
  std::int64_t time_ms = 0;  ///< since 1970
  std::vector<std::string> lines;
  template <class Archive>
  void fields(Archive& archive) {
    archive(time_ms, lines);
  }
};

/// What a process has read and written through system calls since its start: files and sockets.
struct IoCounts {
  std::int64_t reads = 0;
  std::int64_t read_bytes = 0;
  std::int64_t writes = 0;
  std::int64_t written_bytes = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(reads, read_bytes, writes, written_bytes);
  }
};

/// Ticks of each CPU of a machine since its start: at work for programs, for the system, for
/// anything else, and idle.
using CpuTicks = std::vector<std::vector<std::int64_t>>;

/// Seconds since the epoch at which the program file was made.
std::int64_t program_time_s();

}  // namespace neve::operations

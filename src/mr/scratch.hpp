#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <neve/base/budget.hpp>
#include <neve/mr/engine.hpp>

#include "mr/states.hpp"

namespace neve::mr {

/// A run that has changed the Scratch of a job, as its driver remembers it.
struct LoggedRun {
  std::string task;
  std::vector<ColumnId> columns;
  std::vector<OutputKind> output_kinds;
  SharedBytes state;
  template <class Archive>
  void fields(Archive& archive) {
    archive(task, columns, output_kinds, state);
  }
};

/// Runs of the jobs that this node drives, in their order, by ScratchId. A map is a function of row
/// group, State and Scratch, so doing the runs again for one group makes its Scratch again, to the
/// same bits. Thread-safe.
class ScratchLogs {
 public:
  explicit ScratchLogs(Budget& budget) : budget_(budget) {}
  void add(ScratchId id, LoggedRun run);
  [[nodiscard]] std::size_t size(ScratchId id) const;
  /// The runs from number `first` on.
  [[nodiscard]] std::vector<LoggedRun> from(ScratchId id, std::size_t first) const;
  void free(ScratchId id);

 private:
  struct Log {
    std::vector<LoggedRun> runs;
    std::vector<Reservation> reserved;
  };
  Budget& budget_;
  mutable std::mutex mutex_;
  std::map<std::uint64_t, Log> logs_;
};

/// A logged run, read.
struct ReplayRun {
  const TaskEntry* task = nullptr;
  std::shared_ptr<void> state;
  std::vector<ColumnId> columns;
  std::vector<OutputKind> output_kinds;
};

/// Scratch of all jobs on one node, by row group. Thread-safe; one row group is run by one thread
/// at a time.
class ScratchTable {
 public:
  /// One group's scratch, and how many runs of its job it has seen; -1 while one is under way.
  struct Held {
    std::shared_ptr<void> scratch;
    std::int64_t runs = -1;
    Reservation reservation;
  };
  explicit ScratchTable(Budget& budget) : budget_(budget) {}
  /// While it lives, so do the places that place() gives, even where the job's scratch is freed.
  std::shared_ptr<const void> hold(ScratchId id);
  /// The place of a group's scratch, for who holds it. Throws ClusterError once it was freed.
  Held& place(ScratchId id, GroupIndex group);
  /// Makes it as the task does at first use.
  void begin(Held& held, const TaskEntry& task, const RowGroup& group, const void* state);
  /// The group's scratch where it has seen `runs` runs, else as `make` leaves it; for readers, any
  /// number of them, while no run is under way. It stays good when the job's is freed meanwhile.
  std::shared_ptr<void> shared(ScratchId id, GroupIndex group, std::int64_t runs,
                               const std::function<Held&()>& make);
  /// Runs 0 … count - 1 of the job; `fetch` gets those from a number on from the driver.
  using FetchRuns = std::function<std::vector<ReplayRun>(std::size_t first)>;
  std::vector<ReplayRun> history(ScratchId id, std::size_t count, const FetchRuns& fetch);
  void free(ScratchId id);
  /// Frees what jobs have here whose driver `is_gone`.
  void free_of(const std::function<bool(ScratchId)>& is_gone);

 private:
  struct Job {
    std::map<std::int32_t, Held> groups;
    std::map<std::int32_t, std::mutex> making;  ///< held by who makes a group's scratch for readers
    std::mutex history_mutex;
    std::vector<ReplayRun> history;  ///< as far as it was needed
  };
  Budget& budget_;
  std::mutex mutex_;
  std::map<std::uint64_t, std::shared_ptr<Job>> jobs_;
};

}  // namespace neve::mr

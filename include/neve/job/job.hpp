#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <neve/base/ids.hpp>
#include <neve/base/wire.hpp>
#include <neve/job/token.hpp>

namespace neve::cluster {
class Inbox;
class Transport;
}  // namespace neve::cluster
namespace neve::store {
class Blobs;
class PlacementWatcher;
class Store;
struct Entry;
}  // namespace neve::store

namespace neve::job {

enum class Status : std::uint8_t { running, done, failed, cancelled, cancel_pending };

/// What a job is about, fixed when it starts.
struct Description {
  std::string text;              ///< "Parse", "GLM": shown to the user
  std::string destination;       ///< name of the object it makes
  std::string destination_type;  ///< "Key<Frame>", "Key<Model>"
  template <class Archive>
  void fields(Archive& archive) {
    archive(text, destination, destination_type);
  }
};

/// A job at one moment, for REST.
struct Snapshot {
  std::string key;
  Description description;
  Status status = Status::running;
  double progress = 0;  ///< 0 to 1
  std::string message = {};
  std::int64_t start_time_ms = 0;  ///< since the epoch
  std::int64_t run_time_ms = 0;
  std::vector<std::string> warnings = {};
  std::string exception = {};       ///< message of the failure
  std::string exception_type = {};  ///< its Java class name
  [[nodiscard]] bool finished() const {
    return status != Status::running && status != Status::cancel_pending;
  }
  template <class Archive>
  void fields(Archive& archive) {
    archive(key, description, status, progress, message, start_time_ms, run_time_ms, warnings,
            exception, exception_type);
  }
};

/// Long work that can be watched and cancelled, and that another node goes on with when this one is
/// lost. It runs on a thread of its own, on its driver. Thread-safe.
class Job {
 public:
  /// What Jobs does for a job.
  struct Hands {
    /// Keeps a state for the next driver.
    std::function<void(const Job&, const std::function<wire::Bytes()>& state)> keep;
    /// The job has ended, of which nobody knows yet.
    std::function<void(const Snapshot&)> end;
    std::chrono::milliseconds between_states{1000};  ///< 0: a state whenever there is one
  };
  /// `so_far` has key, description and start; of a job that is taken over, how far it was.
  /// `saved` is what its last driver kept.
  Job(const Snapshot& so_far, std::optional<wire::Bytes> saved, Hands hands);
  [[nodiscard]] const std::string& key() const { return key_; }
  [[nodiscard]] const Description& description() const { return description_; }
  [[nodiscard]] const TokenPtr& token() const { return token_; }
  [[nodiscard]] std::int64_t start_time_ms() const { return start_ms_; }
  /// `fraction` in 0..1; never goes back.
  void progress(double fraction, std::string_view message = {});
  /// What progress() says from now on is of this part of the job, whose name goes before messages.
  void begin_part(double begin, double end, std::string name);
  void warn(std::string text);
  void cancel();

  /// What the last driver has kept; null where the work has to begin at its beginning.
  [[nodiscard]] const wire::Bytes* saved() const { return saved_ ? &*saved_ : nullptr; }
  /// Keeps what `state` gives, so that another node can go on from here; at most once a second, and
  /// less often where that takes long, which shapes no result.
  void keep(const std::function<wire::Bytes()>& state);

  [[nodiscard]] Snapshot snapshot() const;
  [[nodiscard]] bool finished() const;
  /// True for the first caller only; who looks first waits for small jobs.
  bool first_look() { return !looked_at_.exchange(true); }
  /// Runs `work` and records how it ended. Called once, by Jobs.
  void run(const std::function<void(Job&)>& work);
  /// Calls back once the job has finished, at once if it has; on any thread, must not block. Gives
  /// the number by which forget() takes it back.
  std::uint64_t when_finished(std::function<void()> callback);
  void forget(std::uint64_t callback);
  /// Blocks until finished.
  void wait() const;

 private:
  /// How work ended.
  struct End {
    Status status = Status::done;
    std::string exception = {};
    std::string exception_type = {};
  };
  End end_of(const std::function<void(Job&)>& work);
  void finish(const Snapshot& last);

  std::string key_;
  Description description_;
  std::optional<wire::Bytes> saved_;
  Hands hands_;
  std::chrono::steady_clock::time_point next_state_at_;
  std::atomic<bool> looked_at_{false};
  TokenPtr token_ = std::make_shared<Token>();
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  Status status_ = Status::running;
  double progress_ = 0;
  double part_begin_ = 0;
  double part_end_ = 1;
  std::string part_;  ///< its name and what divides it from messages
  std::string message_;
  std::int64_t start_ms_ = 0;
  std::int64_t end_ms_ = 0;
  std::vector<std::string> warnings_;
  std::string exception_;
  std::string exception_type_;
  std::map<std::uint64_t, std::function<void()>> callbacks_;
  std::uint64_t last_callback_ = 0;
};

/// What a job is to do: a kind that every node knows, and the request as that kind reads it. The
/// same request does the same to the last bit wherever it is done, and however often.
struct Order {
  std::string_view kind;
  wire::Bytes request;
  std::vector<ColumnId> columns = {};  ///< that the request names; kept until the job ends
};

/// The cluster's jobs, as one node sees them. The node that starts a job drives it; the catalogue
/// has a record of each, and names another driver when that one leaves. Records of finished ones
/// stay, the latest kMostFinished of them.
class Jobs {
 public:
  static constexpr std::size_t kMostFinished = 1000;
  using Work = std::function<void(Job&, std::span<const std::byte> request)>;
  struct Parts {
    NodeId self;
    store::Store& store;
    store::Blobs& blobs;
    cluster::Transport& transport;
    std::chrono::milliseconds between_states{1000};
  };
  /// `cluster_tag` makes keys of different nodes differ.
  Jobs(const Parts& parts, std::string cluster_tag);
  /// Ends as stop() does.
  ~Jobs();
  Jobs(const Jobs&) = delete;
  Jobs& operator=(const Jobs&) = delete;
  /// Adds what other nodes may ask; before the node joins.
  void serve(cluster::Inbox& inbox);
  /// Says how jobs of a kind are done, the same on every node; before the node joins. A kind that
  /// is there already is a bug.
  void define(std::string kind, Work work);

  /// Starts a job on a new thread of this node. What its work throws becomes its failure. Throws
  /// NoQuorumError where the cluster cannot take note of it.
  std::shared_ptr<Job> start(const Description& description, Order order);
  /// A job that this node drives or drove, until it leaves; null where there is none of this key.
  [[nodiscard]] std::shared_ptr<Job> find(std::string_view key) const;
  /// How a job of any node is doing; asks its driver.
  [[nodiscard]] std::optional<Snapshot> look(std::string_view key) const;
  /// The jobs of all nodes, in order of start.
  [[nodiscard]] std::vector<Snapshot> list() const;
  /// Jobs that this node drives, and of those that have ended here the latest kMostFinished.
  struct Counts {
    std::size_t running = 0;
    std::size_t done = 0;
    std::size_t failed = 0;
    std::size_t cancelled = 0;
  };
  [[nodiscard]] Counts counts() const;
  /// Asks a job of any node to stop. False where there is none of this key.
  bool cancel(std::string_view key);
  /// Ends this node's part in all jobs, with which other nodes go on, if there are any. Returns at
  /// once; nothing is told of jobs from then on.
  void leave();
  /// Leaves and waits for the ends. What jobs use must live until then.
  void stop();

 private:
  struct Record;
  struct Running {
    std::shared_ptr<Job> job;
    std::thread thread;
  };
  [[nodiscard]] std::string new_key();
  std::shared_ptr<Job> make_job(const std::shared_ptr<Record>& record);
  void launch(const std::shared_ptr<Job>& job, const std::shared_ptr<Record>& record);
  void keep(Record& record, const Job& job, const std::function<wire::Bytes()>& state);
  void record_end(Record& record, const Snapshot& end);
  void commit(const Record& record, bool running);
  [[nodiscard]] Snapshot how_is(const store::Entry& entry) const;
  /// The jobs that the catalogue has given to this node. False where some are to be tried again.
  bool take_over_all();
  [[nodiscard]] bool knows(const std::string& key) const;
  /// False where it is to be tried again.
  bool take_over(const store::Entry& entry);
  void forget_old();

  Parts parts_;
  std::string tag_;
  std::uint64_t seed_;  ///< of the random part of keys
  std::map<std::string, Work, std::less<>> kinds_;
  mutable std::mutex mutex_;
  std::uint64_t counter_ = 0;
  bool stopped_ = false;
  std::set<std::string> starting_;  ///< in the catalogue perhaps, not yet in all_
  std::vector<Running> all_;
  /// Takes over jobs when members have left; last, so that it ends before what it uses.
  std::unique_ptr<store::PlacementWatcher> watcher_;
};

}  // namespace neve::job

#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include <neve/base/budget.hpp>
#include <neve/base/buffer.hpp>
#include <neve/base/ids.hpp>
#include <neve/store/catalog.hpp>

namespace neve::store {

/// Orders the commands of all nodes and applies them on each. Behind it: one lock for nodes of one
/// process; Raft between processes.
class Sequencer {
 public:
  virtual ~Sequencer() = default;
  /// Returns once the command is applied on the calling node.
  virtual Applied commit(const Command& command) = 0;
  /// Commits soon, of which nobody hears; for giving up leases, many of which go together.
  virtual void commit_later(Command command) = 0;
  /// Returns once every command that was acknowledged before the call, on whatever node, is applied
  /// on the calling node.
  virtual void sync() {}
};

class Store;

/// The sequencer of nodes in one process. Commands pass as bytes, as they would between processes.
class LocalSequencer final : public Sequencer {
 public:
  void add(Store& store);
  /// Later commands do not reach it any more.
  void remove(Store& store);
  void change_view(const cluster::View& view);
  Applied commit(const Command& command) override;
  void commit_later(Command command) override { commit(command); }

 private:
  std::mutex mutex_;
  std::vector<Store*> stores_;
};

/// One node's part of the data: the chunks it is home of, and its replica of the catalogue.
/// Catalogue changes go only through commit(), chunks only through put(). Thread-safe.
class Store {
 public:
  /// Both references outlive the store. Ids can be drawn once the node is a member.
  Store(Budget& budget, Sequencer& sequencer, NodeId self);

  /// Keeps a chunk here. Throws OutOfMemoryError where the budget does not hold it.
  void put(ColumnId column, GroupIndex group, SharedBuffer chunk);
  /// Null where this node does not hold it.
  [[nodiscard]] SharedBuffer find(ColumnId column, GroupIndex group) const;
  void drop(const std::vector<ColumnId>& columns);
  [[nodiscard]] std::int64_t chunk_bytes() const { return bytes_.load(std::memory_order_relaxed); }
  /// Bytes of these columns held here.
  [[nodiscard]] std::int64_t chunk_bytes(std::span<const ColumnId> columns) const;

  /// In this node's name.
  Applied commit(Command command);
  void commit_later(Command command);
  void sync() { sequencer_.sync(); }
  /// Called by the sequencer only, as is change_view.
  Applied apply(const Command& command);
  void change_view(const cluster::View& view);
  /// Takes over another replica's catalogue. Called by the sequencer only.
  void restore(std::span<const std::byte> snapshot);
  [[nodiscard]] const Catalog& catalog() const { return catalog_; }
  /// Waits until the catalogue as this node knows it fulfils the condition, which is looked at
  /// after every command. False where the time was up before.
  bool wait_for(const std::function<bool(const Catalog&)>& condition,
                std::chrono::milliseconds limit);
  /// Calls `listener` after each command that changed members or placements, on the thread that
  /// applied it, while the returned handle lives. It may not commit, nor wait.
  [[nodiscard]] std::shared_ptr<const void> on_placement_change(std::function<void()> listener);
  [[nodiscard]] Budget& budget() const { return budget_; }

  [[nodiscard]] ColumnId new_column_id() { return ColumnId(next_id()); }
  [[nodiscard]] LayoutId new_layout_id() { return LayoutId(next_id()); }
  /// Unique in the cluster while it lives; for scratch and names.
  [[nodiscard]] std::uint64_t next_id();
  /// Whether the member that drew the id has left.
  [[nodiscard]] bool writer_is_gone(std::uint64_t id) const;

 private:
  /// Drops what members that are gone have put here and never committed.
  void sweep();
  /// Drops chunks whose row groups live on other nodes, of placements changed after a version.
  void drop_elsewhere(std::uint64_t since);
  void tell_waiters();
  void tell_listeners();
  void note_members();
  struct Held {
    GroupIndex group;
    SharedBuffer chunk;
  };
  /// What this node has of a column. Wide frames have very many small chunks, so that there is
  /// little beside them.
  struct HeldColumn {
    std::vector<Held> chunks;  ///< by row group, ascending
    Reservation reservation;   ///< of all of them

    void put(GroupIndex group, SharedBuffer chunk, Reservation reserved);
    [[nodiscard]] SharedBuffer find(GroupIndex group) const;
    /// Moves groups [first, end) to `out`.
    void take(GroupIndex first, GroupIndex end, std::vector<Held>& out);
  };
  Budget& budget_;
  Sequencer& sequencer_;
  Catalog catalog_;
  NodeId self_;
  /// The number that the cluster has given this node, above the counter's bits; none yet: all ones.
  std::atomic<std::uint64_t> node_bits_{~std::uint64_t{0}};
  std::atomic<std::uint64_t> counter_{1};
  std::atomic<std::uint64_t> highest_number_{0};  ///< of a member so far
  std::atomic<std::int64_t> bytes_{0};
  mutable std::shared_mutex mutex_;
  std::unordered_map<ColumnId, HeldColumn> chunks_;
  std::mutex applied_mutex_;
  std::condition_variable applied_;
  std::mutex listeners_mutex_;
  std::list<std::function<void()>> listeners_;
};

class ColumnLease;

/// Where bytes are kept that must outlive the node that wrote them.
class Blobs {
 public:
  virtual ~Blobs() = default;
  /// The bytes are at all their homes when it returns, and live while the lease does or an entry
  /// names their column. Throws OutOfMemoryError, ClusterError.
  virtual std::pair<Blob, std::shared_ptr<const ColumnLease>> keep(
      std::span<const std::byte> bytes) = 0;
  /// Throws ClusterError where they are gone.
  virtual wire::Bytes fetch(const Blob& blob) = 0;
};

/// Bytes of any length inside a command, which is to stay small: short ones as they are, longer
/// ones as a blob. Whoever names it in an entry names its column.
struct Kept {
  wire::Bytes bytes = {};
  std::optional<Blob> blob = {};
  std::shared_ptr<const ColumnLease> lease = nullptr;  ///< of the blob; not part of the wire form
  template <class Archive>
  void fields(Archive& archive) {
    archive(bytes, blob);
  }
};
/// Throws what Blobs::keep throws.
Kept keep(Blobs& blobs, wire::Bytes bytes);
/// Throws what Blobs::fetch throws.
wire::Bytes fetch(Blobs& blobs, const Kept& kept);

/// Keeps columns alive while a driver uses them; gives them up when it goes. Shared by all frames
/// of one node that name the column.
class ColumnLease {
 public:
  /// Takes over columns that were committed with `new_columns` or `add_refs`.
  ColumnLease(Store& store, ColumnId column) : store_(store), column_(column) {}
  ~ColumnLease();
  ColumnLease(const ColumnLease&) = delete;
  ColumnLease& operator=(const ColumnLease&) = delete;

 private:
  Store& store_;
  ColumnId column_;
};

}  // namespace neve::store

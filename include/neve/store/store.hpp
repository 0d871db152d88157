#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <unordered_map>
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
  /// Returns once every command that was acknowledged before the call, on whatever node, is applied
  /// on the calling node.
  virtual void sync() {}
};

class Store;

/// The sequencer of nodes in one process. Commands pass as bytes, as they would between processes.
class LocalSequencer final : public Sequencer {
 public:
  void add(Store& store);
  Applied commit(const Command& command) override;

 private:
  std::mutex mutex_;
  std::vector<Store*> stores_;
};

/// One node's part of the data: the chunks it is home of, and its replica of the catalogue.
/// Catalogue changes go only through commit(), chunks only through put(). Thread-safe.
class Store {
 public:
  /// `node_number` makes ids of different nodes differ; both references outlive the store.
  Store(Budget& budget, Sequencer& sequencer, std::uint32_t node_number);

  /// Keeps a chunk here. Throws OutOfMemoryError where the budget does not hold it.
  void put(ColumnId column, GroupIndex group, SharedBuffer chunk);
  /// Null where this node does not hold it.
  [[nodiscard]] SharedBuffer find(ColumnId column, GroupIndex group) const;
  void drop(const std::vector<ColumnId>& columns);
  [[nodiscard]] std::int64_t chunk_bytes() const { return bytes_.load(std::memory_order_relaxed); }
  /// Bytes of one column held here.
  [[nodiscard]] std::int64_t chunk_bytes(ColumnId column) const;

  Applied commit(const Command& command) { return sequencer_.commit(command); }
  /// Called by the sequencer only.
  Applied apply(const Command& command);
  /// Takes over another replica's catalogue. Called by the sequencer only.
  void restore(std::span<const std::byte> snapshot);
  void sync() { sequencer_.sync(); }
  [[nodiscard]] const Catalog& catalog() const { return catalog_; }
  [[nodiscard]] Budget& budget() const { return budget_; }

  [[nodiscard]] ColumnId new_column_id() { return ColumnId(next_id()); }
  [[nodiscard]] LayoutId new_layout_id() { return LayoutId(next_id()); }
  /// Unique in the cluster while it lives; for scratch and names.
  [[nodiscard]] std::uint64_t next_id() { return node_bits_ | counter_.fetch_add(1); }

 private:
  struct Held {
    SharedBuffer chunk;
    Reservation reservation;
  };
  Budget& budget_;
  Sequencer& sequencer_;
  Catalog catalog_;
  std::uint64_t node_bits_;
  std::atomic<std::uint64_t> counter_{1};
  std::atomic<std::int64_t> bytes_{0};
  mutable std::shared_mutex mutex_;
  std::unordered_map<ColumnId, std::unordered_map<GroupIndex, Held>> chunks_;
};

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

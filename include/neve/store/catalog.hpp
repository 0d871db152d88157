#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <neve/base/ids.hpp>
#include <neve/base/wire.hpp>
#include <neve/cluster/cloud.hpp>
#include <neve/store/placement.hpp>

namespace neve::store {

/// What a name stands for.
enum class Kind : std::uint8_t {
  frame,
  model,
  metrics,
  upload,
  grid,
  other,
  job,
  series_index,
  automl,
  segments,
  partial_dependence
};

/// Bytes of any number that live like a column of their own, with as many copies: pieces of a fixed
/// size, each a row group. Whoever keeps one names its column.
struct Blob {
  ColumnId column = {};
  LayoutId layout = {};
  std::int64_t size = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(column, layout, size);
  }
};

/// A named object: its manifest (bytes that its kind knows how to read) and the columns it keeps
/// alive. `session` is set for temporaries, which end with their session. `owner` is set for what a
/// node works at: nobody else may replace it, and when that node leaves, another gets it.
struct Entry {
  std::string name;
  Kind kind = Kind::other;
  std::shared_ptr<const wire::Bytes> manifest;
  std::vector<ColumnId> columns;
  std::string session;
  std::optional<NodeId> owner = {};
  std::uint64_t version = 0;  ///< of the catalogue when the entry was put
  template <class Archive>
  void fields(Archive& archive) {
    archive(name, kind, manifest, columns, session, owner, version);
  }
};

/// Columns whose chunks were just put, held by their writer. With a layout: at all nodes of
/// `placement`, which must still be that layout's (or, where it is new, the current view's).
/// Without: bytes that only the writer holds.
struct NewColumns {
  std::vector<ColumnId> ids = {};
  LayoutId layout = {};
  PlacementPtr placement = nullptr;
  template <class Archive>
  void fields(Archive& archive) {
    archive(ids, layout, placement);
  }
};

/// A node has fetched the chunks of a run that it was to copy.
struct Arrival {
  LayoutId layout;
  std::int32_t first_group = 0;
  std::int32_t end_group = 0;
  NodeId node;
  std::uint64_t since = 0;  ///< when it was chosen
  template <class Archive>
  void fields(Archive& archive) {
    archive(layout, first_group, end_group, node, since);
  }
};

/// One change of the catalogue. All nodes apply the same commands in the same order; an apply
/// depends on nothing but the command and what was applied before.
struct Command {
  NodeId writer = {};                    ///< set by Store::commit; leases are counted by node
  std::vector<Entry> put = {};           ///< new or replaced names
  std::vector<std::string> remove = {};  ///< names; unknown ones are ignored
  std::vector<ColumnId> add_refs = {};   ///< a driver starts to use columns …
  std::vector<ColumnId> drop_refs = {};  ///< … or no longer does
  NewColumns new_columns = {};
  std::optional<std::string> open_session = {};
  std::optional<std::string> close_session = {};  ///< removes its temporaries too
  bool only_if_absent = false;              ///< refuse the whole command where a put name exists
  std::optional<std::int32_t> copies = {};  ///< how many nodes should hold each row group
  std::optional<Arrival> arrival = {};
  bool rebalance = false;  ///< even out where rows are, however little is to be gained
  template <class Archive>
  void fields(Archive& archive) {
    archive(writer, put, remove, add_refs, drop_refs, new_columns, open_session, close_session,
            only_if_absent, copies, arrival, rebalance);
  }
};

/// What an apply did.
struct Applied {
  bool accepted = true;  ///< false: nothing was changed
  std::uint64_t version = 0;
  std::vector<ColumnId> freed = {};  ///< columns that nothing refers to any more
  template <class Archive>
  void fields(Archive& archive) {
    archive(accepted, version, freed);
  }
};

/// Names, sessions, reference counts of columns, members and where row groups live: a deterministic
/// state machine, one replica per node. Thread-safe.
class Catalog {
 public:
  Applied apply(const Command& command);
  /// The members have changed, at the same place in the order of commands on every node. Leases of
  /// who is gone end, its copies are made elsewhere.
  Applied change_view(const cluster::View& view);
  [[nodiscard]] std::optional<Entry> find(std::string_view name) const;
  [[nodiscard]] std::vector<Entry> list(std::optional<Kind> kind = std::nullopt) const;
  /// Number of names.
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::vector<std::string> session_temporaries(std::string_view session) const;
  [[nodiscard]] bool has_session(std::string_view session) const;
  [[nodiscard]] std::vector<std::string> sessions() const;
  [[nodiscard]] std::uint64_t version() const;

  [[nodiscard]] std::shared_ptr<const cluster::View> view() const;
  /// How many nodes should hold each row group.
  [[nodiscard]] std::int32_t copies() const;
  /// Null for a layout that no column of the catalogue lies on.
  [[nodiscard]] PlacementPtr placement(LayoutId layout) const;
  [[nodiscard]] bool has_column(ColumnId id) const;
  /// What a node is to copy.
  struct Fetch {
    LayoutId layout;
    PlacementPtr placement;
    std::int32_t first_group = 0;
    std::int32_t end_group = 0;
    std::uint64_t since = 0;  ///< version at which the node was chosen
    std::vector<ColumnId> columns;
    /// What to tell the catalogue when all is there.
    [[nodiscard]] Arrival arrival(NodeId node) const {
      return {layout, first_group, end_group, node, since};
    }
  };
  [[nodiscard]] std::vector<Fetch> fetches_of(NodeId node) const;

  /// Where the column's row groups live; null for one that the catalogue has not.
  [[nodiscard]] PlacementPtr placement_of(ColumnId column) const;
  /// Row groups of columns that live on other nodes than this one.
  struct Elsewhere {
    std::int32_t first_group = 0;
    std::int32_t end_group = 0;
    std::vector<ColumnId> columns;
  };
  /// Those of layouts whose placement has changed since a version.
  [[nodiscard]] std::vector<Elsewhere> elsewhere(NodeId node, std::uint64_t since) const;
  /// How the copies of all frames are spread.
  struct Spread {
    std::int64_t missing_copies = 0;  ///< of runs of row groups, which are to be made or are on
                                      ///< their way
    std::int64_t lost_runs = 0;       ///< of which there is no copy any more
    std::map<NodeId, std::int64_t> row_groups = {};  ///< by node that holds or fetches them
    [[nodiscard]] std::int64_t groups_of(NodeId node) const;
  };
  [[nodiscard]] Spread spread() const;

  /// The whole state; equal states give equal bytes.
  [[nodiscard]] wire::Bytes snapshot() const;
  /// Replaces the state by one that is further on in the order of commands. Returns the columns
  /// that were known before and are no more. Throws InternalError on bytes that are no snapshot;
  /// the state is then unchanged.
  std::vector<ColumnId> restore(std::span<const std::byte> snapshot);

 private:
  struct ColumnState {
    LayoutId layout;
    std::int64_t names = 0;
    std::map<NodeId, std::int64_t> leases;
    template <class Archive>
    void fields(Archive& archive) {
      archive(layout, names, leases);
    }
  };
  struct Image;
  struct LayoutState {
    PlacementPtr placement;
    std::set<ColumnId> columns;
  };
  bool acceptable(const Command& command) const;
  bool placed_right(const NewColumns& columns) const;
  bool owned_right(const Entry& entry, NodeId writer) const;
  void add_columns(const Command& command);
  void drop_leases(const Command& command, Applied& applied);
  void put_entries(const Command& command, Applied& applied);
  /// Changes all placements, chooses who fetches missing copies, and evens out; strictly or where
  /// it is worth it.
  void refill(const std::function<bool(Placement&)>& change, bool strictly = false);
  void end_leases(NodeId gone, Applied& applied);
  void pass_on(NodeId gone);
  void note_arrival(const Arrival& arrival);
  void remove_name(const std::string& name, Applied& applied);
  void close_session(const std::string& session, Applied& applied);
  void free_if_unused(ColumnId id, Applied& applied);

  mutable std::shared_mutex mutex_;
  std::uint64_t version_ = 0;
  std::map<std::string, Entry, std::less<>> entries_;
  std::set<std::string, std::less<>> sessions_;
  std::int32_t copies_ = 1;
  std::shared_ptr<const cluster::View> view_ = std::make_shared<const cluster::View>();
  // Ordered, so that what is derived by going through them is the same on every node.
  std::map<ColumnId, ColumnState> columns_;
  std::map<LayoutId, LayoutState> layouts_;
};

}  // namespace neve::store

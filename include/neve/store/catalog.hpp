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
#include <unordered_map>
#include <vector>

#include <neve/base/ids.hpp>
#include <neve/base/wire.hpp>

namespace neve::store {

/// What a name stands for.
enum class Kind : std::uint8_t { frame, model, metrics, upload, grid, other };

/// A named object: its manifest (bytes that its kind knows how to read) and the columns it keeps
/// alive. `session` is set for temporaries, which end with their session.
struct Entry {
  std::string name;
  Kind kind = Kind::other;
  std::shared_ptr<const wire::Bytes> manifest;
  std::vector<ColumnId> columns;
  std::string session;
  std::uint64_t version = 0;  ///< of the catalogue when the entry was put
  template <class Archive>
  void fields(Archive& archive) {
    archive(name, kind, manifest, columns, session, version);
  }
};

/// One change of the catalogue. All nodes apply the same commands in the same order; an apply
/// depends on nothing but the command and what was applied before.
struct Command {
  std::vector<Entry> put = {};             ///< new or replaced names
  std::vector<std::string> remove = {};    ///< names; unknown ones are ignored
  std::vector<ColumnId> add_refs = {};     ///< a driver starts to use columns …
  std::vector<ColumnId> drop_refs = {};    ///< … or no longer does
  std::vector<ColumnId> new_columns = {};  ///< columns just written, held by their writer
  std::optional<std::string> open_session = {};
  std::optional<std::string> close_session = {};  ///< removes its temporaries too
  bool only_if_absent = false;  ///< refuse the whole command where a put name exists
  /// Of the view under which the writer put what the command speaks of: refused once a member was
  /// lost since. 0 where that does not matter.
  std::uint64_t epoch = 0;
  template <class Archive>
  void fields(Archive& archive) {
    archive(put, remove, add_refs, drop_refs, new_columns, open_session, close_session,
            only_if_absent, epoch);
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

/// Names, sessions and reference counts of columns: a deterministic state machine, one replica per
/// node. Thread-safe.
class Catalog {
 public:
  Applied apply(const Command& command);
  [[nodiscard]] std::optional<Entry> find(std::string_view name) const;
  [[nodiscard]] std::vector<Entry> list(std::optional<Kind> kind = std::nullopt) const;
  /// Number of names.
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::vector<std::string> session_temporaries(std::string_view session) const;
  [[nodiscard]] bool has_session(std::string_view session) const;
  [[nodiscard]] std::vector<std::string> sessions() const;
  [[nodiscard]] std::uint64_t version() const;

  /// The whole state; equal states give equal bytes.
  [[nodiscard]] wire::Bytes snapshot() const;
  /// Replaces the state by one that is further on in the order of commands. Returns the columns
  /// that were known before and are no more, in the order of their ids. Throws InternalError on
  /// bytes that are no snapshot; the state is then unchanged.
  std::vector<ColumnId> restore(std::span<const std::byte> snapshot);

 private:
  struct Image;
  bool acceptable(const Command& command) const;
  void remove_name(const std::string& name, Applied& applied);
  void drop(const std::vector<ColumnId>& columns, Applied& applied);

  mutable std::shared_mutex mutex_;
  std::uint64_t version_ = 0;
  std::map<std::string, Entry, std::less<>> entries_;
  std::set<std::string, std::less<>> sessions_;
  std::unordered_map<ColumnId, std::int64_t> references_;
};

}  // namespace neve::store

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <neve/base/ids.hpp>
#include <neve/base/wire.hpp>
#include <neve/frame/column_type.hpp>
#include <neve/frame/layout.hpp>
#include <neve/store/store.hpp>

namespace neve::frame {

/// The levels of a categorical column; code i stands for level i.
using Domain = std::vector<std::string>;
using DomainPtr = std::shared_ptr<const Domain>;

/// One immutable column. Copies share it; it lives while a frame of the catalogue or a lease names
/// it.
struct Column {
  ColumnId id;
  ColumnType type = ColumnType::numeric;
  DomainPtr domain = nullptr;                                 ///< categorical columns only
  std::shared_ptr<const store::ColumnLease> lease = nullptr;  ///< not part of the wire form

  [[nodiscard]] bool is_categorical() const { return type == ColumnType::categorical; }
  [[nodiscard]] std::int32_t cardinality() const {
    return domain ? static_cast<std::int32_t>(domain->size()) : 0;
  }
  template <class Archive>
  void fields(Archive& archive) {
    archive(id, type, domain);
  }
};

/// Named columns of one layout. A value: selecting, renaming and joining columns side by side make
/// a new one and copy no data. `key` is its name in the catalogue, empty while it has none.
class Frame {
 public:
  std::string key;
  std::vector<std::string> names;
  std::vector<Column> columns;
  LayoutPtr layout;

  [[nodiscard]] std::int64_t rows() const { return layout ? layout->rows() : 0; }
  [[nodiscard]] std::int32_t width() const { return static_cast<std::int32_t>(columns.size()); }
  [[nodiscard]] const Column& column(ColumnIndex index) const;
  [[nodiscard]] std::optional<ColumnIndex> find(std::string_view name) const;
  /// Throws InputError naming the frame and the column.
  [[nodiscard]] ColumnIndex require(std::string_view name) const;
  /// The columns at `picked`, in that order, without a key.
  [[nodiscard]] Frame select(std::span<const ColumnIndex> picked) const;
  void add(std::string name, Column column);

  template <class Archive>
  void fields(Archive& archive) {
    archive(key, names, columns, layout);
  }
};

/// Of all columns, in their order.
std::vector<ColumnId> column_ids(const Frame& frame);

/// Frames of the catalogue, as a node sees them. Thread-safe.
class Frames {
 public:
  Frames(store::Store& store, store::Blobs& blobs) : store_(store), blobs_(blobs) {}
  /// The frame of this name with leases on its columns; nothing if there is none of that name, or
  /// it is not a frame.
  [[nodiscard]] std::optional<Frame> find(std::string_view key) const;
  /// Throws InputError (404) naming `argument`.
  [[nodiscard]] Frame require(std::string_view key, std::string_view argument = "frame_id") const;
  /// Gives the frame its name, replacing what had it; a temporary ends with `session`.
  void publish(const Frame& frame, std::string session = {});
  [[nodiscard]] std::vector<std::string> keys() const;
  /// True where the name existed.
  bool remove(std::string_view key);

 private:
  [[nodiscard]] std::optional<Frame> read(const store::Entry& entry) const;

  store::Store& store_;
  store::Blobs& blobs_;
  /// Frames of many levels or columns, whose description is fetched from elsewhere.
  struct Fetched {
    std::uint64_t version = 0;
    Frame frame;
  };
  mutable std::mutex mutex_;
  mutable std::map<std::string, Fetched, std::less<>> fetched_;
};

}  // namespace neve::frame

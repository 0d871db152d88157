#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace neve {

/// An integer that cannot be mistaken for another kind of integer: a row number is not a column
/// number. `Tag` only names the kind. Compares and hashes as its representation.
template <class Tag, class Rep>
class StrongId {
 public:
  using Representation = Rep;
  constexpr StrongId() = default;
  constexpr explicit StrongId(Rep value) : value_(value) {}
  [[nodiscard]] constexpr Rep value() const { return value_; }
  friend constexpr auto operator<=>(StrongId, StrongId) = default;
  constexpr StrongId& operator++() {
    ++value_;
    return *this;
  }
  template <class Archive>
  void fields(Archive& archive) {
    archive(value_);
  }

 private:
  Rep value_{};
};

/// A row of a frame, counted from its first row.
using RowIndex = StrongId<struct RowIndexTag, std::int64_t>;
/// A column's position in a frame.
using ColumnIndex = StrongId<struct ColumnIndexTag, std::int32_t>;
/// A row group's position in a layout.
using GroupIndex = StrongId<struct GroupIndexTag, std::int32_t>;
/// A process start of a node; a restarted node has a new one.
using NodeId = StrongId<struct NodeIdTag, std::uint64_t>;
/// One immutable column, wherever frames name it.
using ColumnId = StrongId<struct ColumnIdTag, std::uint64_t>;
/// One set of row cuts and their placement.
using LayoutId = StrongId<struct LayoutIdTag, std::uint64_t>;

}  // namespace neve

template <class Tag, class Rep>
struct std::hash<neve::StrongId<Tag, Rep>> {
  std::size_t operator()(neve::StrongId<Tag, Rep> id) const noexcept {
    // Fibonacci hashing: ids are counters, neighbours must not share a bucket pattern.
    return static_cast<std::size_t>(static_cast<std::uint64_t>(id.value()) * 0x9E3779B97F4A7C15ULL);
  }
};

#pragma once

#include <cstdint>

namespace neve::frame {

/// What a column is to its users. `numeric` covers integers and reals (roll-ups
/// tell which); `bad` is a column without a single value.
enum class ColumnType : std::uint8_t { numeric, categorical, string, time, uuid, bad };

/// What a chunk stores; several column types may share one (a `bad` column is
/// of `numbers`). `bytes` have no rows: what is kept like a column and is none.
enum class ChunkKind : std::uint8_t { numbers, times, codes, text, uuids, bytes };

/// A universally unique identifier, as its two halves: text form is high then
/// low.
struct Uuid {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend bool operator==(const Uuid&, const Uuid&) = default;
};

}  // namespace neve::frame

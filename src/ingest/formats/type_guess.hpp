#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <neve/frame/column_type.hpp>

#include "ingest/formats/level_table.hpp"

namespace neve::ingest {

/// What the sampled cells of one column look like.
struct ColumnLooks {
  std::int64_t numbers = 0;  // but for zeros
  std::int64_t zeros = 0;
  std::int64_t texts = 0;
  std::int64_t times = 0;
  std::int64_t uuids = 0;
  std::int64_t empty = 0;
  LevelTable distinct;  // texts that are neither times nor UUIDs

  void add_text(std::string_view text);
  void merge(const ColumnLooks& other);
  /// The type that most of the cells have; `rows` is how many were sampled. H2O-3's order of tests:
  /// a column is numeric unless something else clearly prevails, and texts that hardly repeat are
  /// strings, others levels.
  [[nodiscard]] frame::ColumnType type(std::int64_t rows) const;
  /// Levels among which only zeros are numbers: there zero means missing.
  [[nodiscard]] bool zero_is_missing(std::int64_t rows) const;

 private:
  struct Known;
  // What each distinct text is, by its code in `seen_`.
  enum class Look : std::uint8_t { text, time, uuid };
  LevelTable seen_;
  std::vector<Look> looks_;
};

/// Whether a header's cell is no value: not a number as Java reads them, no time, no UUID.
bool may_be_name(std::string_view cell);

}  // namespace neve::ingest

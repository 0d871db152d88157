#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <neve/base/time_zone.hpp>

#include "ingest/formats/columnar/columnar_library.hpp"
#include "ingest/formats/range_parser.hpp"

namespace neve::ingest::columnar {

/// The type that a column of the file becomes where `wanted` is asked for; `bad`: nothing was.
/// H2O-3's rule: numbers and times stay what they are, and texts become no numbers. `guessed` is
/// what texts look like.
frame::ColumnType type_of(const Field& field, frame::ColumnType wanted, frame::ColumnType guessed);

/// Makes cells of one column's values, block by block, in the order of its rows.
class CellWriter {
 public:
  /// `column` has room for all rows; the first one is row `first_row` of its file, for messages.
  CellWriter(const Field& field, const ColumnPlan& plan, const ParsePlan& table, CellColumn& column,
             std::int64_t first_row);
  /// The column of a field, still without room.
  static CellColumn make(const Field& field, const ColumnPlan& plan);
  /// Rows [row, row + rows of the block).
  void write(const Values& values, std::size_t row);

 private:
  void write_numbers(const Values& values, std::size_t row);
  void write_codes(const Values& values, std::size_t row);
  void write_texts(const Values& values, std::size_t row);
  void write_times(const Values& values, std::size_t row);
  void write_uuids(const Values& values, std::size_t row);
  void map_levels(const Values& values);
  [[nodiscard]] bool is_missing(std::string_view text) const;
  std::int32_t code_of(std::string_view text, std::size_t row);
  void unreadable(std::size_t row);
  void note_bad_utf8(std::size_t row);
  [[nodiscard]] std::int64_t moment(std::int64_t utc) const;
  template <class Use>
  void each_text(const Values& values, std::size_t row, const Use& use);

  const Field& field_;
  const ColumnPlan& plan_;
  const ParsePlan& table_;
  CellColumn& column_;
  std::int64_t first_row_;
  const void* levels_of_ = nullptr;
  std::vector<std::int32_t> level_codes_;  // of each entry of the dictionary at hand
};

}  // namespace neve::ingest::columnar

#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <neve/schema/json_writer.hpp>

namespace neve::schema {

/// A table for people (H2O's TwoDimTable): typed columns with printf formats, cells column by
/// column. Row headers are a first column with the name "".
struct Table {
  /// Empty is null: "not there", as in a score that was not taken.
  using Cell = std::variant<std::monostate, std::int64_t, double, float, std::string>;
  struct Column {
    std::string name;
    std::string type = "string";  ///< string, int, long, float or double
    std::string format = "%s";
    std::string description = {};
    std::vector<Cell> cells = {};
    template <class Archive>
    void fields(Archive& archive) {
      archive(name, type, format, description);
      auto count = static_cast<std::uint64_t>(cells.size());
      archive(count);
      // Cell by cell, as what is read may say any number.
      if (cells.size() > count) cells.resize(count);
      for (std::uint64_t i = 0; i < count; ++i) {
        if (i == cells.size()) cells.emplace_back();
        cell_fields(archive, cells[i]);
      }
    }
  };
  std::string name;
  std::string description = {};
  std::vector<Column> columns = {};

  [[nodiscard]] std::size_t rows() const { return columns.empty() ? 0 : columns[0].cells.size(); }
  /// Appends one row; the number of cells must be the number of columns.
  void add_row(std::vector<Cell> cells);

  template <class Archive>
  void fields(Archive& archive) {
    archive(name, description, columns);
  }

 private:
  template <class Archive>
  static void cell_fields(Archive& archive, Cell& cell) {
    auto kind = static_cast<std::uint8_t>(cell.index());
    archive(kind);
    if (kind != cell.index()) cell = empty_cell(kind);
    std::visit(
        [&archive](auto& held) {
          if constexpr (!std::is_same_v<std::decay_t<decltype(held)>, std::monostate>)
            archive(held);
        },
        cell);
  }
  static Cell empty_cell(std::uint8_t kind);
};

void write_table(const Table& table, JsonWriter& out);

}  // namespace neve::schema

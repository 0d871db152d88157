#include <neve/schema/table.hpp>

#include <neve/base/error.hpp>
#include <neve/schema/schema.hpp>

namespace neve::schema {
namespace {

struct WriteCell {
  JsonWriter& out;
  void operator()(std::monostate /*empty*/) const { out.null(); }
  void operator()(const auto& held) const { out.value(held); }
};

void write_column(const Table::Column& column, JsonWriter& out) {
  out.begin_object();
  write_meta("ColumnSpecsBase", "Iced", -1, out);
  const std::pair<std::string_view, const std::string&> members[] = {
      {"name", column.name},
      {"type", column.type},
      {"format", column.format},
      {"description", column.description}};
  for (const auto& [name, text] : members) {
    if (!out.key(name)) continue;
    out.value(text);
    out.end_member();
  }
  out.end_object();
}

}  // namespace

void Table::add_row(std::vector<Cell> cells) {
  NEVE_CHECK(cells.size() == columns.size(), "row width of table " + name);
  for (std::size_t i = 0; i < cells.size(); ++i) columns[i].cells.push_back(std::move(cells[i]));
}

Table::Cell Table::empty_cell(std::uint8_t kind) {
  switch (kind) {
    case 0:
      return std::monostate();
    case 1:
      return std::int64_t{0};
    case 2:
      return 0.0;
    case 3:
      return 0.0F;
    case 4:
      return std::string();
    default:
      throw InternalError("a table cell of unknown kind");
  }
}

void write_table(const Table& table, JsonWriter& out) {
  out.begin_object();
  write_meta("TwoDimTableV3", "TwoDimTable", 3, out);
  const auto member = [&out](std::string_view name, auto write) {
    if (!out.key(name)) return;
    write();
    out.end_member();
  };
  member("name", [&] { out.value(table.name); });
  member("description", [&] { out.value(table.description); });
  member("columns", [&] {
    out.begin_array();
    for (const Table::Column& column : table.columns) write_column(column, out);
    out.end_array();
  });
  member("rowcount", [&] { out.value(static_cast<std::int64_t>(table.rows())); });
  member("data", [&] {
    out.begin_array();
    for (const Table::Column& column : table.columns) {
      out.begin_array();
      for (const Table::Cell& cell : column.cells) std::visit(WriteCell{out}, cell);
      out.end_array();
    }
    out.end_array();
  });
  out.end_object();
}

}  // namespace neve::schema

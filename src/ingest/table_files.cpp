#include "ingest/table_files.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

#include <neve/base/error.hpp>

#include "ingest/formats/format_sniff.hpp"
#include "ingest/formats/source_position.hpp"

namespace neve::ingest {

namespace {

bool same_name(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  });
}

bool same_names(const std::vector<std::string>& left, const std::vector<std::string>& right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), same_name);
}

class Warnings {
 public:
  Warnings(const std::vector<TableFile>& files, const TablePlan& plan)
      : files_(files), plan_(plan) {}

  std::vector<std::string> tell(const Oddities& oddities) {
    tell_rows(oddities);
    for (std::size_t c : plan_.kept) {
      if (told_.size() >= kMostWarnings || c >= oddities.columns.size()) break;
      tell_unreadable(c, oddities.columns[c].unreadable);
      tell_encoding(c, oddities.columns[c].bad_utf8);
    }
    return std::move(told_);
  }

 private:
  static constexpr std::size_t kMostWarnings = 20;  // each reads the file up to its place

  [[nodiscard]] std::string place(const Finding& finding) const {
    const ByteSource& source = *files_.at(finding.file).source;
    if (plan_.parse.columnar) return source.name() + ", row " + std::to_string(finding.offset);
    return describe_position(source, finding.offset);
  }
  void tell_unreadable(std::size_t column, const Finding& cells) {
    if (cells.count == 0) return;
    told_.push_back(place(cells) + ": the cell is no value of column '" + plan_.names[column] +
                    "' of type " + std::string(type_word(plan_.parse.columns[column].type)) + "; " +
                    std::to_string(cells.count) +
                    (cells.count == 1 ? " such cell is missing." : " such cells are missing."));
  }
  void tell_encoding(std::size_t column, const Finding& cells) {
    if (cells.count == 0) return;
    told_.push_back(place(cells) + ": the text of column '" + plan_.names[column] +
                    "' is not UTF-8; such bytes are written as <0x…>.");
  }
  void tell_rows(const Oddities& oddities) {
    const Finding& rows = oddities.long_rows;
    if (rows.count != 0) {
      told_.push_back(
          place(rows) + ": the row has more cells than there are columns; the surplus of " +
          std::to_string(rows.count) + (rows.count == 1 ? " row" : " rows") + " is dropped.");
    }
    if (oddities.text_after_quote.count != 0) {
      told_.push_back(place(oddities.text_after_quote) +
                      ": there is text behind a closing quote; it was kept as part of its cell.");
    }
  }

  const std::vector<TableFile>& files_;
  const TablePlan& plan_;
  std::vector<std::string> told_;
};

/// Where the rows begin of a file that declares its columns; nothing for one that does not.
/// `columns` are those of the first such file, once there is one.
std::optional<std::int64_t> behind_declarations(const ByteSource& source, const TablePlan& plan,
                                                std::optional<Declarations>& columns) {
  const RecognisedText text = recognise_text(source, plan.parse_type);
  if (!text.declared) return std::nullopt;
  const auto refuse = [&](const std::string& what) {
    throw InputError::bad_request(source.name() + ", line 1, column 1: " + what);
  };
  const std::string_view type = text.format.parse_type;
  if (&text.format != plan.format) {
    refuse("the file is of parse_type " + std::string(type) + ", but " +
           std::string(plan.format->parse_type) + " was given; take what ParseSetup answers.");
  }
  const Declarations& declared = *text.declared;
  if (!declared.names.empty() && declared.names.size() != plan.parse.cells()) {
    refuse("the file declares " + std::to_string(declared.names.size()) + " columns, not " +
           std::to_string(plan.parse.cells()) + ".");
  }
  if (columns && (columns->names != declared.names || columns->types != declared.types)) {
    refuse("the file declares other columns than the files before it.");
  }
  columns = declared;
  return declared.data_start;
}

}  // namespace

std::vector<TableFile> find_rows(const std::vector<ByteSourcePtr>& sources, const TablePlan& plan) {
  std::vector<TableFile> files;
  std::vector<std::string> first_header;
  std::optional<Declarations> columns;
  std::vector<std::string> names = plan.names;
  names.resize(plan.parse.cells());
  RangeParser parser(plan.parse);
  for (const ByteSourcePtr& source : sources) {
    char first[512] = {};  // enough for a line of any format that is refused
    const std::string_view beginning(first, source->read(0, first));
    refuse_foreign_format(source->name(), beginning);
    const std::optional<std::int64_t> behind = behind_declarations(*source, plan, columns);
    const auto start = behind.value_or(static_cast<std::int64_t>(byte_order_mark(beginning)));
    files.push_back({source, start});
    if (!plan.has_header) continue;
    std::vector<std::string> header;
    const std::int64_t first_row =
        parser.look_at_rows(*source, start, [&](std::span<const LooseCell> cells) {
          for (const LooseCell& cell : cells) header.push_back(cell.text);
          return false;
        });
    const bool is_header =
        files.size() == 1 || same_names(header, first_header) || same_names(header, names);
    if (files.size() == 1) first_header = std::move(header);
    if (is_header) files.back().data_start = first_row;
  }
  return files;
}

std::vector<std::string> warnings_of(const Oddities& oddities, const std::vector<TableFile>& files,
                                     const TablePlan& plan) {
  return Warnings(files, plan).tell(oddities);
}

}  // namespace neve::ingest

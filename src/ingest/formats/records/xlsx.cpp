#include "ingest/formats/records/xlsx.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include <neve/base/error.hpp>

#include "ingest/formats/records/sheet_rows.hpp"
#include "ingest/formats/records/sheet_texts.hpp"
#include "ingest/formats/records/xml_reader.hpp"
#include "ingest/sources/unpack_stream.hpp"

namespace neve::ingest {

namespace {

constexpr std::size_t kMostColumns = 16'384;  // of a sheet, by the standard
constexpr std::int64_t kMostRows = 1'048'576;
constexpr std::size_t kLongestText = std::size_t{1} << 20;  // of a cell; the standard has 32,767

template <class Number>
Number number_in(std::string_view text, Number otherwise) {
  Number value = otherwise;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

bool is_true(std::string_view text) { return text == "1" || text == "true"; }

/// "BC12" is column 54; nothing where there are no letters, or too many.
std::optional<std::size_t> column_of(std::string_view reference) {
  std::size_t column = 0;
  std::size_t letters = 0;
  while (letters < reference.size() && reference[letters] >= 'A' && reference[letters] <= 'Z') {
    column = 26 * column + static_cast<std::size_t>(reference[letters++] - 'A') + 1;
    if (column > kMostColumns) return std::nullopt;
  }
  if (letters == 0) return std::nullopt;
  return column - 1;
}

/// One sheet's cells, as its XML tells them.
class SheetReader {
 public:
  SheetReader(const SheetTexts& texts, const std::vector<bool>& dates, bool from_1904,
              SheetRows& rows)
      : texts_(texts), dates_(dates), from_1904_(from_1904), rows_(rows) {}

  /// Why the sheet is wrong; empty: it is not.
  [[nodiscard]] const std::string& error() const { return error_; }

  void begin(std::string_view element, const XmlAttributes& attributes) {
    if (element == "row") return begin_row(attributes);
    if (element == "c") return begin_cell(attributes);
    if (element == "v" || (element == "t" && !phonetic_)) taking_ = true;
    if (element == "rPh") phonetic_ = true;
  }
  void end(std::string_view element) {
    if (element == "v" || element == "t") taking_ = false;
    if (element == "rPh") phonetic_ = false;
    if (element == "c") end_cell();
    if (element == "row" && error_.empty()) rows_.end_row(row_);
  }
  void characters(std::string_view text) {
    if (!taking_) return;
    if (value_.size() + text.size() > kLongestText) return fail("holds more than 1 MB of text");
    value_ += text;
  }

 private:
  void fail(const std::string& why) {
    if (!error_.empty()) return;
    error_ =
        "row " + std::to_string(row_ + 1) + ", column " + std::to_string(column_ + 1) + " " + why;
  }
  void begin_row(const XmlAttributes& attributes) {
    const std::string_view number = attributes.get("r");
    const std::int64_t row = number.empty() ? row_ + 1 : number_in<std::int64_t>(number, 0) - 1;
    if (row <= row_ || row >= kMostRows) return fail("is followed by a row out of order");
    row_ = row;
    next_column_ = 0;
  }
  void begin_cell(const XmlAttributes& attributes) {
    const std::string_view reference = attributes.get("r");
    const auto column =
        reference.empty() ? next_column_ : column_of(reference).value_or(kMostColumns);
    if (column < next_column_ || column >= kMostColumns)
      return fail("is followed by a cell out of order");
    column_ = column;
    next_column_ = column + 1;
    type_ = attributes.get("t");
    style_ = number_in<std::size_t>(attributes.get("s"), 0);
    value_.clear();
  }
  void end_cell() {
    if (!error_.empty() || type_ == "e") return;
    if (type_ == "inlineStr" || type_ == "str") return rows_.put_text(column_, value_);
    if (value_.empty()) return;
    if (type_ == "s") return put_shared();
    if (type_ == "b") return rows_.put_word(column_, is_true(value_) ? "TRUE" : "FALSE");
    if (type_ == "d") return rows_.put_word(column_, plain_date());
    put_number();
  }
  void put_shared() {
    const auto number = number_in<std::size_t>(value_, texts_.size());
    if (number >= texts_.size()) return fail("names a text that there is not");
    rows_.put_text(column_, texts_.at(number));
  }
  /// ISO 8601, without the T and the zone of the standard's form.
  std::string plain_date() {
    std::string date = value_.substr(0, value_.find('Z'));
    std::ranges::replace(date, 'T', ' ');
    const bool plain = date.find_first_not_of("0123456789-:. ") == date.npos;
    if (!plain) fail("holds no date");
    return date;
  }
  void put_number() {
    double value = 0;
    const char* end = value_.data() + value_.size();
    const auto read = std::from_chars(value_.data(), end, value);
    if (read.ec != std::errc() || read.ptr != end) return fail("holds no number");
    const bool date = style_ < dates_.size() && dates_[style_];
    date ? rows_.put_date(column_, value, from_1904_) : rows_.put_number(column_, value);
  }

  const SheetTexts& texts_;
  const std::vector<bool>& dates_;
  bool from_1904_;
  SheetRows& rows_;
  std::string error_;
  std::string type_;
  std::string value_;
  std::size_t style_ = 0;
  std::size_t column_ = 0;
  std::size_t next_column_ = 0;
  std::int64_t row_ = -1;
  bool taking_ = false;
  bool phonetic_ = false;
};

class Workbook {
 public:
  Workbook(const ByteSource& file, ZipArchive& archive, Budget& budget)
      : file_(file), archive_(archive), texts_(budget, "The texts of " + file.name()) {}

  void read(RecordText& text) {
    read_book();
    read_links();
    read_styles();
    read_texts();
    SheetRows rows(text);
    SheetReader sheet(texts_, dates_, from_1904_, rows);
    const auto more = [&] {
      if (!sheet.error().empty()) wrong(sheet_part_, sheet.error());
      return !text.full();
    };
    read_part(sheet_part_,
              {.begin = [&](auto element, const auto& given) { sheet.begin(element, given); },
               .end = [&](auto element) { sheet.end(element); },
               .characters = [&](auto characters) { sheet.characters(characters); }},
              more);
  }

 private:
  [[noreturn]] void wrong(const std::string& part, const std::string& why) const {
    throw InputError::illegal_argument(file_.name() + ", " + part + ": " + why +
                                       "; save the workbook again.");
  }

  /// Reads a part while `more`; false where there is none.
  bool read_part(
      const std::string& part, XmlHandlers handlers,
      const std::function<bool()>& more = [] { return true; }) {
    XmlReader reader(std::move(handlers));
    bool stopped = false;
    const bool there = archive_.read(part, [&](std::string_view piece) {
      if (const auto error = reader.read(piece)) wrong(part, *error);
      stopped = !more();
      return !stopped;
    });
    if (!there || stopped) return there;
    if (const auto error = reader.finish()) wrong(part, *error);
    return true;
  }

  void read_book() {
    const auto begin = [&](std::string_view element, const XmlAttributes& given) {
      if (element == "workbookPr") from_1904_ = is_true(given.get("date1904"));
      if (element == "sheet" && sheet_link_.empty()) sheet_link_ = given.get("r:id");
    };
    read_part("xl/workbook.xml", {.begin = begin, .end = [](auto) {}, .characters = [](auto) {}});
    if (sheet_link_.empty()) wrong("xl/workbook.xml", "there is no sheet");
  }
  void read_links() {
    const std::string part = "xl/_rels/workbook.xml.rels";
    const auto begin = [&](std::string_view element, const XmlAttributes& given) {
      if (element != "Relationship") return;
      const std::string_view target = given.get("Target");
      const std::string path =
          target.starts_with('/') ? std::string(target.substr(1)) : "xl/" + std::string(target);
      if (given.get("Id") == sheet_link_) sheet_part_ = path;
      if (given.get("Type").ends_with("/sharedStrings")) texts_part_ = path;
      if (given.get("Type").ends_with("/styles")) styles_part_ = path;
    };
    read_part(part, {.begin = begin, .end = [](auto) {}, .characters = [](auto) {}});
    if (!archive_.has(sheet_part_)) wrong(part, "the first sheet is not in the file");
  }
  /// Which styles of cells show dates.
  void read_styles() {
    std::map<int, bool> formats;
    bool of_cells = false;
    const auto begin = [&](std::string_view element, const XmlAttributes& given) {
      const int number = number_in<int>(given.get("numFmtId"), 0);
      if (element == "numFmt") formats[number] = is_date_format(given.get("formatCode"));
      if (element == "cellXfs") of_cells = true;
      if (element != "xf" || !of_cells) return;
      const auto own = formats.find(number);
      dates_.push_back(own != formats.end() ? own->second : is_date_format(number));
    };
    const auto end = [&](std::string_view element) { of_cells = of_cells && element != "cellXfs"; };
    if (!styles_part_.empty()) {
      read_part(styles_part_, {.begin = begin, .end = end, .characters = [](auto) {}});
    }
  }
  void read_texts() {
    bool taking = false;
    bool phonetic = false;
    const auto begin = [&](std::string_view element, const XmlAttributes&) {
      if (element == "rPh") phonetic = true;
      taking = element == "t" && !phonetic;
    };
    const auto end = [&](std::string_view element) {
      taking = false;
      if (element == "rPh") phonetic = false;
      if (element == "si") texts_.end_text();
    };
    const auto characters = [&](std::string_view text) {
      if (taking) texts_.append(text);
    };
    if (!texts_part_.empty()) {
      read_part(texts_part_, {.begin = begin, .end = end, .characters = characters});
    }
  }

  const ByteSource& file_;
  ZipArchive& archive_;
  SheetTexts texts_;
  std::vector<bool> dates_;  // by style
  bool from_1904_ = false;
  std::string sheet_link_;
  std::string sheet_part_;
  std::string texts_part_;
  std::string styles_part_;
};

}  // namespace

bool is_xlsx(const ZipArchive& archive) { return archive.has("xl/workbook.xml"); }

void read_xlsx(const ByteSource& file, ZipArchive& archive, Budget& budget, RecordText& text) {
  Workbook(file, archive, budget).read(text);
}

}  // namespace neve::ingest

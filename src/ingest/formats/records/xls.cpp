#include "ingest/formats/records/xls.hpp"

#include <bit>
#include <map>
#include <optional>

#include <neve/base/error.hpp>

#include "ingest/formats/records/compound_file.hpp"
#include "ingest/formats/records/sheet_rows.hpp"
#include "ingest/formats/records/sheet_texts.hpp"
#include "ingest/formats/records/xls_records.hpp"

namespace neve::ingest {

namespace {

using namespace std::string_view_literals;
constexpr std::string_view kMagic = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv;

namespace type {
constexpr std::uint16_t kFormula = 0x0006;
constexpr std::uint16_t kEnd = 0x000A;
constexpr std::uint16_t kDateMode = 0x0022;
constexpr std::uint16_t kPassword = 0x002F;
constexpr std::uint16_t kSheet = 0x0085;
constexpr std::uint16_t kManyRk = 0x00BD;
constexpr std::uint16_t kStyle = 0x00E0;
constexpr std::uint16_t kTexts = 0x00FC;
constexpr std::uint16_t kTextNumber = 0x00FD;
constexpr std::uint16_t kNumber = 0x0203;
constexpr std::uint16_t kText = 0x0204;
constexpr std::uint16_t kTruth = 0x0205;
constexpr std::uint16_t kFormulaText = 0x0207;
constexpr std::uint16_t kRk = 0x027E;
constexpr std::uint16_t kFormat = 0x041E;
constexpr std::uint16_t kBegin = 0x0809;
}  // namespace type

/// A number in 30 bits: the upper ones of a double, or an integer; perhaps 100 times too large.
double rk_value(std::uint32_t rk) {
  const bool hundredths = (rk & 1U) != 0;
  const bool integer = (rk & 2U) != 0;
  const double value = integer ? static_cast<double>(static_cast<std::int32_t>(rk) >> 2)
                               : std::bit_cast<double>(std::uint64_t{rk & ~3U} << 32U);
  return hundredths ? value / 100 : value;
}

class Workbook {
 public:
  Workbook(const ByteSource& file, std::string_view stream, Budget& budget, RecordText& text)
      : file_(file),
        records_(stream),
        texts_(budget, "The texts of " + file.name()),
        text_(text),
        rows_(text) {}

  void read() {
    check_version();
    while (next() && record_.type != type::kEnd) read_global();
    if (!sheet_at_) wrong("there is no sheet of cells");
    records_.move_to(*sheet_at_);
    check_version();
    while (next() && record_.type != type::kEnd && !text_.full()) read_cell_record();
    if (row_ >= 0 && !text_.full()) rows_.end_row(row_);
  }

 private:
  [[noreturn]] void wrong(const std::string& why) const {
    throw InputError::illegal_argument(file_.name() + ", stream Workbook, byte " +
                                       std::to_string(record_.at) + ": the XLS data is damaged (" +
                                       why + "); save the workbook again.");
  }
  /// Throws where the stream ends before a record that says that something does.
  bool next() {
    if (!records_.next(record_)) {
      record_.at = records_.at();
      wrong("it ends early");
    }
    return true;
  }
  void check_version() {
    constexpr std::uint16_t kBiff8 = 0x0600;
    next();
    XlsBytes bytes(record_);
    if (record_.type != type::kBegin) wrong("a part does not begin as such");
    if (bytes.u16() != kBiff8) {
      throw InputError::unsupported(file_.name() +
                                    ": this workbook is of an Excel before 97; save it as XLSX.");
    }
  }

  void read_global() {
    XlsBytes bytes(record_);
    switch (record_.type) {
      case type::kPassword:
        throw InputError::unsupported(file_.name() +
                                      ": this workbook has a password; save it without.");
      case type::kDateMode:
        from_1904_ = bytes.u16() == 1;
        break;
      case type::kFormat: {
        const std::uint16_t number = bytes.u16();
        formats_[number] = is_date_format(bytes.text(bytes.u16()));
        break;
      }
      case type::kStyle: {
        bytes.skip(2);
        const std::uint16_t format = bytes.u16();
        styles_.push_back(format);
        break;
      }
      case type::kSheet: {
        const std::uint32_t at = bytes.u32();
        bytes.skip(1);
        const bool of_cells = bytes.u8() == 0;
        if (of_cells && !sheet_at_) sheet_at_ = at;
        break;
      }
      case type::kTexts:
        read_texts(bytes);
        break;
      default:
        return;
    }
    if (bytes.cut()) wrong("a record ends early");
  }
  void read_texts(XlsBytes& bytes) {
    bytes.skip(4);
    const std::uint32_t count = bytes.u32();
    for (std::uint32_t i = 0; i < count && !bytes.cut(); ++i) {
      const std::uint16_t units = bytes.u16();
      texts_.append(bytes.text(units));
      texts_.end_text();
    }
  }

  void read_cell_record() {
    XlsBytes bytes(record_);
    switch (record_.type) {
      case type::kNumber:
        begin_cell(bytes);
        put_number(bytes.f64());
        break;
      case type::kRk:
        begin_cell(bytes);
        put_number(rk_value(bytes.u32()));
        break;
      case type::kManyRk:
        read_many(bytes);
        break;
      case type::kTextNumber: {
        begin_cell(bytes);
        const std::uint32_t number = bytes.u32();
        if (number >= texts_.size()) wrong("a cell names a text that there is not");
        rows_.put_text(column_, texts_.at(number));
        break;
      }
      case type::kText:
        begin_cell(bytes);
        rows_.put_text(column_, bytes.text(bytes.u16()));
        break;
      case type::kTruth:
        begin_cell(bytes);
        put_truth(bytes);
        break;
      case type::kFormula:
        begin_cell(bytes);
        put_result(bytes);
        break;
      case type::kFormulaText:
        if (row_ < 0) wrong("a text belongs to no cell");
        rows_.put_text(column_, bytes.text(bytes.u16()));
        break;
      default:
        return;
    }
    if (bytes.cut()) wrong("a record ends early");
  }
  void begin_cell(XlsBytes& bytes) {
    constexpr std::size_t kMostColumns = 256;
    const std::int64_t row = bytes.u16();
    column_ = bytes.u16();
    style_ = bytes.u16();
    if (column_ >= kMostColumns) wrong("a cell is in a column that there is not");
    if (row < row_) wrong("rows are out of order");
    if (row > row_ && row_ >= 0) rows_.end_row(row_);
    row_ = row;
  }
  void put_number(double value) {
    const std::uint16_t format = style_ < styles_.size() ? styles_[style_] : 0;
    const auto own = formats_.find(format);
    const bool date = own != formats_.end() ? own->second : is_date_format(int{format});
    date ? rows_.put_date(column_, value, from_1904_) : rows_.put_number(column_, value);
  }
  void read_many(XlsBytes& bytes) {
    begin_cell(bytes);
    // Behind the last number there is the number of its column.
    for (std::size_t left = record_.parts.front().size(); left >= 6 + 6; left -= 6) {
      put_number(rk_value(bytes.u32()));
      const std::uint16_t style = bytes.u16();
      if (left < 6 + 6 + 6) break;
      style_ = style;
      if (++column_ > 255) wrong("a cell is in a column that there is not");
    }
  }
  void put_truth(XlsBytes& bytes) {
    const bool truth = bytes.u8() != 0;
    const bool error = bytes.u8() != 0;
    if (!error) rows_.put_word(column_, truth ? "TRUE" : "FALSE");
  }
  /// A double, or what it says in its first byte, and its third, if the last two are FF.
  void put_result(XlsBytes& bytes) {
    const double number = bytes.f64();
    const auto bits = std::bit_cast<std::uint64_t>(number);
    if (bits >> 48U != 0xFFFFU) return put_number(number);
    constexpr std::uint64_t kTruth = 1;
    if ((bits & 0xFFU) != kTruth) return;  // a text, which follows; an error; nothing
    rows_.put_word(column_, (bits >> 16U & 0xFFU) != 0 ? "TRUE" : "FALSE");
  }

  const ByteSource& file_;
  XlsRecords records_;
  XlsRecord record_;
  SheetTexts texts_;
  RecordText& text_;
  SheetRows rows_;
  std::map<std::uint16_t, bool> formats_;  // whether they show dates
  std::vector<std::uint16_t> styles_;      // their formats
  bool from_1904_ = false;
  std::optional<std::uint32_t> sheet_at_;
  std::int64_t row_ = -1;
  std::size_t column_ = 0;
  std::size_t style_ = 0;
};

}  // namespace

bool is_xls(std::string_view first_bytes) { return first_bytes.starts_with(kMagic); }

void read_xls(const ByteSource& file, Budget& budget, RecordText& text) {
  CompoundFile parts(file, budget);
  const auto stream = parts.stream("Workbook");
  if (!stream) {
    throw InputError::unsupported(file.name() +
                                  ": this Office file holds no workbook of Excel 97 or later; save "
                                  "the sheet as XLSX or CSV.");
  }
  Workbook(file, stream->view(), budget, text).read();
}

}  // namespace neve::ingest

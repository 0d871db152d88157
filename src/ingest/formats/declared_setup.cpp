#include "ingest/formats/declared_setup.hpp"

#include <algorithm>
#include <array>

#include <neve/base/error.hpp>
#include <neve/base/java_number.hpp>

#include "ingest/formats/cell_columns.hpp"
#include "ingest/formats/format_sniff.hpp"
#include "ingest/formats/range_parser.hpp"
#include "ingest/formats/text_format.hpp"
#include "ingest/sources/memory_source.hpp"

namespace neve::ingest {

namespace {

/// A file's sample, and what it says of itself.
struct Looked {
  ByteSourcePtr source;
  RecognisedText text;
  std::int64_t data_start = 0;
};

Looked look_at(const Sample& sample, std::string_view said) {
  std::string_view bytes = sample.bytes;
  if (!sample.whole) bytes = bytes.substr(0, bytes.find_last_of("\r\n") + 1);  // npos + 1 is 0
  auto source = std::make_shared<const MemorySource>(sample.name, bytes);
  RecognisedText text = recognise_text(*source, said);
  const auto data_start =
      text.declared ? text.declared->data_start : static_cast<std::int64_t>(byte_order_mark(bytes));
  return {std::move(source), std::move(text), data_start};
}

using Row = std::vector<std::string>;
constexpr std::size_t kShownColumns = 100;  // of rows of pairs, as many as H2O-3 shows

/// The first rows of a file, at most `most`.
std::vector<Row> first_rows(const Looked& file, const Dialect& dialect, std::size_t most) {
  std::vector<Row> rows;
  if (most == 0) return rows;
  ParsePlan plan;
  plan.dialect = dialect;
  RangeParser parser(plan);
  parser.look_at_rows(*file.source, file.data_start, [&](std::span<const LooseCell> cells) {
    Row& row = rows.emplace_back();
    for (const LooseCell& cell : cells) row.push_back(readable_utf8(cell.text));
    return rows.size() < most;
  });
  return rows;
}

/// The separator that cuts the first row into as many cells as there are columns.
unsigned char find_separator(const Looked& file, Dialect dialect, std::size_t columns) {
  constexpr std::array<unsigned char, 5> kSeparators = {',', '\t', ' ', ';', '|'};
  for (unsigned char separator : kSeparators) {
    dialect.separator = separator;
    const std::vector<Row> rows = first_rows(file, dialect, 1);
    if (rows.empty() || rows[0].size() == columns) return separator;
  }
  return ',';
}

void check_same(const Looked& first, const Looked& other) {
  const Declarations& left = *first.text.declared;
  const Declarations& right = *other.text.declared;
  if (left.names == right.names && left.types == right.types) return;
  throw InputError::illegal_argument("The files " + first.source->name() + " and " +
                                     other.source->name() +
                                     " declare different columns; those of one frame are equal.");
}

void check_type(const std::string& said, const Looked& file) {
  const TextFormat& seen = file.text.format;
  if (said == "GUESS" || &text_format(said) == &seen) return;
  throw InputError::illegal_argument(
      file.source->name() + ", line 1, column 1: this does not begin as a file of parse_type " +
          said + " but of " + std::string(seen.parse_type) +
          "; leave parse_type out, or give the one of the file.",
      {{"parse_type", said}});
}

/// What the user says of types comes before what the files do.
std::vector<frame::ColumnType> types_of(const Declarations& declared, const FileSetup& said) {
  std::vector<frame::ColumnType> types = declared.types;
  if (said.types.size() != types.size()) return types;
  for (std::size_t c = 0; c < types.size(); ++c) {
    if (said.types[c] != frame::ColumnType::bad) types[c] = said.types[c];
  }
  return types;
}

double value_of(const NumberText& number) {
  if (number.kind == NumberText::Kind::floating) return number.value;
  double power = 1;
  for (int i = 0; i < number.decimals; ++i) power *= 10;  // exact, as decimals are few
  return static_cast<double>(number.mantissa) / power;
}

/// The first rows of pairs as cells, at most `most`.
std::vector<Row> dense_rows(const ParsedRange& rows, std::size_t most) {
  std::vector<Row> dense(std::min(most, rows.rows), Row(kShownColumns, "0"));
  for (std::size_t c = 0; c < kShownColumns; ++c) {
    for (const std::uint32_t entry : rows.pairs.entries(c, 0, dense.size())) {
      dense[rows.pairs.row(entry)][c] = java_double(value_of(rows.pairs.number(entry)));
    }
  }
  return dense;
}

/// The columns that the sampled rows name; the files may turn out to have more.
void look_at_pairs(std::span<const Looked> files, const TextFormat& format, FileSetup& setup) {
  ParsePlan plan;
  plan.dialect = dialect_of(setup, format);
  RangeParser parser(plan);
  std::size_t columns = 0;
  for (const Looked& file : files) {
    const ParsedRange rows = parser.parse(*file.source, file.data_start, file.source->size());
    columns = std::max(columns, rows.pairs.width());
    const std::size_t room = FileSetup::kPreviewRows - setup.preview.size();
    for (Row& row : dense_rows(rows, room)) setup.preview.push_back(std::move(row));
  }
  for (Row& row : setup.preview) row.resize(std::min(columns, kShownColumns));
  setup.columns = static_cast<int>(columns);
  setup.types.assign(columns, frame::ColumnType::numeric);
  setup.separator = -1;  // as H2O-3 says that there is none
  setup.missing_texts.clear();
}

FileSetup setup_from(const Looked& first, std::span<const Looked> files, const FileSetup& said) {
  const TextFormat& format = first.text.format;
  const Declarations& declared = *first.text.declared;
  FileSetup setup = said;
  setup.preview.clear();
  setup.parse_type = format.parse_type;
  setup.check_header = FileSetup::kNoHeader;
  if (dialect_of(setup, format).pairs) {
    look_at_pairs(files, format, setup);
    return setup;
  }
  setup.columns = static_cast<int>(declared.names.size());
  if (setup.names.empty()) setup.names = declared.names;
  setup.types = types_of(declared, said);
  setup.missing_texts.resize(declared.names.size());
  for (auto& texts : setup.missing_texts) {
    if (std::ranges::find(texts, format.missing) == texts.end()) texts.emplace_back(format.missing);
  }
  Dialect dialect = dialect_of(setup, format);
  if (said.separator == 0) {
    dialect.separator = find_separator(first, dialect, declared.names.size());
  }
  setup.separator = dialect.separator;
  for (const Looked& file : files) {
    const std::size_t room = FileSetup::kPreviewRows - setup.preview.size();
    for (Row& row : first_rows(file, dialect, room)) setup.preview.push_back(std::move(row));
  }
  return setup;
}

}  // namespace

std::optional<FileSetup> declared_setup(std::span<const Sample> samples, const FileSetup& said) {
  std::vector<Looked> files;
  for (const Sample& sample : samples) {
    refuse_foreign_format(sample.name, sample.bytes);
    files.push_back(look_at(sample, said.parse_type));
  }
  const auto first =
      std::ranges::find_if(files, [](const Looked& file) { return !!file.text.declared; });
  check_type(said.parse_type, first == files.end() ? files.front() : *first);
  if (first == files.end()) return std::nullopt;
  for (const Looked& file : files) {
    if (file.text.declared) check_same(*first, file);
  }
  return setup_from(*first, files, said);
}

}  // namespace neve::ingest

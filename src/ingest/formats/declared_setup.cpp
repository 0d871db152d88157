#include "ingest/formats/declared_setup.hpp"

#include <algorithm>
#include <array>

#include <neve/base/error.hpp>

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

Looked look_at(const Sample& sample) {
  std::string_view bytes = sample.bytes;
  if (!sample.whole) bytes = bytes.substr(0, bytes.find_last_of("\r\n") + 1);  // npos + 1 is 0
  auto source = std::make_shared<const MemorySource>(sample.name, bytes);
  RecognisedText text = recognise_text(*source);
  const auto data_start =
      text.declared ? text.declared->data_start : static_cast<std::int64_t>(byte_order_mark(bytes));
  return {std::move(source), std::move(text), data_start};
}

using Row = std::vector<std::string>;

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

FileSetup setup_from(const Looked& first, std::span<const Looked> files, const FileSetup& said) {
  const TextFormat& format = first.text.format;
  const Declarations& declared = *first.text.declared;
  FileSetup setup = said;
  setup.parse_type = format.parse_type;
  setup.check_header = FileSetup::kNoHeader;
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
  setup.preview.clear();
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
    files.push_back(look_at(sample));
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

#include "ingest/formats/columnar/columnar_setup.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>

#include <neve/base/error.hpp>
#include <neve/base/java_number.hpp>

#include "ingest/formats/cell_columns.hpp"
#include "ingest/formats/columnar/cell_writer.hpp"
#include "ingest/formats/columnar/container_sniff.hpp"
#include "ingest/formats/type_guess.hpp"

namespace neve::ingest::columnar {

namespace {

using frame::ColumnType;

constexpr std::int64_t kSampledRows = 1000;  // as many as H2O-3 looks at
constexpr int kSeparator = '|';              // what H2O-3 says where there is none
constexpr std::string_view kFalse = "False";
constexpr std::string_view kTrue = "True";

using Files = std::vector<std::unique_ptr<ColumnFile>>;

/// What may take each other's place from file to file.
int family_of(const Field& field) {
  switch (field.sort) {
    case Sort::integer:
    case Sort::real:
    case Sort::decimal:
    case Sort::span:
      return 1;
    case Sort::text:
    case Sort::levels:
      return 2;
    default:
      return 3 + static_cast<int>(field.sort);
  }
}

bool is_skipped(const FileSetup& said, std::size_t column) {
  return std::ranges::find(said.skipped_columns, static_cast<int>(column)) !=
         said.skipped_columns.end();
}

[[noreturn]] void refuse_nested(const ColumnFile& file, const Field& field) {
  // The words that H2O-3 has for it; clients' tests look for them.
  throw InputError::unsupported(
      file.name() + ", column '" + field.name +
          "': columns of nested structures are not supported; this one is of type " + field.type +
          ". Write it as plain columns, or leave it out by skipped_columns.",
      {{"column", field.name}, {"type", field.type}});
}

std::string text_of_uuid(std::string_view bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kHex[byte >> 4U];
    text += kHex[byte & 15U];
  }
  return text;
}

/// A value as clients are shown it; numbers as H2O-3 does, as doubles.
std::string preview_of(const Field& field, const Values& values, std::size_t row) {
  const auto text = [&](std::string_view value) {
    return field.sort == Sort::uuid ? text_of_uuid(value) : readable_utf8(value);
  };
  switch (values.form) {
    case Values::Form::reals:
      return std::isnan(values.reals[row]) ? "" : java_double(values.reals[row]);
    case Values::Form::integers: {
      const std::int64_t value = values.integers[row];
      if (value == frame::kMissingInt64) return "";
      if (field.sort == Sort::boolean) return std::string(value != 0 ? kTrue : kFalse);
      double power = 1;
      for (int i = 0; i < values.decimals; ++i) power *= 10;
      return java_double(static_cast<double>(value) / power);
    }
    case Values::Form::codes: {
      const std::int32_t code = values.codes[row];
      return code < 0 ? "" : text(values.levels[static_cast<std::size_t>(code)]);
    }
    case Values::Form::texts:
    case Values::Form::numerals:
      break;
  }
  return text(values.texts[row]);
}

[[noreturn]] void refuse_no_rows(const ColumnFile& file, std::size_t part) {
  file.refuse({.where = file.contents().part_word + " " + std::to_string(part),
               .what = "it says that it has rows, but has none"});
}

/// The first rows of files, as far as they tell what their texts are.
class Looks {
 public:
  Looks(std::size_t width, const FileSetup& said) : looks_(width), said_(said) {}

  void look_at(const ColumnFile& file) {
    const Contents& contents = file.contents();
    for (std::size_t part = 0; part < contents.parts.size() && rows_ < kSampledRows; ++part) {
      if (contents.parts[part].rows > 0) look_at_part(file, part);
    }
  }
  [[nodiscard]] ColumnType type(std::size_t column) const { return looks_[column].type(rows_); }
  std::vector<std::vector<std::string>> take_preview() { return std::move(preview_); }

 private:
  void look_at_part(const ColumnFile& file, std::size_t part) {
    const std::vector<Field>& fields = file.contents().fields;
    File::Wish wish{.part = part, .block_rows = kSampledRows - rows_};
    for (std::size_t c = 0; c < fields.size(); ++c) {
      if (fields[c].sort != Sort::unsupported && !is_skipped(said_, c)) wish.columns.push_back(c);
    }
    if (wish.columns.empty()) return;
    auto reader = file.read(wish);
    const std::int64_t rows = std::min(reader.next(), kSampledRows - rows_);
    if (rows == 0) refuse_no_rows(file, part);
    const std::size_t first = preview_.size();
    const std::size_t shown =
        std::min(FileSetup::kPreviewRows - std::min(first, FileSetup::kPreviewRows),
                 static_cast<std::size_t>(rows));
    preview_.resize(first + shown, std::vector<std::string>(fields.size()));
    for (std::size_t i = 0; i < wish.columns.size(); ++i) {
      const std::size_t c = wish.columns[i];
      const Values values = reader.values(i);
      for (std::size_t row = 0; row < shown; ++row) {
        preview_[first + row][c] = preview_of(fields[c], values, row);
      }
      if (fields[c].sort == Sort::text) look_at_texts(values, rows, looks_[c]);
    }
    rows_ += rows;
  }

  static void look_at_texts(const Values& values, std::int64_t rows, ColumnLooks& looks) {
    for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row) {
      std::string_view text = values.form == Values::Form::texts ? values.texts[row]
                              : values.codes[row] < 0
                                  ? std::string_view()
                                  : values.levels[static_cast<std::size_t>(values.codes[row])];
      if (text.data() == nullptr) {
        ++looks.empty;
      } else {
        looks.add_text(text);
      }
    }
  }

  std::vector<ColumnLooks> looks_;
  const FileSetup& said_;
  std::int64_t rows_ = 0;
  std::vector<std::vector<std::string>> preview_;
};

Files open_all(std::span<const ByteSourcePtr> sources, Budget& budget) {
  Files files;
  for (const ByteSourcePtr& source : sources) {
    files.push_back(std::make_unique<ColumnFile>(source, budget, "Looking at " + source->name()));
    check_same_fields(*files.front(), *files.back());
  }
  return files;
}

void check_parse_type(const ColumnFile& file, const FileSetup& said) {
  const std::string_view parse_type = describe(file.container()).parse_type;
  if (said.parse_type == "GUESS" || said.parse_type == parse_type) return;
  throw InputError::illegal_argument(file.name() + ": this is no file of parse_type " +
                                         said.parse_type + " but of " + std::string(parse_type) +
                                         "; leave parse_type out, or give the one of the file.",
                                     {{"parse_type", said.parse_type}});
}

std::vector<std::string> names_of(const ColumnFile& file, const FileSetup& said) {
  const std::vector<Field>& fields = file.contents().fields;
  if (said.names.size() == fields.size()) return said.names;
  std::vector<std::string> names;
  std::size_t kept = 0;
  for (std::size_t c = 0; c < fields.size(); ++c) {
    const bool given = !is_skipped(said, c) && kept < said.names.size();
    names.push_back(given ? said.names[kept++] : fields[c].name);
  }
  if (kept == said.names.size() &&
      (kept == 0 || kept + said.skipped_columns.size() == names.size()))
    return names;
  throw InputError::illegal_argument(file.name() + ": the file has " +
                                         std::to_string(fields.size()) + " columns, but " +
                                         std::to_string(said.names.size()) + " names were given.",
                                     {{"column_names", std::to_string(said.names.size())}});
}

/// Such columns are refused by the parse, as clients say which they skip only then.
void warn_of_nested(const ColumnFile& file, const FileSetup& said, FileSetup& setup) {
  const std::vector<Field>& fields = file.contents().fields;
  for (std::size_t c = 0; c < fields.size(); ++c) {
    if (fields[c].sort != Sort::unsupported || is_skipped(said, c)) continue;
    setup.warnings.push_back("Column '" + fields[c].name + "' is of type " + fields[c].type +
                             ", which is not supported; leave it out by skipped_columns.");
  }
}

ColumnType wanted_type(const FileSetup& said, std::size_t column, std::size_t width) {
  return said.types.size() == width ? said.types[column] : ColumnType::bad;
}

}  // namespace

void check_same_fields(const ColumnFile& first, const ColumnFile& other) {
  const std::vector<Field>& left = first.contents().fields;
  const std::vector<Field>& right = other.contents().fields;
  const std::string both = "The files " + first.name() + " and " + other.name();
  if (left.size() != right.size()) {
    throw InputError::illegal_argument(both + " have " + std::to_string(left.size()) + " and " +
                                       std::to_string(right.size()) +
                                       " columns; files of one frame have equally many.");
  }
  for (std::size_t c = 0; c < left.size(); ++c) {
    if (left[c].name != right[c].name) {
      throw InputError::illegal_argument(both + " name their column " + std::to_string(c + 1) +
                                         " '" + left[c].name + "' and '" + right[c].name +
                                         "'; files of one frame have the same columns.");
    }
    if (family_of(left[c]) == family_of(right[c])) continue;
    throw InputError::illegal_argument(both + " have values of types " + left[c].type + " and " +
                                       right[c].type + " in column '" + left[c].name +
                                       "'; files of one frame have the same columns.");
  }
}

FileSetup columnar_setup(std::span<const ByteSourcePtr> sources, const FileSetup& said,
                         Budget& budget) {
  const Files files = open_all(sources, budget);
  const ColumnFile& first = *files.front();
  check_parse_type(first, said);
  const std::vector<Field>& fields = first.contents().fields;
  Looks looks(fields.size(), said);
  for (const auto& file : files) looks.look_at(*file);
  FileSetup setup = said;
  setup.parse_type = describe(first.container()).parse_type;
  setup.separator = kSeparator;
  setup.check_header = FileSetup::kHasHeader;
  setup.columns = static_cast<int>(fields.size());
  setup.names = names_of(first, said);
  setup.types.clear();
  for (std::size_t c = 0; c < fields.size(); ++c) {
    const ColumnType guessed =
        fields[c].sort == Sort::levels ? ColumnType::categorical : looks.type(c);
    setup.types.push_back(type_of(fields[c], wanted_type(said, c, fields.size()), guessed));
  }
  warn_of_nested(first, said, setup);
  setup.preview = looks.take_preview();
  return setup;
}

std::vector<std::string> fit_types(const ColumnFile& file, const std::vector<std::string>& names,
                                   std::vector<ColumnPlan>& columns) {
  const std::vector<Field>& fields = file.contents().fields;
  const auto cells = static_cast<std::size_t>(std::ranges::count_if(
      columns, [](const ColumnPlan& column) { return column.of_files.empty(); }));
  if (fields.size() != cells) {
    throw InputError::illegal_argument(file.name() + ": the file has " +
                                       std::to_string(fields.size()) + " columns, not " +
                                       std::to_string(cells) + ".");
  }
  std::vector<std::string> told;
  for (std::size_t c = 0; c < fields.size(); ++c) {
    ColumnType& type = columns[c].type;
    if (type == ColumnType::bad) continue;  // skipped
    if (fields[c].sort == Sort::unsupported) refuse_nested(file, fields[c]);
    const ColumnType fitting = type_of(fields[c], type, ColumnType::string);
    if (fitting != type) {
      told.push_back(file.name() + ": column '" + names[c] + "' is of type " + fields[c].type +
                     " and becomes " + std::string(type_word(fitting)) + ", not " +
                     std::string(type_word(type)) + "; convert it in the frame.");
    }
    type = fitting;
  }
  return told;
}

}  // namespace neve::ingest::columnar

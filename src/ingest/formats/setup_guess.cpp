#include <algorithm>
#include <array>
#include <cctype>

#include <neve/base/budget.hpp>
#include <neve/base/error.hpp>
#include <neve/ingest/setup.hpp>

#include "ingest/formats/declared_setup.hpp"
#include "ingest/formats/format_sniff.hpp"
#include "ingest/formats/range_parser.hpp"
#include "ingest/formats/records/record_text.hpp"
#include "ingest/formats/row_sampler.hpp"
#include "ingest/formats/text_format.hpp"
#include "ingest/formats/type_guess.hpp"
#include "ingest/sources/memory_source.hpp"

namespace neve::ingest {

namespace {

using Row = std::vector<std::string>;

/// What one file's sample tells.
struct FileGuess {
  std::string name;
  Dialect dialect;
  bool has_header = false;
  std::size_t columns = 0;
  Row names;
  std::vector<Row> rows;  // the first, cut into cells
  std::vector<ColumnLooks> looks;
  std::int64_t sampled_rows = 0;
};

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

/// The sample without its mark and without a last line that may be cut.
std::string_view whole_lines(const Sample& sample) {
  std::string_view text = sample.bytes;
  text.remove_prefix(byte_order_mark(text));
  if (sample.whole) return text;
  const std::size_t last = text.find_last_of("\r\n");
  if (last == std::string_view::npos) {
    throw InputError::illegal_argument(sample.name + ": there is no line end in the first " +
                                       readable_bytes(std::ssize(sample.bytes)) +
                                       ", so this is no text of rows.");
  }
  return text.substr(0, last + 1);
}

unsigned char separator_of_lines(const std::vector<std::string>& lines, const Dialect& dialect) {
  if (lines.size() == 1) {
    for (unsigned char candidate : {',', ' '}) {
      const auto at = lines[0].find(static_cast<char>(candidate));
      if (at != std::string::npos && at + 1 < lines[0].size()) return candidate;
    }
    return ',';
  }
  unsigned char separator = guess_separator(lines[0], lines[1], dialect);
  if (separator == 0 && lines.size() > 2) separator = guess_separator(lines[1], lines[2], dialect);
  if (separator == 0 && lines.size() > 2) separator = guess_separator(lines[0], lines[2], dialect);
  return separator == 0 ? ' ' : separator;
}

bool all_may_be_names(const Row& row) { return std::all_of(row.begin(), row.end(), may_be_name); }

bool guess_header(const std::vector<Row>& rows) {
  if (rows.size() == 1) {
    return !rows[0].empty() && !rows[0][0].empty() && rows[0].size() > 1 &&
           all_may_be_names(rows[0]);
  }
  return all_may_be_names(rows[0]) && !all_may_be_names(rows[1]);
}

/// The first row's cells if no row has more, else the commonest number.
std::size_t guess_columns(const std::vector<Row>& rows) {
  std::size_t longest = 0;
  for (const Row& row : rows) longest = std::max(longest, row.size());
  if (rows[0].size() == longest) return longest;
  std::vector<int> counts(longest + 1);
  for (const Row& row : rows) ++counts[row.size()];
  const auto commonest = std::max_element(counts.begin(), counts.end());
  return static_cast<std::size_t>(commonest - counts.begin());
}

void look_at_cell(const LooseCell& cell, ColumnLooks& looks) {
  if (cell.text.empty() && !cell.quoted) {
    ++looks.empty;
    return;
  }
  std::int64_t mantissa = 0;
  int decimals = 0;
  NumberText number;
  const bool padded = cell.text.capacity() >= 17;
  if (padded && parse_plain_number(cell.text.data(), cell.text.size(), mantissa, decimals)) {
    number = {.kind = NumberText::Kind::decimal, .mantissa = mantissa};
  } else {
    number = parse_number(cell.text);
  }
  if (number.kind == NumberText::Kind::none) return looks.add_text(cell.text);
  const bool zero =
      number.kind == NumberText::Kind::decimal ? number.mantissa == 0 : number.value == 0;
  ++(zero ? looks.zeros : looks.numbers);
}

void look_at_columns(std::string_view text, FileGuess& guess) {
  guess.looks.resize(guess.columns);
  ParsePlan plan;
  plan.dialect = guess.dialect;
  RangeParser parser(plan);
  const MemorySource source(guess.name, text);
  bool header = guess.has_header;
  parser.look_at_rows(source, 0, [&](std::span<const LooseCell> cells) {
    if (header) {
      header = false;
      return true;
    }
    ++guess.sampled_rows;
    const std::size_t count = std::min(cells.size(), guess.columns);
    for (std::size_t c = 0; c < count; ++c) look_at_cell(cells[c], guess.looks[c]);
    return true;
  });
}

FileGuess guess_file(const Sample& sample, const FileSetup& said) {
  FileGuess guess;
  guess.name = sample.name;
  const auto sheet = sheet_mark(sample.bytes);
  guess.dialect = dialect_of(said, text_format(sheet ? "XLS" : "CSV"));
  const std::string_view text = whole_lines(sample);
  const std::vector<std::string> lines = first_lines(text, guess.dialect, FileSetup::kPreviewRows);
  if (lines.empty())
    throw InputError::illegal_argument(sample.name + ": there is no row of data in it.");
  if (said.separator == 0 && !sheet)
    guess.dialect.separator = separator_of_lines(lines, guess.dialect);
  for (const std::string& line : lines) {
    Row& row = guess.rows.emplace_back(split_line(line, guess.dialect));
    for (std::string& cell : row) cell = readable_utf8(cell);
  }
  guess.columns = said.names.empty() ? guess_columns(guess.rows) : said.names.size();
  const bool seems = sheet ? sheet->has_header : guess_header(guess.rows);
  guess.has_header = said.check_header == FileSetup::kHasHeader ||
                     (said.check_header == FileSetup::kGuessHeader && seems);
  guess.names = guess.has_header && said.names.empty() ? guess.rows[0] : said.names;
  look_at_columns(text, guess);
  return guess;
}

void check_same(const FileGuess& first, const FileGuess& other) {
  const std::string both = first.name + " and " + other.name;
  if (first.dialect.separator != other.dialect.separator) {
    throw InputError::illegal_argument(
        "The files " + both + " seem to use different separators (character codes " +
        std::to_string(first.dialect.separator) + " and " +
        std::to_string(other.dialect.separator) + "); name the separator if they do not.");
  }
  if (first.columns != other.columns) {
    throw InputError::illegal_argument(
        "The files " + both + " have " + std::to_string(first.columns) + " and " +
        std::to_string(other.columns) + " columns; files of one frame have equally many.");
  }
  if (!first.names.empty() && !other.names.empty() && first.names != other.names) {
    throw InputError::illegal_argument("The files " + both +
                                       " have headers with different column names.");
  }
}

FileGuess guess_all(std::span<const Sample> samples, const FileSetup& said) {
  std::optional<FileGuess> all;
  for (const Sample& sample : samples) {
    if (sample.bytes.empty() && samples.size() > 1) continue;
    FileGuess guess = guess_file(sample, said);
    if (!all) {
      all = std::move(guess);
      continue;
    }
    check_same(*all, guess);
    all->has_header = all->has_header || guess.has_header;
    if (all->names.empty()) all->names = guess.names;
    for (std::size_t c = 0; c < all->looks.size(); ++c) all->looks[c].merge(guess.looks[c]);
    all->sampled_rows += guess.sampled_rows;
    for (std::size_t i = 1; i < guess.rows.size() && all->rows.size() < FileSetup::kPreviewRows;
         ++i) {
      all->rows.push_back(std::move(guess.rows[i]));
    }
  }
  if (!all) throw InputError::illegal_argument("All files are empty.");
  return std::move(*all);
}

void guess_missing_texts(const FileGuess& guess, FileSetup& setup) {
  for (std::size_t c = 0; c < guess.columns; ++c) {
    const bool levels = setup.types[c] == frame::ColumnType::categorical;
    if (!levels || !guess.looks[c].zero_is_missing(guess.sampled_rows)) continue;
    setup.missing_texts.resize(guess.columns);
    setup.missing_texts[c] = {"0"};
  }
}

void fill_types(const FileGuess& guess, FileSetup& setup) {
  if (setup.types.size() == guess.columns) {
    for (frame::ColumnType& type : setup.types) {
      if (type == frame::ColumnType::bad) type = frame::ColumnType::numeric;
    }
    setup.missing_texts.clear();
    return;
  }
  setup.types.clear();
  for (const ColumnLooks& looks : guess.looks)
    setup.types.push_back(looks.type(guess.sampled_rows));
  if (setup.missing_texts.empty()) guess_missing_texts(guess, setup);
}

}  // namespace

FileSetup guess_setup(std::span<const Sample> samples, const FileSetup& said) {
  if (auto declared = declared_setup(samples, said)) return std::move(*declared);
  FileGuess guess = guess_all(samples, said);
  FileSetup setup = said;
  setup.parse_type = sheet_mark(samples.front().bytes) ? "XLS" : "CSV";
  setup.separator = guess.dialect.separator;
  setup.check_header = guess.has_header ? FileSetup::kHasHeader : FileSetup::kNoHeader;
  setup.columns = static_cast<int>(guess.columns);
  setup.names = guess.names;
  fill_types(guess, setup);
  const bool shows_header = guess.has_header && guess.rows[0] == guess.names;
  setup.preview.assign(guess.rows.begin() + (shows_header ? 1 : 0), guess.rows.end());
  return setup;
}

std::string_view type_word(frame::ColumnType type) {
  switch (type) {
    case frame::ColumnType::numeric:
      return "Numeric";
    case frame::ColumnType::categorical:
      return "Enum";
    case frame::ColumnType::string:
      return "String";
    case frame::ColumnType::time:
      return "Time";
    case frame::ColumnType::uuid:
      return "UUID";
    case frame::ColumnType::bad:
      break;
  }
  return "Bad";
}

std::vector<frame::ColumnType> types_of_words(std::span<const std::string> words) {
  using frame::ColumnType;
  static constexpr std::array<std::pair<std::string_view, ColumnType>, 15> kWords = {
      {{"numeric", ColumnType::numeric},
       {"real", ColumnType::numeric},
       {"double", ColumnType::numeric},
       {"float", ColumnType::numeric},
       {"int", ColumnType::numeric},
       {"long", ColumnType::numeric},
       {"enum", ColumnType::categorical},
       {"factor", ColumnType::categorical},
       {"categorical", ColumnType::categorical},
       {"string", ColumnType::string},
       {"time", ColumnType::time},
       {"uuid", ColumnType::uuid},
       {"unknown", ColumnType::bad},
       {"bad", ColumnType::bad},
       {"", ColumnType::bad}}};
  std::vector<ColumnType> types;
  for (const std::string& word : words) {
    const std::string plain = lower(word);
    const auto found = std::find_if(kWords.begin(), kWords.end(),
                                    [&](const auto& entry) { return entry.first == plain; });
    if (found == kWords.end()) {
      throw InputError::illegal_argument(
          "There is no column type '" + word +
              "'; the types are numeric, enum, string, time and uuid.",
          {{"column_types", word}});
    }
    types.push_back(found->second);
  }
  return types;
}

}  // namespace neve::ingest

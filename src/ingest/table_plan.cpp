#include <algorithm>
#include <set>

#include <neve/base/error.hpp>

#include "ingest/formats/columnar/container_sniff.hpp"
#include "ingest/parse_job.hpp"

namespace neve::ingest {

namespace {

std::size_t column_count(const FileSetup& setup) {
  if (setup.columns > 0) return static_cast<std::size_t>(setup.columns);
  if (!setup.types.empty()) return setup.types.size();
  if (!setup.names.empty()) return setup.names.size();
  throw InputError::illegal_argument("number_columns is 0 and there are no column_types either.",
                                     {{"number_columns", "0"}});
}

std::vector<std::size_t> kept_columns(const FileSetup& setup, std::size_t count) {
  std::set<std::size_t> skipped;
  for (int column : setup.skipped_columns) {
    if (column < 0 || static_cast<std::size_t>(column) >= count) {
      throw InputError::illegal_argument("skipped_columns names column " + std::to_string(column) +
                                             "; the columns are 0 to " + std::to_string(count - 1) +
                                             ".",
                                         {{"skipped_columns", std::to_string(column)}});
    }
    skipped.insert(static_cast<std::size_t>(column));
  }
  std::vector<std::size_t> kept;
  for (std::size_t c = 0; c < count; ++c) {
    if (!skipped.contains(c)) kept.push_back(c);
  }
  if (kept.empty()) {
    throw InputError::illegal_argument(
        "All columns in the file are skipped, so there is no frame to make; keep at least one.",
        {{"skipped_columns", std::to_string(skipped.size())}});
  }
  return kept;
}

/// C1 … for columns without a name.
void fill_names(std::vector<std::string>& names) {
  const std::set<std::string> given(names.begin(), names.end());
  for (std::size_t c = 0; c < names.size(); ++c) {
    if (!names[c].empty()) continue;
    std::string made = "C" + std::to_string(c + 1);
    while (given.contains(made)) made += made;
    names[c] = made;
  }
}

/// Names of all columns: as given for all or for the kept ones, C1 … where there is none.
std::vector<std::string> all_names(const FileSetup& setup, std::size_t count,
                                   const std::vector<std::size_t>& kept) {
  std::vector<std::string> names(count);
  const bool of_kept = setup.names.size() == kept.size() && kept.size() != count;
  if (of_kept) {
    for (std::size_t i = 0; i < kept.size(); ++i) names[kept[i]] = setup.names[i];
  } else {
    std::copy_n(setup.names.begin(), std::min(count, setup.names.size()), names.begin());
  }
  fill_names(names);
  return names;
}

void check_unique(const std::vector<std::string>& names, const std::vector<std::size_t>& kept) {
  std::set<std::string_view> seen;
  for (std::size_t c : kept) {
    if (seen.insert(names[c]).second) continue;
    throw InputError::bad_request("Found duplicate column name " + names[c] +
                                      "; every column of a frame needs a name of its own.",
                                  {{"column_names", names[c]}});
  }
}

void check_numeric(const std::string& name, const ColumnPlan& column) {
  if (column.type == frame::ColumnType::numeric) return;
  const std::string type(type_word(column.type));
  throw InputError::illegal_argument("Column " + name + " is to be of type " + type +
                                         ", but those of SVMLight are numbers; convert it later.",
                                     {{"column_types", type}});
}

/// The format's own text for a missing value, which a set-up need not name.
void add_missing(const TextFormat& format, ColumnPlan& column) {
  auto& texts = column.missing_texts;
  if (format.missing.empty() || std::ranges::find(texts, format.missing) != texts.end()) return;
  texts.emplace_back(format.missing);
}

void add_columns_of_folders(const FileSetup& setup, const std::vector<std::string>& files,
                            TablePlan& plan) {
  if (!setup.partition_by.empty() && plan.parse.dialect.pairs) {
    throw InputError::illegal_argument(
        "partition_by is not supported for SVMLight, whose columns are known only when all rows "
        "are "
        "read.",
        {{"partition_by", setup.partition_by.front()}});
  }
  for (const std::string& name : setup.partition_by) {
    plan.kept.push_back(plan.names.size());
    plan.names.push_back(name);
    plan.parse.columns.push_back(
        {.type = frame::ColumnType::categorical, .of_files = values_of_folders(name, files)});
  }
}

}  // namespace

std::vector<std::string> values_of_folders(const std::string& column,
                                           const std::vector<std::string>& files) {
  std::vector<std::string> values;
  for (const std::string& file : files) {
    std::string value;
    const std::string key = column + "=";
    for (std::size_t at = file.find(key); at != file.npos && value.empty();
         at = file.find(key, at + 1)) {
      const std::size_t begin = at + key.size();
      value = file.substr(begin, file.find_first_of("/\\", begin) - begin);
    }
    if (value.empty()) {
      throw InputError::illegal_argument(
          std::string("partition_by: no folder of ")
              .append(file)
              .append(" is named ")
              .append(key)
              .append("<value>; give only columns that the folders of all files name."),
          {{"partition_by", column}});
    }
    values.push_back(std::move(value));
  }
  return values;
}

TablePlan plan_table(const FileSetup& setup, const TimeZone& zone,
                     const std::vector<std::string>& files) {
  TablePlan plan;
  const std::size_t count = column_count(setup);
  if (!setup.types.empty() && setup.types.size() != count) {
    throw InputError::illegal_argument("There are " + std::to_string(setup.types.size()) +
                                           " column_types for " + std::to_string(count) +
                                           " columns.",
                                       {{"column_types", std::to_string(setup.types.size())}});
  }
  plan.parse.columnar = columnar::is_columnar(setup.parse_type);
  plan.parse.adjust_to_local = setup.adjust_to_local;
  const TextFormat& format = text_format(plan.parse.columnar ? "CSV" : setup.parse_type);
  plan.parse.dialect = dialect_of(setup, format);
  if (plan.parse.dialect.pairs && !setup.skipped_columns.empty()) {
    throw InputError::illegal_argument(
        "Parser: skipped_columns are not supported for SVMLight; drop the columns of the frame.",
        {{"skipped_columns", std::to_string(setup.skipped_columns.front())}});
  }
  plan.kept = kept_columns(setup, count);
  plan.names = all_names(setup, count, plan.kept);
  plan.parse_type = setup.parse_type;
  plan.format = &format;
  plan.has_header =
      !plan.parse.columnar && !format.declares() && setup.check_header == FileSetup::kHasHeader;
  plan.parse.zone = zone;
  plan.parse.columns.assign(count, {.type = frame::ColumnType::bad});
  const std::set<int> whole(setup.whole_columns.begin(), setup.whole_columns.end());
  for (std::size_t c : plan.kept) {
    ColumnPlan& column = plan.parse.columns[c];
    column.type = setup.types.empty() ? frame::ColumnType::numeric : setup.types[c];
    if (column.type == frame::ColumnType::bad) column.type = frame::ColumnType::numeric;
    if (setup.missing_texts.size() == count) column.missing_texts = setup.missing_texts[c];
    if (plan.parse.dialect.pairs) check_numeric(plan.names[c], column);
    add_missing(format, column);
    column.whole = whole.contains(static_cast<int>(c));
  }
  add_columns_of_folders(setup, files, plan);
  check_unique(plan.names, plan.kept);
  return plan;
}

void widen(TablePlan& plan, std::size_t columns) {
  for (std::size_t c = plan.names.size(); c < columns; ++c) plan.kept.push_back(c);
  plan.names.resize(std::max(columns, plan.names.size()));
  fill_names(plan.names);
  plan.parse.columns.resize(plan.names.size());
}

}  // namespace neve::ingest

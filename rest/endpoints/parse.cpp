#include <array>

#include <neve/base/error.hpp>
#include <neve/frame/frame.hpp>
#include <neve/ingest/ingest.hpp>
#include <neve/rapids/interpreter.hpp>
#include <neve/schema/schema_of.hpp>

#include "rest/job_json.hpp"
#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

enum class ParseType { guess, arff, xls, svmlight, avro, parquet, csv, orc, arrow };

/// Names a way to decrypt files, which Neve has none of.
struct DecryptionKind {
  static constexpr std::string_view type = "Key<DecryptionTool>", schema = "DecryptionToolKeyV3",
                                    url = "";
};

using Names = std::vector<std::string>;
using Lists = std::vector<std::optional<Names>>;

/// What both requests say of the files.
struct ParseFields {
  std::vector<schema::FrameRef> source_frames;
  ParseType parse_type = ParseType::guess;
  std::int8_t separator = 0;
  bool single_quotes = false;
  std::int32_t check_header = 0;
  std::optional<Names> column_names;
  std::optional<std::vector<std::int32_t>> skipped_columns;
  std::optional<Names> column_types;
  std::optional<Lists> na_strings;
  std::int32_t number_columns = 0;
  std::int32_t chunk_size = 0;
  std::optional<std::string> custom_non_data_line_markers;
  schema::Key<DecryptionKind> decrypt_tool;
  std::optional<Names> partition_by;
  std::int8_t escapechar = 0;
  bool force_col_types = false;
  bool tz_adjust_to_local = false;
};

}  // namespace
}  // namespace neve::rest::endpoints

template <>
struct neve::schema::EnumText<neve::rest::endpoints::ParseType> {
  static constexpr std::string_view name = "ApiParseTypeValuesProvider";
  static constexpr std::array<std::string_view, 9> values = {
      "GUESS", "ARFF", "XLS", "SVMLight", "AVRO", "PARQUET", "CSV", "ORC", "ARROW"};
};

namespace neve::rest::endpoints {
namespace {

struct ParseSetupV3 : ParseFields {
  std::optional<std::string> column_name_filter;
  std::int32_t column_offset = 0;
  std::int32_t column_count = 0;
  std::optional<std::string> destination_frame;
  std::int64_t header_lines = 0;
  std::vector<Names> data;
  std::optional<Names> warnings;
  std::int32_t total_filtered_column_count = 0;
  static const schema::Schema& schema();
};

struct ParseV3 : ParseFields {
  schema::FrameRef destination_frame;
  std::optional<std::vector<Names>> domains;
  bool delete_on_done = false;
  bool blocking = false;
  std::optional<JobV3> job;
  std::int64_t rows = 0;
  static const schema::Schema& schema();
};

template <class T>
void add_dialect(schema::SchemaOf<T>& table) {
  table.template field<&T::source_frames>("Imported or uploaded files, of equal columns.")
      .inout()
      .required()
      .template field<&T::parse_type>("The format of the files.")
      .inout()
      .template field<&T::separator>("Code of the character between cells; 0 to guess it.")
      .inout()
      .template field<&T::single_quotes>("Whether ' stands around cells, instead of \".")
      .inout()
      .template field<&T::check_header>("1: the first row holds names, -1: it does not, 0: guess.")
      .inout()
      .at_least(-1)
      .at_most(1)
      .template field<&T::column_names>("Names of the columns.")
      .inout()
      .template field<&T::column_types>("Types of the columns.")
      .inout()
      .template field<&T::skipped_columns>("Columns to leave out, counted from 0.")
      .inout()
      .template field<&T::na_strings>("For each column, texts that mean a missing value.")
      .inout()
      .template field<&T::custom_non_data_line_markers>(
          "A line that begins with one of these characters holds no data; # if not given.")
      .inout()
      .template field<&T::decrypt_tool>("Not supported.")
      .inout()
      .template field<&T::partition_by>(
          "Columns to make of folders named column=value on the files' paths.")
      .inout()
      .template field<&T::escapechar>("Code of a character that makes the next one plain; 0: none.")
      .inout()
      .template field<&T::force_col_types>("Whether column_types are binding.")
      .inout()
      .template field<&T::tz_adjust_to_local>(
          "Whether times of Parquet, ORC and Arrow files are moved to the cluster's time zone.")
      .inout();
}

const schema::Schema& ParseSetupV3::schema() {
  static const schema::Schema kSchema = [] {
    using T = ParseSetupV3;
    schema::SchemaOf<T> table("ParseSetupV3", "ParseSetup", "RequestSchemaV3");
    add_dialect(table);
    table
        .field<&T::column_name_filter>(
            "A regular expression; the preview shows columns of matching "
            "names.")
        .inout()
        .field<&T::column_offset>("First column of the preview.")
        .inout()
        .at_least(0)
        .field<&T::column_count>("Columns of the preview; 0: all.")
        .inout()
        .at_least(0)
        .field<&T::total_filtered_column_count>("How many columns there are to preview.")
        .inout()
        .field<&T::destination_frame>("Suggested name of the frame.")
        .field<&T::header_lines>("Lines before the data; always 0.")
        .field<&T::number_columns>("How many columns the files have.")
        .field<&T::data>("The first rows, cell by cell.")
        .field<&T::warnings>("What was odd about the files.")
        .field<&T::chunk_size>("Sent back by clients; nothing depends on it.");
    return static_cast<schema::Schema>(table);
  }();
  return kSchema;
}

const schema::Schema& ParseV3::schema() {
  static const schema::Schema kSchema = [] {
    using T = ParseV3;
    schema::SchemaOf<T> table("ParseV3", "Iced", "RequestSchemaV3");
    table.field<&T::destination_frame>("Name of the frame.").inout().required();
    add_dialect(table);
    table.field<&T::number_columns>("How many columns the files have.")
        .inout()
        .field<&T::domains>("Not supported: levels come from the data.")
        .inout()
        .field<&T::chunk_size>("Accepted; nothing depends on it.")
        .inout()
        .field<&T::delete_on_done>("Whether the files are forgotten when they are parsed.")
        .inout()
        .field<&T::blocking>("Whether to answer only when the job has ended.")
        .inout()
        .field<&T::job>("The job that parses.")
        .field<&T::rows>("Rows of the frame, if `blocking`.");
    return static_cast<schema::Schema>(table);
  }();
  return kSchema;
}

/// A value that asks for work that is not built.
void refuse(const std::string& field, const std::string& value) {
  throw InputError::unsupported("The value '" + value + "' of " + field +
                                    " is not supported by this version; leave the parameter out.",
                                {{field, value}});
}

void refuse_unbuilt(const ParseFields& fields) {
  // R's client writes NULL for no tool, which reads as a name, as it does with H2O-3.
  const std::string& tool = fields.decrypt_tool.name;
  if (!tool.empty() && tool != "NULL") refuse("decrypt_tool", tool);
}

Names keys_of(const ParseFields& fields) {
  Names keys;
  for (const schema::FrameRef& frame : fields.source_frames) keys.push_back(frame.name);
  return keys;
}

/// Clients write "null" for a column without a name, and one empty name for no names at all.
Names plain_names(const std::optional<Names>& given) {
  Names names = given.value_or(Names{});
  for (std::string& name : names) {
    if (name == "null") name.clear();
  }
  if (names.size() == 1 && names[0].empty()) names.clear();
  return names;
}

/// Columns that are to be integers, whatever their numbers are.
std::vector<int> whole_columns(const ParseFields& fields) {
  std::vector<int> whole;
  const Names types = fields.column_types.value_or(Names{});
  for (std::size_t c = 0; c < types.size(); ++c) {
    if (types[c] == "int" || types[c] == "long") whole.push_back(static_cast<int>(c));
  }
  return whole;
}

ingest::FileSetup setup_of(const ParseFields& fields) {
  ingest::FileSetup setup;
  setup.parse_type = schema::enum_text(fields.parse_type);
  setup.separator = std::int32_t{fields.separator};
  setup.single_quotes = fields.single_quotes;
  setup.escape = std::int32_t{fields.escapechar};
  setup.comment_markers = fields.custom_non_data_line_markers;
  setup.check_header = fields.check_header;
  setup.columns = fields.number_columns;
  setup.names = plain_names(fields.column_names);
  if (fields.column_types) setup.types = ingest::types_of_words(*fields.column_types);
  for (const auto& texts : fields.na_strings.value_or(Lists{})) {
    setup.missing_texts.push_back(texts.value_or(Names{}));
  }
  if (fields.skipped_columns) {
    setup.skipped_columns.assign(fields.skipped_columns->begin(), fields.skipped_columns->end());
  }
  setup.adjust_to_local = fields.tz_adjust_to_local;
  setup.partition_by = fields.partition_by.value_or(Names{});
  if (fields.force_col_types) setup.whole_columns = whole_columns(fields);
  return setup;
}

ParseType type_of(std::string_view text) {
  const auto& texts = schema::EnumText<ParseType>::values;
  return static_cast<ParseType>(std::ranges::find(texts, text) - texts.begin());
}

/// The columns of the preview whose names were asked for.
std::vector<Names> columns_of(const std::vector<Names>& rows,
                              const std::vector<std::size_t>& columns) {
  std::vector<Names> found;
  for (const Names& row : rows) {
    Names& kept = found.emplace_back();
    for (std::size_t c : columns) kept.push_back(c < row.size() ? row[c] : "");
  }
  return found;
}

/// The columns of the preview that were asked for by number.
std::vector<Names> window_of(const std::vector<Names>& rows, std::int32_t offset,
                             std::int32_t count) {
  std::vector<Names> window;
  for (const Names& row : rows) {
    const auto size = static_cast<std::ptrdiff_t>(row.size());
    const std::ptrdiff_t from = std::min<std::ptrdiff_t>(offset, size);
    const std::ptrdiff_t to = count == 0 ? size : std::min<std::ptrdiff_t>(from + count, size);
    window.emplace_back(row.begin() + from, row.begin() + to);
  }
  return window;
}

Lists lists_of(const std::vector<Names>& texts) {
  Lists lists;
  for (const Names& one : texts) lists.push_back(one.empty() ? std::nullopt : std::optional(one));
  return lists;
}

ParseSetupV3 guess_setup(Call& call, const ParseSetupV3& input) {
  refuse_unbuilt(input);
  const Names keys = keys_of(input);
  const ingest::FileSetup setup = call.services.ingest->guess(keys, setup_of(input));
  ParseSetupV3 answer = input;
  answer.parse_type = type_of(setup.parse_type);
  answer.separator = static_cast<std::int8_t>(setup.separator);
  answer.check_header = setup.check_header;
  answer.column_names.reset();
  if (!setup.names.empty()) answer.column_names = setup.names;
  answer.column_types.emplace();
  for (frame::ColumnType type : setup.types) {
    answer.column_types->emplace_back(ingest::type_word(type));
  }
  answer.na_strings.reset();
  if (!setup.missing_texts.empty()) answer.na_strings = lists_of(setup.missing_texts);
  answer.number_columns = setup.columns;
  answer.total_filtered_column_count = setup.columns;
  answer.chunk_size = ingest::FileSetup::kChunkSize;
  answer.destination_frame = call.services.ingest->frame_name(keys.front());
  std::vector<Names> preview = setup.preview;
  if (input.column_name_filter && !input.column_name_filter->empty()) {
    const auto named = ingest::columns_named(setup, *input.column_name_filter);
    answer.total_filtered_column_count = static_cast<std::int32_t>(named.size());
    preview = columns_of(preview, named);
  }
  answer.data = window_of(preview, input.column_offset, input.column_count);
  if (!setup.warnings.empty()) answer.warnings = setup.warnings;
  return answer;
}

ParseV3 parse(Call& call, const ParseV3& input) {
  refuse_unbuilt(input);
  if (input.domains && !input.domains->empty()) refuse("domains", "…");
  ingest::ParseOrder order{.source_keys = keys_of(input),
                           .destination = input.destination_frame.name,
                           .setup = setup_of(input),
                           .delete_sources = input.delete_on_done};
  call.services.ingest->set_time_zone(call.services.rapids->time_zone());
  const auto job = call.services.ingest->parse(order);
  ParseV3 answer = input;
  if (input.blocking) {
    job->wait();
    if (const auto made = call.services.frames->find(order.destination)) answer.rows = made->rows();
  }
  answer.job = job_v3(*job);
  return answer;
}

}  // namespace

const Resource& parse();
const Resource& parse() {
  static const Resource kResource{
      {route("POST", "/3/ParseSetup", "guessParseSetup",
             "Guesses from the first rows of files how they are to be parsed.", &guess_setup),
       route("POST", "/3/Parse", "parse", "Makes a frame of files.", &parse)}};
  return kResource;
}

}  // namespace neve::rest::endpoints

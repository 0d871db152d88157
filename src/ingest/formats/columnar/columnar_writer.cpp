#include <neve/ingest/columnar_writer.hpp>
#include <neve/ingest/csv_writer.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include <neve/base/error.hpp>
#include <neve/munge/rollups.hpp>

#include "ingest/formats/columnar/column_file.hpp"
#include "ingest/formats/columnar/columnar_library.hpp"

namespace neve::ingest {

namespace {

using columnar::OutputField;

constexpr std::string_view kEmptyText = "";

constexpr std::array<std::string_view, 4> kParquetCompressions = {"snappy", "gzip", "zstd",
                                                                  "brotli"};
constexpr std::array<std::string_view, 2> kArrowCompressions = {"lz4", "zstd"};

columnar::Container container_of(const ColumnarForm& form) {
  if (form.format == "parquet") return columnar::Container::parquet;
  return form.format == "arrow" ? columnar::Container::arrow_file
                                : columnar::Container::arrow_stream;
}

void check_compression(const ColumnarForm& form) {
  const auto refuse = [&](const auto& known) {
    if (std::ranges::find(known, form.compression) != std::end(known)) return;
    std::string all;
    for (const std::string_view name : known) all += (all.empty() ? "" : ", ") + std::string(name);
    throw InputError::illegal_argument("Compression " + form.compression +
                                           " is not supported for " + form.format +
                                           " export; there are: " + all + ".",
                                       {{"compression", form.compression}});
  };
  if (form.compression.empty()) return;
  if (form.format == "parquet") return refuse(kParquetCompressions);
  refuse(kArrowCompressions);
}

OutputField::Type type_of(const frame::Column& column, bool whole) {
  switch (column.type) {
    case frame::ColumnType::numeric:
      return whole ? OutputField::Type::integer : OutputField::Type::real;
    case frame::ColumnType::categorical:
      return OutputField::Type::levels;
    case frame::ColumnType::string:
      return OutputField::Type::text;
    case frame::ColumnType::time:
      return OutputField::Type::instant;
    case frame::ColumnType::uuid:
      return OutputField::Type::uuid;
    case frame::ColumnType::bad:
      break;
  }
  return OutputField::Type::real;
}

/// One column of one row group in plain arrays.
struct PlainColumn {
  std::vector<std::int64_t> integers;
  std::vector<double> reals;
  std::vector<std::int32_t> codes;
  std::vector<std::string_view> texts;
  std::vector<char> uuid_bytes;
  frame::Chunk chunk;  // that texts are views of

  void take(OutputField::Type type, frame::Chunk from);

 private:
  void take_texts(std::size_t rows);
  void take_uuids(std::size_t rows);
};

void PlainColumn::take(OutputField::Type type, frame::Chunk from) {
  chunk = std::move(from);
  const auto rows = static_cast<std::size_t>(chunk.rows());
  switch (type) {
    case OutputField::Type::integer:
    case OutputField::Type::instant:
      integers.resize(rows);
      chunk.decode_int64(0, integers);
      return;
    case OutputField::Type::real:
      reals.resize(rows);
      chunk.decode(0, reals);
      return;
    case OutputField::Type::levels:
      codes.resize(rows);
      chunk.decode_codes(0, codes);
      return;
    case OutputField::Type::text:
      return take_texts(rows);
    case OutputField::Type::uuid:
      return take_uuids(rows);
  }
}

void PlainColumn::take_texts(std::size_t rows) {
  texts.resize(rows);
  std::vector<std::uint8_t> missing(rows);
  chunk.decode_text(0, texts, missing);
  for (std::size_t i = 0; i < rows; ++i) {
    // No address means missing, and an empty text of a chunk may have none.
    if (missing[i] != 0) {
      texts[i] = {};
    } else if (texts[i].empty()) {
      texts[i] = kEmptyText;
    }
  }
}

void PlainColumn::take_uuids(std::size_t rows) {
  std::vector<frame::Uuid> uuids(rows);
  std::vector<std::uint8_t> missing(rows);
  chunk.decode_uuids(0, uuids, missing);
  uuid_bytes.resize(16 * rows);
  texts.assign(rows, {});
  for (std::size_t i = 0; i < rows; ++i) {
    if (missing[i] != 0) continue;
    char* const bytes = uuid_bytes.data() + 16 * i;
    const std::uint64_t high = __builtin_bswap64(uuids[i].high);
    const std::uint64_t low = __builtin_bswap64(uuids[i].low);
    std::memcpy(bytes, &high, 8);
    std::memcpy(bytes + 8, &low, 8);
    texts[i] = {bytes, 16};
  }
}

/// Where Arrow's bytes go; what that throws is kept.
class SinkOutput final : public columnar::Output {
 public:
  SinkOutput(ColumnarWriter::Sink sink, columnar::Trouble& trouble)
      : sink_(std::move(sink)), trouble_(trouble) {}
  bool write(const void* bytes, std::int64_t count) noexcept override {
    try {
      sink_({static_cast<const std::byte*>(bytes), static_cast<std::size_t>(count)});
      return true;
    } catch (...) {  // told by the caller's caller
      trouble_.keep();
      return false;
    }
  }

 private:
  ColumnarWriter::Sink sink_;
  columnar::Trouble& trouble_;
};

}  // namespace

struct ColumnarWriter::State {
  State(mr::Engine& from, frame::Frame of, const ColumnarForm& how,
        const std::vector<std::uint8_t>& whole, Sink sink)
      : engine(from),
        frame(std::move(of)),
        form(how),
        zone(TimeZone::find(how.time_zone).value_or(TimeZone())),
        memory(engine.budget(), "Writing " + frame.key, trouble),
        output(std::move(sink), trouble) {
    for (std::size_t c = 0; c < frame.columns.size(); ++c) {
      const frame::Column& column = frame.columns[c];
      OutputField& field = fields.emplace_back();
      field.name = frame.names[c];
      field.type = type_of(column, whole[c] != 0);
      if (column.domain) field.levels = *column.domain;
    }
    columnar::Failure failure;
    writer = columnar::library().create(
        {.container = container_of(form), .compression = form.compression}, fields, output, memory,
        failure);
    if (writer == nullptr) fail(failure);
  }

  [[noreturn]] void fail(const columnar::Failure& failure) const {
    trouble.tell();
    throw InputError::illegal_argument("The frame " + frame.key + " cannot be written as " +
                                           form.format + ": " + failure.what + ".",
                                       {{"frame", frame.key}});
  }

  /// Of times, as far as they are asked to be others.
  void adjust(std::vector<std::int64_t>& times) const {
    if (!form.adjust_from_local) return;
    for (std::int64_t& time : times) {
      if (time != frame::kMissingInt64) time -= zone.offset_ms(time);
    }
  }

  mr::Engine& engine;
  frame::Frame frame;
  ColumnarForm form;
  TimeZone zone;
  columnar::Trouble trouble;
  columnar::BudgetMemory memory;
  SinkOutput output;
  std::vector<OutputField> fields;
  std::unique_ptr<columnar::Writer> writer;
};

void check_columnar(const frame::Frame& frame, const ColumnarForm& form) {
  check_compression(form);
  if (form.format != "parquet") return;
  for (std::size_t c = 0; c < frame.columns.size(); ++c) {
    if (frame.columns[c].type != frame::ColumnType::uuid) continue;
    // Begins with H2O-3's words; clients' tests look for them.
    throw InputError::unsupported("UUID column type is not supported. Column '" + frame.names[c] +
                                      "' is one; make it a column of strings, or export as arrow.",
                                  {{"column", frame.names[c]}});
  }
}

ColumnarWriter::ColumnarWriter(mr::Engine& engine, frame::Frame frame, const ColumnarForm& form,
                               const std::vector<std::uint8_t>& whole_columns, Sink sink)
    : state_(std::make_unique<State>(engine, std::move(frame), form, whole_columns,
                                     std::move(sink))) {}

ColumnarWriter::~ColumnarWriter() = default;

void ColumnarWriter::write_group(GroupIndex group) {
  State& state = *state_;
  const std::int64_t rows = state.frame.layout->rows_of(group);
  if (rows == 0) return;
  constexpr std::int64_t kCellBytes = 24;  // the widest: a view, a mark, an offset
  const auto width = static_cast<std::int64_t>(state.fields.size());
  const Reservation memory =
      state.engine.budget().reserve(kCellBytes * rows * width, "Writing " + state.frame.key);
  std::vector<PlainColumn> plain(state.fields.size());
  state.engine.pool().for_each(plain.size(), [&](std::size_t c) {
    plain[c].take(state.fields[c].type,
                  state.engine.chunk(*state.frame.layout, state.frame.columns[c].id, group));
    if (state.fields[c].type == OutputField::Type::instant) state.adjust(plain[c].integers);
  });
  std::vector<columnar::OutputValues> values;
  for (const PlainColumn& column : plain) {
    values.push_back({.integers = column.integers,
                      .reals = column.reals,
                      .codes = column.codes,
                      .texts = column.texts});
  }
  columnar::Failure failure;
  if (!state.writer->write(values, rows, failure)) state.fail(failure);
}

void ColumnarWriter::finish() {
  columnar::Failure failure;
  if (!state_->writer->finish(failure)) state_->fail(failure);
}

ArrowStream::ArrowStream(mr::Engine& engine, const frame::Frame& frame)
    : writer_(engine, frame, {.format = "arrow_stream"}, whole_columns_of(engine, frame),
              [this](std::span<const std::byte> bytes) {
                waiting_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
              }),
      groups_(frame.layout->groups()) {}

bool ArrowStream::next(std::string& block) {
  if (finished_) return false;
  if (group_ < groups_) {
    writer_.write_group(GroupIndex(group_++));
  } else {
    writer_.finish();
    finished_ = true;
  }
  block += waiting_;
  waiting_.clear();
  return true;
}

}  // namespace neve::ingest

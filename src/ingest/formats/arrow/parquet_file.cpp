#include <algorithm>

#include <arrow/table.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/properties.h>

#include "ingest/formats/arrow/batch_rows.hpp"
#include "ingest/formats/arrow/bridge.hpp"
#include "ingest/formats/arrow/containers.hpp"
#include "ingest/formats/arrow/fields.hpp"
#include "ingest/formats/arrow/idle_readers.hpp"

namespace neve::ingest::columnar {

namespace {

using Reader = parquet::arrow::FileReader;

/// Column chunks are read whole up to this size, which spares a copy of each page, and through a
/// buffer of half of it beyond.
constexpr std::int64_t kWholeBytes = std::int64_t{2} << 20;
constexpr std::int64_t kBufferBytes = kWholeBytes / 2;

class ParquetFile final : public File {
 public:
  ParquetFile(Input& input, Memory& memory)
      : input_(input),
        pool_(memory),
        metadata_(parquet::ReadMetaData(std::make_shared<InputFile>(input, pool_))) {
    auto reader = open({});
    contents_.part_word = "row group";
    contents_.by_column = true;
    for (const parquet::arrow::SchemaField& field : reader->manifest().schema_fields) {
      contents_.fields.push_back(describe(*field.field));
      leaves_.push_back(field.is_leaf() ? field.column_index : -1);
    }
    for (int i = 0; i < metadata_->num_row_groups(); ++i) {
      const std::int64_t rows = metadata_->RowGroup(i)->num_rows();
      if (rows < 0) throw Problem{"row group " + std::to_string(i) + " has a negative size"};
      contents_.parts.push_back({.rows = rows});
    }
    idle(Manner{}).give_back(std::move(reader));
  }

  [[nodiscard]] const Contents& contents() const noexcept override { return contents_; }

  std::unique_ptr<Rows> read(const Wish& wish, Failure& failure) noexcept override {
    std::unique_ptr<Rows> rows;
    guarded(failure, place_of(contents_, wish.part), [&] { rows = rows_of(wish); });
    return rows;
  }

 private:
  /// What readers differ in.
  struct Manner {
    bool as_codes = false;
    bool buffered = false;
  };

  std::unique_ptr<Reader> open(Manner manner) {
    parquet::ReaderProperties properties(&pool_);
    if (manner.buffered) properties.enable_buffered_stream();
    properties.set_buffer_size(kBufferBytes);
    parquet::ArrowReaderProperties arrow_properties(/*use_threads=*/false);
    arrow_properties.set_pre_buffer(false);
    arrow_properties.set_arrow_extensions_enabled(true);
    arrow_properties.set_coerce_int96_timestamp_unit(arrow::TimeUnit::MILLI);
    const parquet::SchemaDescriptor& schema = *metadata_->schema();
    for (int i = 0; manner.as_codes && i < schema.num_columns(); ++i) {
      const bool texts = schema.Column(i)->physical_type() == parquet::Type::BYTE_ARRAY;
      if (texts) arrow_properties.set_read_dictionary(i, true);
    }
    auto file = parquet::ParquetFileReader::Open(std::make_shared<InputFile>(input_, pool_),
                                                 properties, metadata_);
    return require(Reader::Make(&pool_, std::move(file), arrow_properties));
  }

  [[nodiscard]] bool has_large_chunks(int part, const std::vector<int>& leaves) const {
    const auto group = metadata_->RowGroup(part);
    return std::ranges::any_of(leaves, [&](int leaf) {
      return leaf >= 0 && group->ColumnChunk(leaf)->total_compressed_size() > kWholeBytes;
    });
  }

  IdleReaders<Reader>& idle(Manner manner) {
    return idle_[(manner.as_codes ? 1 : 0) + (manner.buffered ? 2 : 0)];
  }

  std::unique_ptr<Rows> rows_of(const Wish& wish) {
    std::vector<int> leaves;
    leaves.reserve(wish.columns.size());
    for (const std::size_t column : wish.columns) leaves.push_back(leaves_.at(column));
    const auto part = static_cast<int>(wish.part);
    const Manner manner{.as_codes = wish.as_codes, .buffered = has_large_chunks(part, leaves)};
    IdleReaders<Reader>& idle = this->idle(manner);
    auto taken = idle.take();
    if (taken == nullptr) taken = open(manner);
    // Gives it back when the rows go.
    const std::shared_ptr<Reader> reader(
        taken.release(), [&idle](Reader* it) { idle.give_back(std::unique_ptr<Reader>(it)); });
    reader->set_batch_size(wish.block_rows);
    std::shared_ptr<arrow::RecordBatchReader> batches =
        require(reader->GetRecordBatchReader({part}, leaves));
    const auto next = [reader, batches] {
      std::shared_ptr<arrow::RecordBatch> batch;
      require(batches->ReadNext(&batch));
      return batch;
    };
    return std::make_unique<BatchRows>(next, wish.columns.size(), wish.block_rows,
                                       place_of(contents_, wish.part));
  }

  Input& input_;
  NodeMemory pool_;
  std::shared_ptr<parquet::FileMetaData> metadata_;
  Contents contents_;
  std::vector<int> leaves_;      // of each field the column that it is, -1 where nested
  IdleReaders<Reader> idle_[4];  // by manner
};

}  // namespace

std::unique_ptr<File> open_parquet(Input& input, Memory& memory) {
  return std::make_unique<ParquetFile>(input, memory);
}

}  // namespace neve::ingest::columnar

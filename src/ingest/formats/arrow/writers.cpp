#include <arrow/array.h>
#include <arrow/ipc/writer.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>
#include <arrow/util/compression.h>
#include <parquet/arrow/writer.h>

#include "ingest/formats/arrow/bridge.hpp"
#include "ingest/formats/arrow/containers.hpp"
#include "ingest/formats/arrow/output_arrays.hpp"

namespace neve::ingest::columnar {

namespace {

arrow::Compression::type compression_of(const std::string& name) {
  if (name.empty()) return arrow::Compression::UNCOMPRESSED;
  return require(arrow::util::Codec::GetCompressionType(name));
}

class ParquetWriter final : public Writer {
 public:
  ParquetWriter(const Library::Form& form, std::span<const OutputField> fields, Output& output,
                Memory& memory)
      : pool_(memory), arrays_(fields, pool_) {
    const auto properties = parquet::WriterProperties::Builder()
                                .memory_pool(&pool_)
                                ->compression(compression_of(form.compression))
                                ->build();
    // Kept beside Parquet's own, the schema tells readers on Arrow which texts are levels.
    const auto arrow_properties = parquet::ArrowWriterProperties::Builder().store_schema()->build();
    writer_ = require(parquet::arrow::FileWriter::Open(*arrays_.schema(), &pool_,
                                                       std::make_shared<OutputFile>(output),
                                                       properties, arrow_properties));
  }
  bool write(std::span<const OutputValues> columns, std::int64_t rows,
             Failure& failure) noexcept override {
    return guarded(failure, "", [&] {
      const auto batch = arrays_.batch(columns, rows);
      const auto table = require(arrow::Table::FromRecordBatches(arrays_.schema(), {batch}));
      require(writer_->WriteTable(*table, std::max<std::int64_t>(rows, 1)));
    });
  }
  bool finish(Failure& failure) noexcept override {
    return guarded(failure, "", [&] { require(writer_->Close()); });
  }

 private:
  NodeMemory pool_;
  OutputArrays arrays_;
  std::unique_ptr<parquet::arrow::FileWriter> writer_;
};

class ArrowWriter final : public Writer {
 public:
  ArrowWriter(const Library::Form& form, std::span<const OutputField> fields, Output& output,
              Memory& memory)
      : pool_(memory), arrays_(fields, pool_), output_(std::make_shared<OutputFile>(output)) {
    arrow::ipc::IpcWriteOptions options;
    options.memory_pool = &pool_;
    options.use_threads = false;
    if (!form.compression.empty()) {
      options.codec = require(arrow::util::Codec::Create(compression_of(form.compression)));
    }
    const bool stream = form.container == Container::arrow_stream;
    writer_ = require(stream ? arrow::ipc::MakeStreamWriter(output_, arrays_.schema(), options)
                             : arrow::ipc::MakeFileWriter(output_, arrays_.schema(), options));
  }
  bool write(std::span<const OutputValues> columns, std::int64_t rows,
             Failure& failure) noexcept override {
    return guarded(failure, "",
                   [&] { require(writer_->WriteRecordBatch(*arrays_.batch(columns, rows))); });
  }
  bool finish(Failure& failure) noexcept override {
    return guarded(failure, "", [&] { require(writer_->Close()); });
  }

 private:
  NodeMemory pool_;
  OutputArrays arrays_;
  std::shared_ptr<OutputFile> output_;
  std::shared_ptr<arrow::ipc::RecordBatchWriter> writer_;
};

}  // namespace

std::unique_ptr<Writer> create_parquet(const Library::Form& form,
                                       std::span<const OutputField> fields, Output& output,
                                       Memory& memory) {
  return std::make_unique<ParquetWriter>(form, fields, output, memory);
}

std::unique_ptr<Writer> create_arrow(const Library::Form& form, std::span<const OutputField> fields,
                                     Output& output, Memory& memory) {
  return std::make_unique<ArrowWriter>(form, fields, output, memory);
}

}  // namespace neve::ingest::columnar

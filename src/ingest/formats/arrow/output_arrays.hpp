#pragma once

#include <memory>
#include <span>
#include <vector>

#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include "ingest/formats/columnar/columnar_library.hpp"

namespace neve::ingest::columnar {

/// Makes batches of plain values.
class OutputArrays {
 public:
  OutputArrays(std::span<const OutputField> fields, arrow::MemoryPool& pool);
  [[nodiscard]] const std::shared_ptr<arrow::Schema>& schema() const { return schema_; }
  /// Throws Problem.
  [[nodiscard]] std::shared_ptr<arrow::RecordBatch> batch(std::span<const OutputValues> columns,
                                                          std::int64_t rows);

 private:
  [[nodiscard]] std::shared_ptr<arrow::Array> array(std::size_t column, const OutputValues& values);

  std::vector<OutputField> fields_;
  arrow::MemoryPool& pool_;
  std::shared_ptr<arrow::Schema> schema_;
  std::vector<std::shared_ptr<arrow::Array>> dictionaries_;  // of columns of levels
};

}  // namespace neve::ingest::columnar

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <arrow/record_batch.h>

#include "ingest/formats/arrow/array_values.hpp"

namespace neve::ingest::columnar {

/// Rows of batches, cut into blocks. `place` says which part they are of, for messages.
class BatchRows final : public Rows {
 public:
  /// Null at the end; throws.
  using Next = std::function<std::shared_ptr<arrow::RecordBatch>()>;
  BatchRows(Next next, std::size_t columns, std::int64_t block_rows, std::string place)
      : next_(std::move(next)),
        columns_(columns),
        block_rows_(block_rows),
        place_(std::move(place)) {}
  std::int64_t next(Failure& failure) noexcept override;
  bool values(std::size_t i, Values& values, Failure& failure) noexcept override;

 private:
  bool take_batch();

  Next next_;
  std::vector<ArrayValues> columns_;
  std::int64_t block_rows_;
  std::string place_;
  std::shared_ptr<arrow::RecordBatch> batch_;
  std::int64_t begin_ = 0;  // of the block in the batch
  std::int64_t count_ = 0;
};

/// "row group 3, " and the like; parts are counted from 0 as tools do.
std::string place_of(const Contents& contents, std::size_t part);

}  // namespace neve::ingest::columnar

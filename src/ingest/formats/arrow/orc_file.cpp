#include <arrow/adapters/orc/adapter.h>
#include <arrow/record_batch.h>

#include "ingest/formats/arrow/batch_rows.hpp"
#include "ingest/formats/arrow/bridge.hpp"
#include "ingest/formats/arrow/containers.hpp"
#include "ingest/formats/arrow/fields.hpp"
#include "ingest/formats/arrow/idle_readers.hpp"
#include "ingest/formats/arrow/orc_postscript.hpp"

namespace neve::ingest::columnar {

namespace {

using Reader = arrow::adapters::orc::ORCFileReader;

class OrcFile final : public File {
 public:
  OrcFile(Input& input, Memory& memory) : input_(input), pool_(memory) {
    check_orc_postscript(input);
    auto reader = open();
    contents_.part_word = "stripe";
    const std::shared_ptr<arrow::Schema> schema = require(reader->ReadSchema());
    for (const auto& field : schema->fields()) {
      contents_.fields.push_back(describe(*field));
      // H2O-3 has them as 0 and 1, as they come out of Hive.
      Field& described = contents_.fields.back();
      if (described.sort == Sort::boolean) described.sort = Sort::integer;
    }
    for (std::int64_t i = 0; i < reader->NumberOfStripes(); ++i) {
      const auto stripe = reader->GetStripeInformation(i);
      if (stripe.num_rows < 0) {
        throw Problem{"stripe " + std::to_string(i) + " has a negative size"};
      }
      contents_.parts.push_back({.rows = stripe.num_rows});
    }
    idle_.give_back(std::move(reader));
  }

  [[nodiscard]] const Contents& contents() const noexcept override { return contents_; }

  std::unique_ptr<Rows> read(const Wish& wish, Failure& failure) noexcept override {
    std::unique_ptr<Rows> rows;
    guarded(failure, place_of(contents_, wish.part), [&] { rows = rows_of(wish); });
    return rows;
  }

 private:
  std::unique_ptr<Reader> open() {
    return require(Reader::Open(std::make_shared<InputFile>(input_, pool_), &pool_));
  }

  std::unique_ptr<Rows> rows_of(const Wish& wish) {
    auto taken = idle_.take();
    if (taken == nullptr) taken = open();
    // Gives it back when the rows go.
    const std::shared_ptr<Reader> reader(
        taken.release(), [this](Reader* it) { idle_.give_back(std::unique_ptr<Reader>(it)); });
    const std::vector<int> columns(wish.columns.begin(), wish.columns.end());
    // Neither way seeks to a row, which ORC's library does by an index that it trusts.
    auto next = wish.part == 0 ? from_beginning(reader, columns, wish.block_rows)
                               : whole_stripe(reader, columns, wish.part);
    return std::make_unique<BatchRows>(std::move(next), wish.columns.size(), wish.block_rows,
                                       place_of(contents_, wish.part));
  }

  /// The first stripe, block by block, as its first rows are looked at before all are read.
  BatchRows::Next from_beginning(const std::shared_ptr<Reader>& reader,
                                 const std::vector<int>& columns, std::int64_t block_rows) {
    const std::shared_ptr<arrow::RecordBatchReader> batches =
        require(reader->GetRecordBatchReader(block_rows, {}));
    return [reader, batches, columns, left = contents_.parts[0].rows]() mutable {
      std::shared_ptr<arrow::RecordBatch> batch;
      if (left > 0) require(batches->ReadNext(&batch));
      if (batch == nullptr) return batch;
      left -= batch->num_rows();
      return require(batch->SelectColumns(columns));
    };
  }

  static BatchRows::Next whole_stripe(const std::shared_ptr<Reader>& reader,
                                      const std::vector<int>& columns, std::size_t part) {
    return [reader, columns, part, read = false]() mutable {
      std::shared_ptr<arrow::RecordBatch> batch;
      if (!read) batch = require(reader->ReadStripe(static_cast<std::int64_t>(part), columns));
      read = true;
      return batch;
    };
  }

  Input& input_;
  NodeMemory pool_;
  Contents contents_;
  IdleReaders<Reader> idle_;
};

}  // namespace

std::unique_ptr<File> open_orc(Input& input, Memory& memory) {
  return std::make_unique<OrcFile>(input, memory);
}

}  // namespace neve::ingest::columnar

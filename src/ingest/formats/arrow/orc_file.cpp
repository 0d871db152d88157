#include <arrow/adapters/orc/adapter.h>
#include <arrow/record_batch.h>

#include "ingest/formats/arrow/batch_rows.hpp"
#include "ingest/formats/arrow/bridge.hpp"
#include "ingest/formats/arrow/containers.hpp"
#include "ingest/formats/arrow/fields.hpp"
#include "ingest/formats/arrow/idle_readers.hpp"

namespace neve::ingest::columnar {

namespace {

using Reader = arrow::adapters::orc::ORCFileReader;

class OrcFile final : public File {
 public:
  OrcFile(Input& input, Memory& memory) : input_(input), pool_(memory) {
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
      first_rows_.push_back(stripe.first_row_id);
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
    require(reader->Seek(first_rows_.at(wish.part)));
    const std::vector<int> columns(wish.columns.begin(), wish.columns.end());
    const auto batches = require(reader->NextStripeReader(wish.block_rows, columns));
    if (batches == nullptr) throw Problem{"there is no such stripe"};
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
  Contents contents_;
  std::vector<std::int64_t> first_rows_;  // of each stripe
  IdleReaders<Reader> idle_;
};

}  // namespace

std::unique_ptr<File> open_orc(Input& input, Memory& memory) {
  return std::make_unique<OrcFile>(input, memory);
}

}  // namespace neve::ingest::columnar

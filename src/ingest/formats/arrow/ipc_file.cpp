#include <algorithm>
#include <array>
#include <cstring>

#include <arrow/ipc/reader.h>

#include "ingest/formats/arrow/batch_rows.hpp"
#include "ingest/formats/arrow/bridge.hpp"
#include "ingest/formats/arrow/containers.hpp"
#include "ingest/formats/arrow/fields.hpp"
#include "ingest/formats/arrow/ipc_messages.hpp"

namespace neve::ingest::columnar {

namespace {

constexpr std::int64_t kFileMagic = 8;  // "ARROW1" and two zeros, before the stream
constexpr std::int64_t kTail = 10;      // the footer's size, and "ARROW1"

/// Pieces of the input as one stream: what a batch needs, and nothing else.
class Pieces final : public arrow::io::InputStream {
 public:
  Pieces(Input& input, arrow::MemoryPool& pool, std::vector<Segment> segments)
      : file_(input, pool), pool_(pool), segments_(std::move(segments)) {}
  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  [[nodiscard]] bool closed() const override { return closed_; }
  [[nodiscard]] arrow::Result<std::int64_t> Tell() const override { return position_; }
  arrow::Result<std::int64_t> Read(std::int64_t count, void* out) override {
    std::int64_t done = 0;
    while (done < count && segment_ < segments_.size()) {
      const Segment& segment = segments_[segment_];
      const std::int64_t wanted = std::min(count - done, segment.size - within_);
      ARROW_ASSIGN_OR_RAISE(const std::int64_t got, file_.ReadAt(segment.begin + within_, wanted,
                                                                 static_cast<char*>(out) + done));
      if (got < wanted) return arrow::Status::IOError("it ends within a message");
      done += got;
      within_ += got;
      if (within_ < segment.size) continue;
      ++segment_;
      within_ = 0;
    }
    position_ += done;
    return done;
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(std::int64_t count) override {
    std::int64_t there = -within_;
    for (std::size_t i = segment_; i < segments_.size(); ++i) there += segments_[i].size;
    ARROW_ASSIGN_OR_RAISE(auto buffer,
                          arrow::AllocateResizableBuffer(std::min(count, there), &pool_));
    ARROW_ASSIGN_OR_RAISE(const std::int64_t got, Read(buffer->size(), buffer->mutable_data()));
    ARROW_RETURN_NOT_OK(buffer->Resize(got));
    return std::shared_ptr<arrow::Buffer>(std::move(buffer));
  }

 private:
  InputFile file_;
  arrow::MemoryPool& pool_;
  std::vector<Segment> segments_;
  std::size_t segment_ = 0;
  std::int64_t within_ = 0;
  std::int64_t position_ = 0;
  bool closed_ = false;
};

class ArrowFile final : public File {
 public:
  ArrowFile(Container container, Input& input, Memory& memory)
      : input_(input),
        pool_(memory),
        messages_(scan_messages(input, container == Container::arrow_file ? kFileMagic : 0)) {
    if (container == Container::arrow_file) check_tail();
    contents_.part_word = "batch";
    const std::shared_ptr<arrow::ipc::RecordBatchStreamReader> reader =
        open({messages_.schema}, {});
    for (const auto& field : reader->schema()->fields()) {
      contents_.fields.push_back(describe(*field));
    }
    for (const IpcMessages::Batch& batch : messages_.batches) {
      contents_.parts.push_back({.rows = batch.rows});
    }
  }

  [[nodiscard]] const Contents& contents() const noexcept override { return contents_; }

  std::unique_ptr<Rows> read(const Wish& wish, Failure& failure) noexcept override {
    std::unique_ptr<Rows> rows;
    guarded(failure, place_of(contents_, wish.part), [&] { rows = rows_of(wish); });
    return rows;
  }

 private:
  /// Behind the stream there is a list of its batches, which tells nothing new but that the file is
  /// whole.
  void check_tail() const {
    const std::int64_t tail = input_.size() - kTail;
    std::array<char, kTail> bytes{};
    if (tail < messages_.end || input_.read(tail, bytes.data(), kTail) != kTail ||
        std::memcmp(bytes.data() + 4, "ARROW1", 6) != 0) {
      throw Problem{"it ends without its footer"};
    }
    std::int32_t size = 0;
    std::memcpy(&size, bytes.data(), 4);
    if (size != tail - messages_.end) throw Problem{"its footer has another size than it says"};
  }

  std::shared_ptr<arrow::ipc::RecordBatchStreamReader> open(std::vector<Segment> segments,
                                                            std::vector<int> columns) {
    arrow::ipc::IpcReadOptions options;
    options.memory_pool = &pool_;
    options.use_threads = false;
    options.included_fields = std::move(columns);
    return require(arrow::ipc::RecordBatchStreamReader::Open(
        std::make_shared<Pieces>(input_, pool_, std::move(segments)), options));
  }

  std::unique_ptr<Rows> rows_of(const Wish& wish) {
    const IpcMessages::Batch& batch = messages_.batches.at(wish.part);
    std::vector<Segment> segments{messages_.schema};
    segments.insert(segments.end(), batch.dictionaries.begin(), batch.dictionaries.end());
    segments.push_back(batch.segment);
    const auto reader =
        open(std::move(segments), std::vector<int>(wish.columns.begin(), wish.columns.end()));
    const auto next = [reader] {
      std::shared_ptr<arrow::RecordBatch> read;
      require(reader->ReadNext(&read));
      return read;
    };
    return std::make_unique<BatchRows>(next, wish.columns.size(), wish.block_rows,
                                       place_of(contents_, wish.part));
  }

  Input& input_;
  NodeMemory pool_;
  IpcMessages messages_;
  Contents contents_;
};

}  // namespace

std::unique_ptr<File> open_arrow(Container container, Input& input, Memory& memory) {
  return std::make_unique<ArrowFile>(container, input, memory);
}

}  // namespace neve::ingest::columnar

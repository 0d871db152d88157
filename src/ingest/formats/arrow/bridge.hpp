#pragma once

#include <arrow/buffer.h>
#include <arrow/io/interfaces.h>
#include <arrow/memory_pool.h>
#include <arrow/util/future.h>

#include "ingest/formats/columnar/columnar_library.hpp"

namespace neve::ingest::columnar {

/// What went wrong inside the shared object; caught where it ends.
struct Problem {
  std::string what;
  bool unsupported = false;
};

/// Throws Problem where `status` is none of success.
void require(const arrow::Status& status);
template <class T>
T require(arrow::Result<T> result) {
  require(result.status());
  return std::move(result).ValueUnsafe();
}

/// Runs `work`, which may throw whatever it likes, and tells what it threw.
template <class Work>
bool guarded(Failure& failure, const std::string& where, const Work& work) noexcept {
  try {
    work();
    return true;
  } catch (const Problem& problem) {
    failure = {where, problem.what, problem.unsupported};
  } catch (const std::exception& error) {
    failure = {where, error.what(), false};
  } catch (...) {
    failure = {where, "an unknown error", false};
  }
  if (failure.what.empty()) failure.what = "an error without a name";
  return false;
}

/// Arrow's memory, taken from the node's budget.
class NodeMemory final : public arrow::MemoryPool {
 public:
  explicit NodeMemory(Memory& memory) : memory_(memory) {}
  using MemoryPool::Allocate;
  using MemoryPool::Free;
  using MemoryPool::Reallocate;
  arrow::Status Allocate(std::int64_t size, std::int64_t alignment, std::uint8_t** out) override;
  arrow::Status Reallocate(std::int64_t old_size, std::int64_t new_size, std::int64_t alignment,
                           std::uint8_t** pointer) override;
  void Free(std::uint8_t* buffer, std::int64_t size, std::int64_t alignment) override;
  [[nodiscard]] std::int64_t bytes_allocated() const override { return counts_.bytes_allocated(); }
  [[nodiscard]] std::int64_t max_memory() const override { return counts_.max_memory(); }
  [[nodiscard]] std::int64_t total_bytes_allocated() const override {
    return counts_.total_bytes_allocated();
  }
  [[nodiscard]] std::int64_t num_allocations() const override { return counts_.num_allocations(); }
  [[nodiscard]] std::string backend_name() const override { return "neve"; }

 private:
  Memory& memory_;
  arrow::internal::MemoryPoolStats counts_;
};

/// The node's bytes as Arrow wants them. Nothing is read in the background: Arrow's own threads are
/// never started. Positions are of one reader; ReadAt may be called by any number.
class InputFile final : public arrow::io::RandomAccessFile {
 public:
  InputFile(Input& input, arrow::MemoryPool& pool) : input_(input), pool_(pool) {}
  arrow::Status Close() override;
  [[nodiscard]] bool closed() const override { return closed_; }
  [[nodiscard]] arrow::Result<std::int64_t> Tell() const override { return position_; }
  arrow::Status Seek(std::int64_t position) override;
  arrow::Result<std::int64_t> GetSize() override { return input_.size(); }
  arrow::Result<std::int64_t> Read(std::int64_t count, void* out) override;
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(std::int64_t count) override;
  using RandomAccessFile::ReadAsync;
  using RandomAccessFile::ReadAt;
  arrow::Result<std::int64_t> ReadAt(std::int64_t position, std::int64_t count, void* out) override;
  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(std::int64_t position,
                                                       std::int64_t count) override;
  arrow::Future<std::shared_ptr<arrow::Buffer>> ReadAsync(const arrow::io::IOContext& context,
                                                          std::int64_t position,
                                                          std::int64_t count) override;

 private:
  Input& input_;
  arrow::MemoryPool& pool_;
  std::int64_t position_ = 0;
  bool closed_ = false;
};

/// Where the node wants bytes to go.
class OutputFile final : public arrow::io::OutputStream {
 public:
  explicit OutputFile(Output& output) : output_(output) {}
  arrow::Status Close() override;
  [[nodiscard]] bool closed() const override { return closed_; }
  [[nodiscard]] arrow::Result<std::int64_t> Tell() const override { return position_; }
  using OutputStream::Write;
  arrow::Status Write(const void* bytes, std::int64_t count) override;

 private:
  Output& output_;
  std::int64_t position_ = 0;
  bool closed_ = false;
};

}  // namespace neve::ingest::columnar

#include "ingest/formats/arrow/bridge.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace neve::ingest::columnar {

namespace {

constexpr std::int64_t kAlignment = 64;

/// What a pointer to no bytes points to.
alignas(kAlignment) std::uint8_t nothing[1];

arrow::Status no_memory(std::int64_t size) {
  return arrow::Status::OutOfMemory("there is no memory for ", size, " bytes");
}

}  // namespace

void require(const arrow::Status& status) {
  if (status.ok()) return;
  throw Problem{status.message(), status.IsNotImplemented()};
}

arrow::Status NodeMemory::Allocate(std::int64_t size, std::int64_t alignment, std::uint8_t** out) {
  if (size < 0) return no_memory(size);
  if (size == 0) {
    *out = nothing;
    return arrow::Status::OK();
  }
  if (!memory_.reserve(size)) return no_memory(size);
  void* bytes = nullptr;
  const auto aligned = static_cast<std::size_t>(std::max(alignment, kAlignment));
  if (posix_memalign(&bytes, aligned, static_cast<std::size_t>(size)) != 0) {
    memory_.release(size);
    return no_memory(size);
  }
  *out = static_cast<std::uint8_t*>(bytes);
  counts_.DidAllocateBytes(size);
  return arrow::Status::OK();
}

arrow::Status NodeMemory::Reallocate(std::int64_t old_size, std::int64_t new_size,
                                     std::int64_t alignment, std::uint8_t** pointer) {
  std::uint8_t* bigger = nullptr;
  ARROW_RETURN_NOT_OK(Allocate(new_size, alignment, &bigger));
  const std::int64_t kept = std::min(old_size, new_size);
  if (kept > 0) std::memcpy(bigger, *pointer, static_cast<std::size_t>(kept));
  Free(*pointer, old_size, alignment);
  *pointer = bigger;
  return arrow::Status::OK();
}

void NodeMemory::Free(std::uint8_t* buffer, std::int64_t size, std::int64_t /*alignment*/) {
  if (buffer == nothing) return;
  std::free(buffer);
  counts_.DidFreeBytes(size);
  memory_.release(size);
}

arrow::Status InputFile::Close() {
  closed_ = true;
  return arrow::Status::OK();
}

arrow::Status InputFile::Seek(std::int64_t position) {
  if (position < 0) return arrow::Status::IOError("a place before the file's beginning");
  position_ = position;
  return arrow::Status::OK();
}

arrow::Result<std::int64_t> InputFile::Read(std::int64_t count, void* out) {
  ARROW_ASSIGN_OR_RAISE(const std::int64_t got, ReadAt(position_, count, out));
  position_ += got;
  return got;
}

arrow::Result<std::shared_ptr<arrow::Buffer>> InputFile::Read(std::int64_t count) {
  ARROW_ASSIGN_OR_RAISE(auto buffer, ReadAt(position_, count));
  position_ += buffer->size();
  return buffer;
}

arrow::Result<std::int64_t> InputFile::ReadAt(std::int64_t position, std::int64_t count,
                                              void* out) {
  if (position < 0 || count < 0) return arrow::Status::IOError("a place outside of the file");
  std::int64_t done = 0;
  while (done < count) {
    const std::int64_t got =
        input_.read(position + done, static_cast<char*>(out) + done, count - done);
    if (got < 0) return arrow::Status::IOError("it cannot be read");
    if (got == 0) break;
    done += got;
  }
  return done;
}

arrow::Result<std::shared_ptr<arrow::Buffer>> InputFile::ReadAt(std::int64_t position,
                                                                std::int64_t count) {
  if (position < 0 || count < 0) return arrow::Status::IOError("a place outside of the file");
  // A length out of a damaged file takes no more memory than there are bytes.
  const std::int64_t there = std::max<std::int64_t>(input_.size() - position, 0);
  ARROW_ASSIGN_OR_RAISE(auto buffer,
                        arrow::AllocateResizableBuffer(std::min(count, there), &pool_));
  ARROW_ASSIGN_OR_RAISE(const std::int64_t got,
                        ReadAt(position, buffer->size(), buffer->mutable_data()));
  if (got < buffer->size()) ARROW_RETURN_NOT_OK(buffer->Resize(got));
  return std::shared_ptr<arrow::Buffer>(std::move(buffer));
}

arrow::Future<std::shared_ptr<arrow::Buffer>> InputFile::ReadAsync(
    const arrow::io::IOContext& /*context*/, std::int64_t position, std::int64_t count) {
  return arrow::Future<std::shared_ptr<arrow::Buffer>>::MakeFinished(ReadAt(position, count));
}

arrow::Status OutputFile::Close() {
  closed_ = true;
  return arrow::Status::OK();
}

arrow::Status OutputFile::Write(const void* bytes, std::int64_t count) {
  if (!output_.write(bytes, count)) return arrow::Status::IOError("it cannot be written");
  position_ += count;
  return arrow::Status::OK();
}

}  // namespace neve::ingest::columnar
